"""Ids that a body gives."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

_SHAPE = {"type": ["string", "integer"], "description": "A text; a whole number is taken as its digits."}


class Id(fields.String):
    """An id as text. Clients read some as numbers, such as those of folders, and give them back as they read them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata=_SHAPE, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> str:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return super()._deserialize(str(value) if is_number else value, attr, data, **options)
