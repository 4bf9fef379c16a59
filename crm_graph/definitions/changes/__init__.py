"""Changes of what may exist. Each is checked whole, then written and published in one transaction.

A change is written against the model that the unit of work has; `publish` locks the state
first, so that of two changes at once the second is begun anew on what the first left.
"""
