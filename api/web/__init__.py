"""Pages for people: server-drawn, under a strict content policy, for browsers that signed in."""
