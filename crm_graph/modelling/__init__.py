"""Changes of the data model as a person makes them: tried, counted in what they touch, then made.

The rules are those of `definitions/changes`. Here is what of them a wish needs, and what it would touch.
"""
