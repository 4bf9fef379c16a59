"""Property, group and option as values. How a value is read and shown is in `property_types.py`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

ROLL_UPS = ("count", "sum", "average", "min", "max")
"""What may be made of associated records."""


CLAIMS_BEGUN, CLAIMS_ENDING = "begun", "ending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One permitted value of an enumeration; `value` is stored, `display_name` is shown."""

    value: str
    display_name: str
    display_order: int = -1
    hidden: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A heading under which properties stand on a record page."""

    name: str
    display_name: str
    display_order: int = -1
    archived: bool = False
    built_in: bool = False


@dataclass(frozen=True, kw_only=True)
class Property:
    """One property of an object type.

    `type` and `field_type` are the contract's (`string`/`text`, `enumeration`/`checkbox`, …).
    `options_from` names where permitted values come from when they are not listed:
    `owners`, `pipelines`, `stages`, `currencies`. An enumeration with neither takes any value.
    """

    name: str
    display_name: str
    type: str
    field_type: str
    group: str = ""
    description: str = ""
    options: tuple[Option, ...] = ()
    options_from: str | None = None
    read_only: bool = False
    calculated: bool = False
    formula: str | None = None
    roll_up: str | None = None
    """What is made of associated records, one of ROLL_UPS; what follows says of which ones, and of what they have."""
    roll_up_object_type: str | None = None
    roll_up_property: str | None = None
    roll_up_type_id: int | None = None
    """The association type as a record with the property sees it; None for all associated records."""
    roll_up_condition: str | None = None
    """A formula over the associated record that is true of those that count."""
    unique: bool = False
    claiming: str | None = None
    """CLAIMS_BEGUN while values are claimed that may not be unique yet, CLAIMS_ENDING while claims are removed."""
    claims_as: str | None = None
    """The unique property whose values this one shares: each of its values is as unique as that one's."""
    indexed: bool = False
    folded: bool = False
    """Whether the folded value is stored at each write, though stored ones are not all there yet to be searched."""
    hidden: bool = False
    form_field: bool = False
    display_order: int = -1
    sensitivity: str = "non_sensitive"
    text_hint: str | None = None
    """How pages show a text: `email`, `multi_line` …; this and what follows are kept for clients as they gave them."""
    number_hint: str | None = None
    validations: tuple[str, ...] = ()
    """Rules that new values must keep, as `validations.py` writes them."""
    shows_currency: bool | None = None
    currency_property: str | None = None
    built_in: bool = False
    archived: bool = False
    created_at: int | None = None
    updated_at: int | None = None
    created_user_id: int | None = None
    """Who made it; None for what nobody did."""
    updated_user_id: int | None = None

    @cached_property
    def option_values(self) -> frozenset[str]:
        """The values that may be stored; empty when any may."""
        return frozenset(option.value for option in self.options)

    @property
    def is_computed(self) -> bool:
        """Whether a value is made when it is read, from a formula or from associated records."""
        return self.formula is not None or self.roll_up is not None

    @property
    def is_multiple(self) -> bool:
        """Whether a value is a list of options, joined by `;` on the wire."""
        return self.type == "enumeration" and self.field_type == "checkbox"
