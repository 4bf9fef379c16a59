"""How wide a text is drawn, and what of it fits: an upper bound, so that nothing drawn ever touches what is beside it.

Widths are those of Inter at weight 600 or of DejaVu Sans, whichever is greater, in hundredths of an em.
"""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"

_BY_WIDTH = {
    28: "'ijlıіј",
    30: "IłΙІ",
    32: " ,.·‘’‚‛آأإا",
    34: ":;¦ι․",
    36: "|ſ",
    38: "/\\fŀ",
    40: "()[]tŧ",
    42: "!r¡¹",
    44: "²³‐‑",
    46: '"',
    48: "-ªºء",
    50: "_`°´¸–‖‗",
    52: "“”„‟",
    54: "¯гзؤوةدذه",
    56: "*?s¨¿ĳζэѕ",
    58: "JLckz§ĿŁΓεξЈсє‡",
    60: "Fvxyγςυвтухчь•‣رزژعغ",
    62: "aeo«»ðøδθλνοτχГабекоя†",
    64: "1257Ebdghnpqu{}¢¥¶þđŋΕΞβηρЕлрђ",
    66: "$3689PST£µÞßĸŦΡΣΤακμσЅЗРТУинпћџ",
    68: "04KΚ‒‥جحخچم",
    70: "BRXZħΒΖΧЄБВХЬЭЯдц",
    72: "YΥπКъ",
    74: "AUVΑΔΛА",
    76: "CHN¤ŊΗΝΠЏИЛНПСЧ",
    78: "&DGÐĐΩЦм",
    80: "OQØΘΟψДОы",
    82: "ŉΦΨφ",
    84: "#+<=>^w~¬±×÷ĲЂЪ",
    86: "фюلنئقىيیك",
    88: "Ф",
    90: "ωЫ",
    92: "MĦΜЋМжшњ",
    96: "%щљ",
    98: "m¼½¾",
    100: "@©®æ—―…طظکگبتثپ",
    102: "WÆ",
    104: "œف",
    108: "ŒЖШЮ",
    110: "Щ",
    112: "Љ",
    114: "Њ",
    128: "صضسش",
}
_WIDTHS = {character: width for width, characters in _BY_WIDTH.items() for character in characters}

_BY_RANGE = (
    (0x0180, 0x024F, 145),
    (0x0250, 0x052F, 140),
    (0x0530, 0x05FF, 80),
    (0x0600, 0x08FF, 130),
    (0x2000, 0x2BFF, 140),
    (0xFB50, 0xFDEF, 130),
    (0xFDF0, 0xFDFF, 1_200),
    (0xFE70, 0xFEFF, 130),
    (0xFF61, 0xFFDC, 60),
    (0x1F000, 0x1FAFF, 145),
)
"""Upper bounds for blocks of characters whose widths are not known one by one, with their first and last character."""

_UNKNOWN = 130
_MARKED_MIN = 40
"""A letter with a mark is as wide as without, but for an `i`, whose mark may be wider."""


def width(text: str, size: float) -> float:
    """The greatest width of the text in pixels where its type is `size` pixels high."""
    return sum(map(_advance, text)) * size / 100


def fitted(text: str, size: float, room: float) -> str:
    """The text as one line, cut with an ellipsis where it is wider than `room`."""
    line = one_line(text)
    if width(line, size) <= room:
        return line
    left = room * 100 / size - _advance(ELLIPSIS)
    kept = ""
    for character in line:
        left -= _advance(character)
        if left < 0:
            break
        kept += character
    return kept.rstrip() + ELLIPSIS


def one_line(text: str) -> str:
    """The text as it may be drawn: no breaks, and no marks that would turn what stands beside it round."""
    visible = (each for each in text if unicodedata.category(each) not in ("Cc", "Cs") or each.isspace())
    return " ".join("".join(each for each in visible if each not in _TURNING).split())


def is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction is written from right to left."""
    return next((kind in ("R", "AL") for each in text if (kind := unicodedata.bidirectional(each)) in _STRONG), False)


_STRONG = ("L", "R", "AL")
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _advance(character: str) -> int:
    base = character
    if (known := _WIDTHS.get(base)) is not None:
        return known
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return 145 if ord(character) >= 0x1F000 and ord(character) < 0x20000 else 100
    decomposed = unicodedata.normalize("NFD", character)
    if decomposed != character and (known := _WIDTHS.get(decomposed[0])) is not None:
        return max(known, _MARKED_MIN)
    return next((each for first, last, each in _BY_RANGE if first <= ord(character) <= last), _UNKNOWN)
