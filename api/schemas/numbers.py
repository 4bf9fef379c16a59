"""Numbers that a body or a query gives."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate


class Int32(fields.Integer):
    """An integer of 32 bits, as the contract has most; one that does not fit is refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=validate.Range(min=-(2**31), max=2**31 - 1), **options)


class Int64(fields.Integer):
    """An integer that the graph can keep."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=validate.Range(min=-(2**63), max=2**63 - 1), **options)
