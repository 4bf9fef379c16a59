"""What pages are made of beside templates: addresses of static files, and icons.

Addresses hold a digest of all static files, so that browsers keep what they have until one of them changes. Modules
and style sheets name their neighbours relatively and are kept in the same way.
"""

from __future__ import annotations

import hashlib
import re
import sys
from functools import cache
from pathlib import Path

from markupsafe import Markup

from crm_graph.diagram import svg
from crm_graph.errors import CRMError

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"
DRAWING = "css/drawing.css"
"""The one static file that is not there: files that `crm-graph model show` writes have the same rules in them."""

_DRAWING = Path(svg.__file__).with_name("drawing.css")
_ROOT = Path(__file__).parents[2]
_INNER = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_DIGITS = 12
_NAME = re.compile(r"[a-z0-9-]+")


class AssetsMissing(CRMError):
    """The files that the build takes from npm are not there."""

    def __init__(self) -> None:
        super().__init__(
            "The pages lack their typeface and icons, which are fetched when crm-graph is installed. Do that with: "
            f"{sys.executable} -m pip install --no-deps --editable {_ROOT}"
        )


def require() -> None:
    """AssetsMissing, which says how to get them, where the files that the build fetches are not there."""
    if not (VENDOR / "made-from.sha256").is_file():
        raise AssetsMissing


@cache
def version() -> str:
    """A digest over all static files, as they were when the first page was drawn."""
    digest = hashlib.sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        digest.update(path.relative_to(STATIC).as_posix().encode())
        digest.update(path.read_bytes())
    digest.update(_DRAWING.read_bytes())
    return digest.hexdigest()[:_DIGITS]


def is_version(text: str) -> bool:
    """Whether it is such a digest, of these files or of those that were served before."""
    return len(text) == _DIGITS and text.isalnum()


def static_url(name: str) -> str:
    """Where a browser gets a static file, such as `css/base.css` or `vendor/…`."""
    return f"/static/{version()}/{name}"


def place(name: str) -> tuple[Path, str]:
    """The folder in which a static file may be, and its name there."""
    return (_DRAWING.parent, _DRAWING.name) if name == DRAWING else (STATIC, name)


@cache
def drawing(name: str) -> str:
    """What is inside the SVG of a Lucide icon, drawn in a box of 24 × 24; empty where there is none of that name."""
    path = VENDOR / "lucide-static" / "icons" / f"{name}.svg"
    if not _NAME.fullmatch(name) or not path.is_file():
        return ""
    found = _INNER.search(path.read_text("utf-8"))
    return re.sub(r"\s+", " ", found[1]).replace(" />", "/>").replace("> <", "><").strip() if found else ""


@cache
def icon(name: str) -> Markup:
    """A Lucide icon in the size and colour of the text beside it, hidden from screen readers."""
    return Markup(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{drawing(name)}</svg>')
