"""Reads a mapping from TOML; every fault is collected with its place, so that one run shows them all.

What can only be judged with the data model at hand is in `checking.py`.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crm_graph.definitions.pipeline import Pipeline, Stage
from crm_graph.definitions.property import Option, Property
from crm_graph.errors import InvalidInput
from crm_graph.transfer.mapping import (
    AssociationMapping,
    Cell,
    FileMapping,
    ImportMapping,
    Key,
    NeededPipeline,
    NeededProperty,
    NumberFormat,
    OwnerMapping,
    RecordMapping,
)

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}\Z")
"""What a mapping and a key space may be called."""

_FIELD_TYPES = {
    "string": "text",
    "number": "number",
    "bool": "booleancheckbox",
    "date": "date",
    "datetime": "date",
    "enumeration": "select",
}


class MappingRefused(InvalidInput):
    """A mapping that cannot be used; `faults` has one sentence for each thing wrong, with its place."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("The mapping cannot be used:\n" + "\n".join(f"  {fault}" for fault in faults))
        self.faults = tuple(faults)


def read_mapping(text: str) -> ImportMapping:
    """The mapping that a TOML text describes; MappingRefused names everything wrong with it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingRefused([f"not TOML: {error}"]) from None
    faults: list[str] = []
    mapping = _mapping(_Table(data, "", faults))
    if faults:
        raise MappingRefused(faults)
    return mapping


class _Table:
    """A table being read: each key is asked for once, what is left at the end is unknown."""

    def __init__(self, data: Mapping[str, Any], place: str, faults: list[str]) -> None:
        self._data = dict(data)
        self.place = place
        self.faults = faults

    def fault(self, key: str, message: str) -> None:
        """Note what is wrong with a key."""
        self.faults.append(f"{self._path(key)}: {message}")

    def has(self, key: str) -> bool:
        """Whether the key is there and not read yet."""
        return key in self._data

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A string; numbers and booleans are taken as they are written."""
        value = self._data.pop(key, None)
        if value is None:
            if required:
                self.fault(key, "is missing")
            return default
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (str, int, float)):
            return str(value)
        self.fault(key, "must be a text")
        return default

    def optional(self, key: str) -> str | None:
        """A string, None where the key is missing."""
        return self.text(key) if key in self._data else None

    def flag(self, key: str) -> bool:
        """A boolean, false where the key is missing."""
        value = self._data.pop(key, False)
        if not isinstance(value, bool):
            self.fault(key, "must be true or false")
            return False
        return value

    def choice(self, key: str, choices: Sequence[str]) -> str:
        """One of the choices, the first where the key is missing."""
        value = self.text(key, choices[0])
        if value not in choices:
            self.fault(key, f"must be one of {', '.join(choices)}, not {value!r}")
            return choices[0]
        return value

    def texts(self, key: str) -> dict[str, str]:
        """A table of strings."""
        table = self.table(key)
        return {name: table.text(name) for name in table.names()} if table else {}

    def table(self, key: str) -> _Table | None:
        """A table, None where the key is missing."""
        value = self._data.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fault(key, "must be a table")
            return None
        return _Table(value, self._path(key), self.faults)

    def tables(self, key: str) -> Iterator[_Table]:
        """Each table of an array of tables."""
        value = self._data.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fault(key, "must be an array of tables")
            return
        for index, item in enumerate(value, 1):
            yield _Table(item, f"{self._path(key)}[{index}]", self.faults)

    def raw(self, key: str) -> Any:
        """The value as TOML gave it, None where the key is missing."""
        return self._data.pop(key, None)

    def names(self) -> list[str]:
        """The keys not read yet."""
        return list(self._data)

    def close(self) -> None:
        """Note every key that nothing asked for."""
        for key in self._data:
            self.fault(key, "is unknown")

    def _path(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key


def _mapping(table: _Table) -> ImportMapping:
    name = table.text("name", required=True)
    if name and not NAME.match(name):
        table.fault("name", "may have lower-case letters, digits, `_`, `-` and `.`, at most 64")
    mapping = ImportMapping(
        name=name,
        title=table.text("title", name),
        properties=tuple(_property(item) for item in table.tables("properties")),
        pipelines=tuple(_pipeline(item) for item in table.tables("pipelines")),
        files=tuple(_file(item, name) for item in table.tables("files")),
    )
    if not mapping.files:
        table.fault("files", "names no file")
    table.close()
    return mapping


def _property(table: _Table) -> NeededProperty:
    kind = table.choice("type", list(_FIELD_TYPES))
    name = table.text("name", required=True)
    definition = Property(
        name=name,
        display_name=table.text("display_name", name),
        type=kind,
        field_type=table.text("field_type", _FIELD_TYPES[kind]),
        group=table.text("group"),
        description=table.text("description"),
        unique=table.flag("unique"),
        indexed=table.flag("indexed"),
        options=tuple(_options(table)),
    )
    needed = NeededProperty(object_type=table.text("object_type", required=True), definition=definition)
    table.close()
    return needed


def _options(table: _Table) -> Iterator[Option]:
    """Options given as texts, or as tables with `value` and `display_name`."""
    given = table.raw("options") or []
    if not isinstance(given, list) or not all(isinstance(item, (str, dict)) for item in given):
        table.fault("options", "must be an array of texts or tables")
        return
    for order, item in enumerate(given):
        if isinstance(item, str):
            yield Option(value=item, display_name=item, display_order=order)
            continue
        option = _Table(item, f"{table.place}.options[{order + 1}]", table.faults)
        value = option.text("value", required=True)
        yield Option(value=value, display_name=option.text("display_name", value), display_order=order)
        option.close()


def _pipeline(table: _Table) -> NeededPipeline:
    pipeline_id = table.text("id", required=True)
    stages = []
    for order, item in enumerate(table.tables("stages")):
        stage_id = item.text("id", required=True)
        stage = Stage(
            id=stage_id,
            display_name=item.text("display_name", stage_id),
            display_order=order,
            metadata=item.texts("metadata"),
        )
        item.close()
        stages.append(stage)
    if not stages:
        table.fault("stages", "names no stage")
    definition = Pipeline(id=pipeline_id, display_name=table.text("display_name", pipeline_id), stages=tuple(stages))
    needed = NeededPipeline(object_type=table.text("object_type", required=True), definition=definition)
    table.close()
    return needed


def _file(table: _Table, mapping_name: str) -> FileMapping:
    path = table.text("path", required=True)
    if "/" in path or "\\" in path or path.startswith("."):
        table.fault("path", "is the name of a file in the directory that is imported from, without folders")
    encoding = table.text("encoding", "utf-8")
    try:
        codecs.lookup(encoding)
    except LookupError:
        table.fault("encoding", f"{encoding!r} is not known")
    delimiter = table.text("delimiter", ",")
    if len(delimiter) != 1:
        table.fault("delimiter", "must be one character")
    columns = table.table("values")
    owners = table.table("owners")
    file = FileMapping(
        path=path,
        encoding=encoding,
        delimiter=delimiter,
        values={column: columns.texts(column) for column in columns.names()} if columns else {},
        owners=_owners(owners) if owners else None,
        records=tuple(_record(item, mapping_name) for item in table.tables("records")),
    )
    if not file.records and file.owners is None:
        table.fault("records", "the file makes neither records nor owners")
    table.close()
    return file


def _owners(table: _Table) -> OwnerMapping:
    names = ("name", "first_name", "last_name", "email", "manager", "team")
    owners = OwnerMapping(**{name: table.optional(name) for name in names})
    if not (owners.name or owners.email or (owners.first_name and owners.last_name)):
        table.fault("name", "owners need a column with their name or their e-mail")
    table.close()
    return owners


def _record(table: _Table, mapping_name: str) -> RecordMapping:
    properties = table.table("properties")
    record = RecordMapping(
        object_type=table.text("object_type", required=True),
        key=_key(table, mapping_name),
        properties=({name: _cell(properties, name, mapping_name) for name in properties.names()} if properties else {}),
        associations=tuple(_association(item, mapping_name) for item in table.tables("associations")),
        mode=cast(Any, table.choice("mode", ("upsert", "create", "update"))),
        repeats=cast(Any, table.choice("repeats", ("error", "skip"))),
    )
    table.close()
    return record


def _association(table: _Table, mapping_name: str) -> AssociationMapping:
    association = AssociationMapping(
        object_type=table.text("object_type", required=True),
        key=_key(table, mapping_name),
        association_label=table.optional("association_label"),
        separator=table.optional("separator"),
    )
    if association.separator is not None and len(association.key.columns) > 1:
        table.fault("separator", "splits a key of one column only")
    table.close()
    return association


def _key(table: _Table, mapping_name: str) -> Key:
    """A key given as a column, as columns, or as a table that also says what the columns name a record by."""
    given = table.raw("key")
    if isinstance(given, dict):
        inner = _Table(given, f"{table.place}.key", table.faults)
        columns = inner.raw("column") or inner.raw("columns")
        key_space = inner.text("key_space", mapping_name)
        if not NAME.match(key_space):
            inner.fault("key_space", "may have lower-case letters, digits, `_`, `-` and `.`, at most 64")
        property_name, values = inner.optional("property"), inner.texts("values")
        inner.close()
    else:
        columns, key_space, property_name, values = given, mapping_name, None, {}
    if isinstance(columns, str):
        columns = [columns]
    if not isinstance(columns, list) or not columns or not all(isinstance(each, str) and each for each in columns):
        table.fault("key", "must name a column, or several in an array")
        columns = []
    return Key(columns=tuple(columns), key_space=key_space, property_name=property_name, values=values)


def _cell(properties: _Table, name: str, mapping_name: str) -> Cell:
    """The source of a property's value: a column, or a table that says more."""
    given = properties.raw(name)
    if isinstance(given, str):
        return Cell(column=given)
    if not isinstance(given, dict):
        properties.fault(name, "must be a column, or a table")
        return Cell(constant="")
    table = _Table(given, f"{properties.place}.{name}", properties.faults)
    refers_to = table.optional("id_of")
    cell = Cell(
        refers_to=refers_to,
        reference=_key(table, mapping_name) if refers_to else None,
        column=table.optional("column"),
        constant=table.optional("constant"),
        template=table.optional("template"),
        default=table.text("default"),
        values=table.texts("values"),
        date_format=table.optional("date"),
        time_zone=_time_zone(table),
        number=_number(table),
        is_owner=table.flag("owner"),
        clears=table.choice("empty", ("keep", "clear")) == "clear",
    )
    sources = [cell.column, cell.constant, cell.template, cell.reference]
    if sum(source is not None for source in sources) != 1:
        properties.fault(name, "needs one of column, constant, template, or id_of with key")
    if cell.date_format is not None and "%" not in cell.date_format:
        table.fault("date", "must be a format such as %m/%d/%Y")
    table.close()
    return cell


def _time_zone(table: _Table) -> str | None:
    name = table.optional("time_zone")
    if name is not None:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            table.fault("time_zone", f"{name!r} is not known")
            return None
    return name


def _number(table: _Table) -> NumberFormat | None:
    inner = table.table("number")
    if inner is None:
        return None
    number = NumberFormat(
        decimal=inner.text("decimal", "."), thousands=inner.text("thousands"), scale=inner.text("scale", "1")
    )
    if not re.fullmatch(r"\d+(\.\d+)?", number.scale):
        inner.fault("scale", "must be a number above zero, such as 1000000")
    if len(number.decimal) != 1 or number.decimal == number.thousands:
        inner.fault("decimal", "must be one character, another than that of thousands")
    inner.close()
    return number
