"""Cells as the text that the validator takes: value maps, dates, numbers, options by what people call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from zoneinfo import ZoneInfo

from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.transfer.mapping import Cell, NumberFormat, RecordMapping, Row, places_of

Convert = Callable[[Row], str]


class CellRefused(ValueError):
    """A cell that cannot become a value: where it stands, what it says and why."""

    def __init__(self, reason: str, *, column: str, value: str, code: str) -> None:
        super().__init__(reason)
        self.reason, self.column, self.value, self.code = reason, column, value, code


@dataclass(frozen=True, slots=True)
class Owners:
    """Owner ids by id, e-mail and full name, folded; a name that two owners have leads to none."""

    ids: Mapping[str, str] = field(default_factory=dict)
    ambiguous: frozenset[str] = frozenset()

    def find(self, text: str) -> str | None:
        """The id of the owner that the text means."""
        return self.ids.get(text.casefold())


def converters(object_type: ObjectType, mapping: RecordMapping, owners: Owners) -> dict[str, Convert]:
    """For each mapped property what makes its text of a row, '' for an empty cell; it may raise CellRefused.

    Properties whose value is the id of another record are left out: those ask the graph.
    """
    return {
        name: _converter(object_type, object_type.live_properties[name], cell, mapping, owners)
        for name, cell in mapping.properties.items()
        if cell.reference is None
    }


def source_of(cell: Cell) -> str:
    """What to name as the column of a cell."""
    if cell.template is not None:
        return ", ".join(places_of(cell.template))
    return ", ".join(cell.reference.columns) if cell.reference is not None else cell.column or ""


def _converter(
    object_type: ObjectType, definition: Property, cell: Cell, mapping: RecordMapping, owners: Owners
) -> Convert:
    steps: list[Callable[[str], str]] = []
    if cell.number is not None:
        steps.append(_number(cell, cell.number))
    elif cell.date_format is not None:
        steps.append(_date(cell, cell.date_format, definition))
    elif cell.is_owner:
        steps.append(_owner(cell, owners))
    elif named := _named_values(object_type, definition, mapping):
        steps.append(_option(named, definition))
    take = _take(cell)
    if not (steps or cell.values or cell.default):
        return take

    def convert(row: Row) -> str:
        text = take(row)
        text = cell.values.get(text, text) or cell.default
        if text:
            for step in steps:
                text = step(text)
        return text

    return convert


def _take(cell: Cell) -> Convert:
    if cell.constant is not None:
        constant = cell.constant
        return lambda row: constant
    if cell.template is not None:
        return _filled(cell.template)
    return itemgetter(cell.column or "")


def _filled(template: str) -> Convert:
    """The template with the cells of a row in its places; '' where all of them are empty."""
    parts = template.split("{")
    pieces = [(name, rest) for name, _, rest in (part.partition("}") for part in parts[1:])]

    def fill(row: Row) -> str:
        if not any(row[name] for name, _ in pieces):
            return ""
        return parts[0] + "".join(row[name] + rest for name, rest in pieces)

    return fill


def _number(cell: Cell, number: NumberFormat) -> Callable[[str], str]:
    scale = Decimal(number.scale)

    def convert(text: str) -> str:
        plain = text.replace(number.thousands, "") if number.thousands else text
        if number.decimal != "." and "." in plain:
            reason = f"{text!r} is not a number with {number.decimal!r} before its fraction"
            raise _refused(cell, text, reason, "number")
        try:
            value = Decimal(plain.replace(number.decimal, ".")) * scale
        except InvalidOperation:
            raise _refused(cell, text, f"{text!r} is not a number", "number") from None
        if not value.is_finite():
            raise _refused(cell, text, f"{text!r} is not a number", "number")
        return format(value.normalize(), "f")

    return convert


def _date(cell: Cell, date_format: str, definition: Property) -> Callable[[str], str]:
    zone = ZoneInfo(cell.time_zone) if cell.time_zone else UTC

    def convert(text: str) -> str:
        try:
            value = datetime.strptime(text, date_format)  # noqa: DTZ007 – its zone is given below
        except ValueError:
            raise _refused(cell, text, f"{text!r} is not a date written as {date_format}", "date") from None
        if definition.type != "datetime":
            return value.date().isoformat()
        if value.tzinfo is None:
            value = value.replace(tzinfo=zone)
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    return convert


def _owner(cell: Cell, owners: Owners) -> Callable[[str], str]:
    def convert(text: str) -> str:
        found = owners.find(text)
        if found is None:
            reason = "is the name of several owners" if text.casefold() in owners.ambiguous else "is no owner"
            raise _refused(cell, text, f"{text!r} {reason}", "owner")
        return found

    return convert


def _option(named: Mapping[str, str], definition: Property) -> Callable[[str], str]:
    """Options may be given by their value or by their display name; the validator judges what is neither."""
    values = frozenset(named.values())

    def one(text: str) -> str:
        return text if text in values else named.get(text.strip().casefold(), text)

    if definition.is_multiple:
        return lambda text: ";".join(one(part) for part in text.split(";"))
    return one


def _named_values(object_type: ObjectType, definition: Property, mapping: RecordMapping) -> dict[str, str]:
    """Permitted values by folded display name."""
    if definition.options:
        return {option.display_name.casefold(): option.value for option in reversed(definition.options)}
    if definition.name == object_type.pipeline_property:
        return {found.display_name.casefold(): found.id for found in reversed(object_type.live_pipelines)}
    if definition.name == object_type.stage_property:
        pipeline = mapping.properties.get(object_type.pipeline_property or "")
        chosen = pipeline.constant if pipeline else None
        return {
            stage.display_name.casefold(): stage.id
            for found in reversed(object_type.live_pipelines)
            if chosen is None or chosen.casefold() in (found.id.casefold(), found.display_name.casefold())
            for stage in reversed(found.stages)
            if not stage.archived
        }
    return {}


def _refused(cell: Cell, text: str, reason: str, code: str) -> CellRefused:
    return CellRefused(reason, column=source_of(cell), value=text, code=code)
