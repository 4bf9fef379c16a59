"""Blueprints, one a noun. A view is a unit of work: see `api/endpoint.py`."""
