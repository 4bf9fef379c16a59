"""Segments, which the contract calls lists: records of one object type, put together by hand or by filters.

Who is in a segment whose filters are kept is found when it is asked for, by the search compiler.
When somebody joined it or left is found by the follower of the feed.
"""
