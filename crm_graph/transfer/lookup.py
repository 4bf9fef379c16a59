"""Records that keys of rows name, found in sets: by import key, unique value, id, or indexed text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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

_SYSTEM = ("_id", "_version", "_archived_at")


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
    name = key.property_name
    if len(text) > IMPORT_KEY_LENGTH:
        raise _refused(key, text[:200], f"the key has more than {IMPORT_KEY_LENGTH} characters", "key")
    if name is None:
        made = import_key(key, text)
        return Wanted(object_type.name, "import", made, claim=claims.import_key(object_type, made))
    if is_by_text(object_type, key):
        folded = text.casefold()[:FOLDED_LENGTH]
        return Wanted(object_type.name, name, folded, folded_property=f"_f_{name}")
    try:
        place = read.locate(object_type, Identity(text, name))
    except RecordNotFound:
        raise _refused(key, text, f"{text!r} is no record id", "record_id") from None
    return Wanted(object_type.name, name, place["claim"] or text, key=place["key"], claim=place["claim"])


def find(unit: Unit, near: Iterable[Wanted], far: Iterable[Wanted], names: Iterable[str]) -> dict[Wanted, Found]:
    """The records that are there: one statement, and one more for each property that is looked up by its text.

    Near ones come with the values of the named properties. A claim wins over a key, since the id of
    a merged record leads to the record it became.
    """
    near_list, far_list = list(dict.fromkeys(near)), list(dict.fromkeys(far))
    stored = [*_SYSTEM, *names]
    found: dict[Wanted, Found] = {}
    near_keys, near_claims = _places(near_list)
    far_keys, far_claims = _places(far_list)
    if near_keys or near_claims or far_keys or far_claims:
        row = unit.graph.ask(
            load("transfer").resolve,
            near_keys=near_keys,
            near_claims=near_claims,
            far_keys=far_keys,
            far_claims=far_claims,
            names=stored,
        )
        far_there = {place: (record_id, is_live) for place, record_id, is_live in row["far_by_key"]}
        far_there |= {place: (record_id, is_live) for place, record_id, is_live in row["far_by_claim"]}
        near_there = {**dict(row["near_by_key"]), **dict(row["near_by_claim"])}
        for each in far_list if far_there else ():
            if place := far_there.get(each.claim) or far_there.get(each.key):
                found[each] = Found(*place)
        for each in near_list if near_there else ():
            if values := near_there.get(each.claim) or near_there.get(each.key):
                found[each] = _found(stored, values)
    by_text: dict[tuple[str, str], list[Wanted]] = defaultdict(list)
    for each in dict.fromkeys([*near_list, *far_list]):
        if each.folded_property is not None:
            by_text[each.object_type, each.folded_property].append(each)
    for (name, folded_property), texts in by_text.items():
        found.update(_by_text(unit, unit.model.object_type(name), folded_property, texts, stored))
    return found


def _places(wanted: Iterable[Wanted]) -> tuple[list[str], list[str]]:
    """The keys and the claims of those that are looked up by one."""
    return [each.key for each in wanted if each.key], [each.claim for each in wanted if each.claim]


def _by_text(
    unit: Unit, object_type: ObjectType, folded_property: str, texts: Sequence[Wanted], stored: Sequence[str]
) -> dict[Wanted, Found]:
    query = load("transfer").find_by_text.on(node_label=object_type.node_label, folded_property=folded_property)
    places = [{"n": n, "text": each.text} for n, each in enumerate(texts)]
    found: dict[Wanted, Found] = {}
    for n, values in unit.graph.ask(query, wanted=places, names=stored)["found"]:
        found[texts[n]] = _found(stored, values, is_ambiguous=texts[n] in found)
    return found


def _found(names: Sequence[str], values: Sequence[Any], *, is_ambiguous: bool = False) -> Found:
    node = dict(zip(names, values, strict=True))
    return Found(node["_id"], node["_archived_at"] is None, is_ambiguous, node)


def _refused(key: Key, value: str, reason: str, code: str) -> CellRefused:
    return CellRefused(reason, column=", ".join(key.columns), value=value, code=code)
