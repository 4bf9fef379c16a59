"""What clients see, and what the graph holds, when much happens at once or something dies: over HTTP, on `serve`."""
