"""Records that keys of rows name, found in sets: by import key, unique value, id, or indexed text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import RecordNotFound
from crm_graph.graph.queries import load
from crm_graph.records import claims, read
from crm_graph.records.record import Identity
from crm_graph.records.values import FOLDED_LENGTH
from crm_graph.transfer.cells import CellRefused
from crm_graph.transfer.checking import RECORD_ID
from crm_graph.transfer.mapping import KEY_SEPARATOR, Key
from crm_graph.unit import Unit

IMPORT_KEY_LENGTH = 1_000
"""Characters of an import key."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record as a row names it. `space` and `text` are the same for whatever names the same record the same way."""

    object_type: str
    space: str
    text: str
    key: str | None = None
    claim: str | None = None
    folded_property: str | None = None

    def __hash__(self) -> int:
        # Every row is looked up several times, and few records share a text.
        return hash(self.text)


@dataclass(frozen=True, slots=True)
class Found:
    """What a key led to; `node` has the stored values of a near record."""

    record_id: int
    is_live: bool = True
    is_ambiguous: bool = False
    node: Mapping[str, Any] = field(default_factory=dict)


def import_key(key: Key, text: str) -> str:
    """The import key of a row: its key space and its key."""
    return f"{key.key_space}{KEY_SEPARATOR}{text}"


def is_by_text(object_type: ObjectType, key: Key) -> bool:
    """Whether the key is an indexed text, which several records may share, and no claim or id."""
    name = key.property_name
    return name is not None and name != RECORD_ID and name not in object_type.unique_properties


def wanted(object_type: ObjectType, key: Key, text: str) -> Wanted:
    """What to look for; CellRefused for a text that can name no record."""
    column = ", ".join(key.columns)
    name = key.property_name
    if len(text) > IMPORT_KEY_LENGTH:
        reason = f"the key has more than {IMPORT_KEY_LENGTH} characters"
        raise CellRefused(reason, column=column, value=text[:200], code="key")
    if name is None:
        made = import_key(key, text)
        return Wanted(object_type.name, "import", made, claim=claims.import_key(object_type, made))
    if is_by_text(object_type, key):
        folded = text.casefold()[:FOLDED_LENGTH]
        return Wanted(object_type.name, name, folded, folded_property=f"_f_{name}")
    try:
        place = read.locate(object_type, Identity(text, name))
    except RecordNotFound:
        raise CellRefused(f"{text!r} is no record id", column=column, value=text, code="record_id") from None
    return Wanted(object_type.name, name, place["claim"] or text, key=place["key"], claim=place["claim"])


def find(unit: Unit, near: Iterable[Wanted], far: Iterable[Wanted]) -> dict[Wanted, Found]:
    """The records that are there: one statement, and one more for each property that is looked up by its text."""
    near_list, far_list = list(dict.fromkeys(near)), list(dict.fromkeys(far))
    by_claim = [w for w in near_list if w.folded_property is None]
    far_by_claim = [w for w in far_list if w.folded_property is None]
    found: dict[Wanted, Found] = {}
    if by_claim or far_by_claim:
        row = unit.graph.ask(load("transfer").resolve, near=_places(by_claim), far=_places(far_by_claim))
        for n, record_id, is_live in row["far_found"]:
            found[far_by_claim[n]] = Found(record_id, is_live)
        for n, node in row["near_found"]:
            found[by_claim[n]] = Found(node["_id"], node.get("_archived_at") is None, node=node)
    by_text: dict[tuple[str, str], list[Wanted]] = defaultdict(list)
    for each in dict.fromkeys([*near_list, *far_list]):
        if each.folded_property is not None:
            by_text[each.object_type, each.folded_property].append(each)
    for (name, folded_property), texts in by_text.items():
        found.update(_by_text(unit, unit.model.object_type(name), folded_property, texts))
    return found


def _places(wanted: Iterable[Wanted]) -> list[dict[str, Any]]:
    return [{"n": n, "key": each.key, "claim": each.claim} for n, each in enumerate(wanted)]


def _by_text(unit: Unit, object_type: ObjectType, folded_property: str, texts: list[Wanted]) -> dict[Wanted, Found]:
    query = load("transfer").find_by_text.on(node_label=object_type.node_label, folded_property=folded_property)
    places = [{"n": n, "text": each.text} for n, each in enumerate(texts)]
    found: dict[Wanted, Found] = {}
    for n, node in unit.graph.ask(query, wanted=places)["found"]:
        found[texts[n]] = Found(node["_id"], is_ambiguous=texts[n] in found, node=node)
    return found
