"""Every page: the modules that add routes to the blueprint, which `api/app.py` registers."""

from __future__ import annotations

from api.web import (
    docs,
    home,
    model,
    records,
    sign_in,
)
from api.web.changes import pages as changes
from api.web.shell import blueprint

PAGES = (
    changes,
    docs,
    home,
    model,
    records,
    sign_in,
)
"""One line a module; importing it is what adds its routes."""

__all__ = ["PAGES", "blueprint"]
