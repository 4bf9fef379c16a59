"""Random writes through the domain, each beside the same write to the plain model, and what both must agree on."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from crm_graph.crm import Crm
from crm_graph.errors import CRMError
from crm_graph.questions.as_of import state
from crm_graph.records import associations, store
from crm_graph.records.check import check_records
from crm_graph.records.merge import merge
from crm_graph.records.record import Identity, Selection
from crm_graph.unit import Actor, Unit
from tests.properties.plain_model import PlainModel, PlainRecord

ROOT = Actor(user_id=1, owner_id="1", is_super_admin=True)
WRITTEN = ("firstname", "phone", "name", "email", "hs_additional_emails", "hs_merged_object_ids")
"""Properties that the replay writes; others that the domain adds are not its subject."""

Write = tuple[str, int, int, int]
"""Name of the operation, two numbers that choose records, one that chooses values or types."""

OPERATIONS = ("create", "update", "associate", "label", "remove", "dissociate", "archive", "restore", "merge")


class Replay:
    """Makes writes, and keeps the plain model as it was after each of them."""

    def __init__(self, crm: Crm) -> None:
        self.crm = crm
        self.plain = PlainModel(crm.model)
        self.moments: list[tuple[int, PlainModel]] = []
        self._salt = uuid.uuid4().hex  # not of `random`, which Hypothesis seeds alike for every example
        self._object_types = [crm.model.object_type(name) for name in ("contact", "contact", "company")]

    def write(self, write: Write) -> None:
        """Make one write in both, which must accept or refuse it alike."""
        name, first, second, choice = write
        getattr(self, f"_{name}")(first, second, choice)
        self.moments.append((self.crm.clock.now(), self.plain.copy()))

    def compare(self) -> None:
        """Every record at every moment since it was made is what the plain model kept."""
        for moment, plain in self.moments:
            for key, expected in plain.records.items():
                past = self.crm.run(ROOT, lambda unit, key=key, at=moment: _state(unit, key, at))
                assert past.is_archived == expected.is_archived, (key, moment)
                assert _written(past.properties) == _written(expected.properties), (key, moment)
                assert past.associations == plain.associations(key), (key, moment)

    def compare_now(self) -> None:
        """What reads of live records give, from either end, is the last state of the plain model."""
        for key, expected in self.plain.records.items():
            if expected.is_archived:
                continue
            assert self._associations_now(key) == self.plain.associations(key), key
            record = self.crm.run(ROOT, lambda unit, key=key: _read(unit, key))
            assert _written(record.properties) == _written(expected.properties), key
            for name, value in _written(record.properties).items():
                assert record.history[name][0].value == value, (key, name)

    def check(self) -> None:
        """A check finds nothing about the records."""
        keys = list(self.plain.records)
        assert self.crm.run(ROOT, lambda unit: list(check_records(unit, keys))) == []

    def _both(self, domain: Callable[[Unit], Any], plain: Callable[[], Any]) -> Any:
        """What the domain returns where both accept; None where both refuse with the same error."""
        refusal, result = _refusal(plain), None
        if refusal is None:
            result = self.crm.run(ROOT, domain)
        else:
            with pytest.raises(refusal):
                self.crm.run(ROOT, domain)
        return result

    def _create(self, first: int, second: int, choice: int) -> None:
        object_type = self._object_types[first % 3]
        values = self._values(object_type.name, choice)
        if object_type.name == "company":
            values["name"] = f"Company {choice}"
        record = self._both(
            lambda unit: store.create(unit, unit.model.object_type(object_type.name), values),
            lambda: self.plain.check_email(values.get("email"), None),
        )
        if record is not None:
            self.plain.create(record.key, values)

    def _update(self, first: int, second: int, choice: int) -> None:
        if key := self._pick(first):
            record = self.plain.records[key]
            values = self._values(self.crm.model.object_type(record.kind).name, choice)
            if choice % 5 == 0:
                values = dict.fromkeys(values)

            def plain() -> None:
                found = self.plain.resolve(key)
                self.plain.check_email(values.get("email"), found)
                self.plain.update(found, values)

            self._both(lambda unit: store.update(unit, *_identity(unit, key), values), plain)

    def _associate(self, first: int, second: int, choice: int) -> None:
        near, far = self._pick(first), self._pick(second)
        if near and far and self._may_join(near, far):
            self._set(near, far, ())

    def _label(self, first: int, second: int, choice: int) -> None:
        near, far = self._pick(first), self._pick(second)
        if near and far and self._may_join(near, far):
            own = self._directions(near, far)
            self._set(near, far, [each for n, each in enumerate(own) if choice >> n & 1] or own[-1:])

    def _set(self, near: str, far: str, directions: Sequence[Any]) -> None:
        types = [(each.type.category, each.type_id) for each in directions]
        self._both(
            lambda unit: associations.set_types(unit, *_end(unit, near), *_end(unit, far), types),
            lambda: self.plain.associate(near, far, directions),
        )

    def _remove(self, first: int, second: int, choice: int) -> None:
        near, far = self._pick(first), self._pick(second)
        if near and far and near != far and self._may_join(near, far):
            own = self._directions(near, far)
            direction = own[choice % len(own)]
            types = [(direction.type.category, direction.type_id)]
            self._both(
                lambda unit: associations.remove_types(unit, *_end(unit, near), *_end(unit, far), types),
                lambda: self.plain.dissociate(near, far, [direction]),
            )

    def _dissociate(self, first: int, second: int, choice: int) -> None:
        near, far = self._pick(first), self._pick(second)
        if near and far and near != far and self._may_join(near, far):
            self._both(
                lambda unit: associations.dissociate(unit, *_end(unit, near), *_end(unit, far)),
                lambda: self.plain.dissociate(near, far, None),
            )

    def _archive(self, first: int, second: int, choice: int) -> None:
        if key := self._pick(first):
            self._both(lambda unit: store.archive(unit, *_end(unit, key)), lambda: self.plain.archive(key))

    def _restore(self, first: int, second: int, choice: int) -> None:
        archived = [key for key, record in self.plain.records.items() if record.is_archived]
        if key := archived[second % len(archived)] if archived and choice % 4 else self._pick(first):

            def plain() -> None:
                self.plain.check_restore(key)
                self.plain.records[key].is_archived = False

            self._both(lambda unit: store.restore(unit, *_end(unit, key)), plain)

    def _merge(self, first: int, second: int, choice: int) -> None:
        primary, other = self._pick(first), self._pick(second)
        if primary and other and self.plain.records[primary].kind == self.plain.records[other].kind:
            pair: list[PlainRecord] = []
            made = self._both(
                lambda unit: merge(unit, *_end(unit, primary), _end(unit, other)[1]),
                lambda: pair.extend(self.plain.check_merge(primary, other)),
            )
            if made is not None:
                self.plain.merge(pair[0], pair[1], made.key)

    def _pick(self, number: int) -> str | None:
        keys = list(self.plain.records)
        return keys[number % len(keys)] if keys else None

    def _values(self, object_type: str, choice: int) -> dict[str, Any]:
        if object_type == "company":
            return {"phone": f"{choice % 7}"}
        chosen = {"firstname": f"Nick {choice % 4}", "phone": f"{choice % 7}", "email": self._address(choice)}
        return {name: value for n, (name, value) in enumerate(chosen.items()) if choice >> n & 1} or {"phone": "0"}

    def _address(self, choice: int) -> str:
        return f"{self._salt}.{choice % 5}@example.com"

    def _may_join(self, near: str, far: str) -> bool:
        kinds = [self.crm.model.object_type(self.plain.records[key].kind) for key in (near, far)]
        return self.crm.model.find_pair(kinds[0], kinds[1]) is not None

    def _directions(self, near: str, far: str) -> list[Any]:
        kinds = [self.crm.model.object_type(self.plain.records[key].kind) for key in (near, far)]
        return list(self.crm.model.directions(kinds[0], kinds[1]))

    def _associations_now(self, key: str) -> dict[str, frozenset[int]]:
        found: dict[str, frozenset[int]] = {}
        for far in ("contact", "company"):
            page = self.crm.run(
                ROOT, lambda unit, far=far: associations.page(unit, *_end(unit, key), unit.model.object_type(far))
            )
            kind = self.crm.model.object_type(far).id
            found |= {f"{kind}:{far_id}": frozenset(type_ids) for far_id, type_ids in page.type_ids.items()}
        return found


def _refusal(plain: Callable[[], Any]) -> type[CRMError] | None:
    """The class of the error with which the plain model refuses; it changes nothing then."""
    try:
        plain()
    except CRMError as error:
        return type(error)
    return None


def _written(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: properties[name] for name in WRITTEN if properties.get(name) is not None}


def _end(unit: Unit, key: str) -> tuple[Any, str]:
    kind, _, record_id = key.partition(":")
    return unit.model.object_type(kind), record_id


def _identity(unit: Unit, key: str) -> tuple[Any, Identity]:
    object_type, record_id = _end(unit, key)
    return object_type, Identity(record_id)


def _state(unit: Unit, key: str, at: int) -> Any:
    return state(unit, *_end(unit, key), at)


def _read(unit: Unit, key: str) -> Any:
    return store.read(unit, *_identity(unit, key), Selection(properties=WRITTEN, history=WRITTEN))
