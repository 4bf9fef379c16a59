"""Text as XML has it."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


def escaped(text: str) -> str:
    """The text as character data or value of an attribute; what XML cannot have becomes U+FFFD."""
    return "".join(_ESCAPES.get(each, each) for each in _FORBIDDEN.sub("\ufffd", text))
