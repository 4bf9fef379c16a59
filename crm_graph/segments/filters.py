"""Filters of a list, as the contract has them, become one condition and what it depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm_graph.config import Limits
from crm_graph.definitions.association import Direction
from crm_graph.definitions.changes.uses import of_association_type, of_object_type, of_property
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import InvalidAssociation, InvalidInput, UnknownObjectType
from crm_graph.search.conditions import ALWAYS, NEVER, AllOf, AnyOf, Associated, Condition, Member, Not
from crm_graph.search.target import find_target
from crm_graph.segments import moments
from crm_graph.segments.body import Body, boolean_of, integer_of, list_of, malformed, object_of, one_of, text_of
from crm_graph.segments.operations import Reading, read_operation
from crm_graph.segments.segment import DYNAMIC, Segment, is_id

_ROOT = "filterBranch"

NOT_HERE: Mapping[str, str] = {
    "PAGE_VIEW": "views of web pages",
    "CTA": "calls to action",
    "EVENT": "events of web analytics",
    "FORM_SUBMISSION": "forms",
    "FORM_SUBMISSION_ON_PAGE": "forms",
    "INTEGRATION_EVENT": "events of integrations",
    "EMAIL_SUBSCRIPTION": "subscriptions to marketing e-mail",
    "COMMUNICATION_SUBSCRIPTION": "subscriptions to communications",
    "SURVEY_MONKEY": "surveys",
    "SURVEY_MONKEY_VALUE": "surveys",
    "WEBINAR": "webinars",
    "EMAIL_EVENT": "events of marketing e-mail",
    "PRIVACY": "privacy consents",
    "ADS_SEARCH": "ads",
    "ADS_TIME": "ads",
    "UNIFIED_EVENTS": "custom events",
    "RESTRICTED": "hidden filters",
}
"""Filters and branches about what crm-graph does not keep, with what that is; activities are records to associate."""


@dataclass(slots=True)
class Filters:
    """What the filters of a segment come to.

    `uses` names definitions, such as `property:contact.email` or `association_type:279`, by the forward id. `needs` are
    ids of segments that they name themselves. `reaches` are the object types whose records, beside the segment's own,
    decide on membership. `is_timed`: the condition is another one as time goes by. `body` are the filters with every
    part that the contract's answers have, also where it was left out.
    """

    condition: Condition
    body: Body = field(default_factory=dict)
    uses: set[str] = field(default_factory=set)
    needs: set[int] = field(default_factory=set)
    reaches: set[str] = field(default_factory=set)
    is_timed: bool = False


def named(given: Any, depth: int = 0) -> Iterator[int]:
    """Ids of segments that filters name, to be found before they are read."""
    if depth > _DEPTH_MAX:
        raise malformed(_ROOT, f"branches may be nested {_DEPTH_MAX // 2} deep at most")
    if isinstance(given, Mapping):
        list_id = given.get("listId")
        if given.get("filterType") in ("IN_LIST", "ASSOCIATION") and _is_id(list_id):
            yield int(str(list_id))
        for each in given.values():
            yield from named(each, depth + 1)
    elif isinstance(given, list):
        for each in given:
            yield from named(each, depth + 1)


_DEPTH_MAX = 60


def read(
    given: Any,
    object_type: ObjectType,
    model: DataModel,
    *,
    known: Mapping[int, Segment],
    now: int,
    limits: Limits,
) -> Filters:
    """The filters as a condition, `now` being ms since 1970; InvalidInput names the place and the rule.

    `known` has every segment that they name, and those that these name in turn.
    """
    reader = _Reader(model, known, moments.now(now), limits)
    return reader.filters(given, object_type)


class _Reader:
    """Reads one tree of filters, and those of the segments that it names."""

    def __init__(self, model: DataModel, known: Mapping[int, Segment], present: datetime, limits: Limits) -> None:
        self._model = model
        self._known = known
        self._present = present
        self._limits = limits
        self._found = Filters(ALWAYS)
        self._number = 0
        self._above: tuple[int, ...] = ()
        self._branches: Mapping[str, Callable[[Body, str, ObjectType], Condition]] = {
            "OR": lambda body, at, near: AnyOf(self._parts(body, at, near)),
            "AND": lambda body, at, near: AllOf(self._parts(body, at, near)),
            "NOT_ALL": lambda body, at, near: Not(AllOf(self._parts(body, at, near))),
            "NOT_ANY": lambda body, at, near: Not(AnyOf(self._parts(body, at, near))),
            "ASSOCIATION": self._association_branch,
            "PROPERTY_ASSOCIATION": self._association_branch,
        }
        self._filters: Mapping[str, Callable[[Body, str, ObjectType], Condition]] = {
            "PROPERTY": self._property,
            "IN_LIST": self._in_list,
            "ASSOCIATION": self._associated_in_list,
            "PROPERTY_ASSOCIATION": self._associated_property,
            "CONSTANT": lambda body, at, near: ALWAYS if boolean_of(body, "shouldAccept", at) else NEVER,
        }

    def filters(self, given: Any, object_type: ObjectType) -> Filters:
        """The root: a branch OR of branches AND."""
        body = self._found.body = object_of(deepcopy(given), _ROOT)
        if text_of(body, "filterBranchType", _ROOT) != "OR":
            raise malformed(f"{_ROOT}.filterBranchType", "the root branch must be OR")
        if list_of(body, "filters", _ROOT):
            raise malformed(f"{_ROOT}.filters", "the root branch has branches and no filters of its own")
        branches = list_of(body, "filterBranches", _ROOT)
        if not branches:
            raise malformed(f"{_ROOT}.filterBranches", "one branch at least is needed")
        for n, each in enumerate(branches):
            at = f"{_ROOT}.filterBranches[{n}]"
            if text_of(object_of(each, at), "filterBranchType", at) != "AND":
                raise malformed(f"{at}.filterBranchType", "branches of the root must be AND")
        self._found.uses.add(of_object_type(object_type.name))
        self._found.condition = self._branch(body, _ROOT, object_type)
        return self._found

    def _branch(self, body: Body, at: str, near: ObjectType) -> Condition:
        if at.count("filterBranches") > self._limits.segment_depth:
            raise malformed(at, f"branches may be nested {self._limits.segment_depth} deep at most")
        kind = self._kind(body, "filterBranchType", at, self._branches)
        joined = "OR" if kind in ("OR", "NOT_ANY") else "AND"
        body["filterBranchOperator"] = one_of(body, "filterBranchOperator", at, ("AND", "OR"), default=joined)
        for name in ("filterBranches", "filters"):
            body.setdefault(name, [])
        return self._branches[kind](body, at, near)

    def _parts(self, body: Body, at: str, near: ObjectType) -> tuple[Condition, ...]:
        found = []
        for n, each in enumerate(list_of(body, "filterBranches", at)):
            below = f"{at}.filterBranches[{n}]"
            found.append(self._branch(object_of(each, below), below, near))
        for n, each in enumerate(list_of(body, "filters", at)):
            below = f"{at}.filters[{n}]"
            self._number += 1
            if self._number > self._limits.segment_filters:
                raise malformed(below, f"there may be {self._limits.segment_filters} filters at most")
            kind = self._kind(object_of(each, below), "filterType", below, self._filters)
            found.append(self._filters[kind](each, below, near))
        return tuple(found)

    @staticmethod
    def _kind(body: Body, name: str, at: str, permitted: Mapping[str, Any]) -> str:
        given = text_of(body, name, at)
        if given in NOT_HERE:
            raise malformed(f"{at}.{name}", f"{given} is about {NOT_HERE[given]}, which crm-graph does not keep")
        return one_of(body, name, at, tuple(permitted))

    def _property(self, body: Body, at: str, near: ObjectType) -> Condition:
        name = near.property_name(text_of(body, "property", at))
        try:
            target = find_target(near, name)
        except InvalidInput as error:
            raise malformed(f"{at}.property", error.message) from None
        reading = Reading(
            body=object_of(body.get("operation"), f"{at}.operation"),
            at=f"{at}.operation",
            object_type=near,
            target=target,
            present=self._present,
            most_values=self._limits.segment_values,
        )
        condition = read_operation(reading)
        if target.is_computed:
            self._found.reaches |= {end for pair in self._model.pairs_of(near) for end in (pair.source, pair.target)}
            self._found.is_timed = True
        self._found.is_timed = self._found.is_timed or reading.is_timed
        self._found.uses.update(of_property(near.name, each) for each in (name, *reading.names))
        return condition

    def _association_branch(self, body: Body, at: str, near: ObjectType) -> Condition:
        far, direction = self._direction(body, at, near, "objectTypeId")
        parts = self._parts(body, at, far)
        whole = AnyOf(parts) if body.get("filterBranchOperator") == "OR" and parts else AllOf(parts)
        return self._some(body, at, far, direction, whole)

    def _associated_in_list(self, body: Body, at: str, near: ObjectType) -> Condition:
        far, direction = self._direction(body, at, near, "toObjectTypeId")
        body.setdefault("coalescingRefineBy", {"type": "NUM_OCCURRENCES", "minOccurrences": 1})
        return self._some(body, at, far, direction, self._members(text_of(body, "listId", at), at, far))

    def _associated_property(self, body: Body, at: str, near: ObjectType) -> Condition:
        far, direction = self._direction(body, at, near, "toObjectTypeId")
        return self._some(body, at, far, direction, self._property(body, at, far))

    def _some(self, body: Body, at: str, far: ObjectType, direction: Direction, part: Condition) -> Condition:
        least, most = self._occurrences(body, at)
        found = Associated(far.name, direction.type_id, part, least, most)
        operator = one_of(body, "operator", at, ("IN_LIST", "NOT_IN_LIST"), default="IN_LIST")
        body["operator"] = operator
        return found if operator == "IN_LIST" else Not(found)

    @staticmethod
    def _occurrences(body: Body, at: str) -> tuple[int, int | None]:
        if body.get("pruningRefineBy") is not None:
            raise malformed(
                f"{at}.pruningRefineBy", "it is not supported; filter by a property of the associated record"
            )
        given, place = body.get("coalescingRefineBy"), f"{at}.coalescingRefineBy"
        if given is None:
            return 1, None
        refined = object_of(given, place)
        one_of(refined, "type", place, ("NUM_OCCURRENCES",))
        most = refined.get("maxOccurrences")
        least = integer_of(refined, "minOccurrences", place, default=0 if most is not None else 1, least=0)
        return least, None if most is None else integer_of(refined, "maxOccurrences", place, least=0)

    def _direction(self, body: Body, at: str, near: ObjectType, named_by: str) -> tuple[ObjectType, Direction]:
        """The far object type and the association type of a filter, which may leave one of the two out."""
        type_id = None
        if body.get("associationTypeId") is not None:
            type_id = integer_of(body, "associationTypeId", at)
        name = body.get(named_by) or body.get("toObjectType")
        if name is None and type_id is not None:
            found = self._by_type_id(near, type_id)
            if found is None:
                raise malformed(f"{at}.associationTypeId", f"{near.name} has no association type {type_id}")
        else:
            try:
                far = self._model.object_type(text_of({named_by: name}, named_by, at))
                directions = self._model.directions(near, far)
            except (UnknownObjectType, InvalidAssociation) as error:
                raise malformed(f"{at}.{named_by}", error.message.rstrip(".")) from None
            found = next((each for each in directions if type_id is None or each.type_id == type_id), None)
            if found is None:
                rule = f"{type_id} does not lead from {near.name} to {far.name}"
                raise malformed(f"{at}.associationTypeId", rule)
        category = body.get("associationCategory")
        if category is not None and category != found.type.category:
            raise malformed(f"{at}.associationCategory", f"association type {found.type_id} is {found.type.category}")
        body |= {
            named_by: self._model.object_types[found.far].id,
            "associationTypeId": found.type_id,
            "associationCategory": found.type.category,
        }
        self._found.uses |= {of_association_type(found.type.id), of_object_type(found.far)}
        self._found.reaches.add(found.far)
        return self._model.object_types[found.far], found

    def _by_type_id(self, near: ObjectType, type_id: int) -> Direction | None:
        for pair in self._model.pairs_of(near):
            found = pair.directions.get(type_id)
            if found is not None and found.near == near.name:
                return found
        return None

    def _in_list(self, body: Body, at: str, near: ObjectType) -> Condition:
        metadata = body.get("metadata")
        if isinstance(metadata, Mapping) and metadata.get("inListType"):
            kind = metadata["inListType"]
            raise malformed(f"{at}.metadata", f"{str(kind)[:100]} is about what crm-graph does not keep")
        operator = one_of(body, "operator", at, ("IN_LIST", "NOT_IN_LIST"))
        found = self._members(text_of(body, "listId", at), at, near)
        return found if operator == "IN_LIST" else Not(found)

    def _members(self, list_id: str, at: str, near: ObjectType) -> Condition:
        segment = self._known.get(int(list_id)) if _is_id(list_id) else None
        if segment is None or segment.deleted_at is not None:
            raise malformed(f"{at}.listId", f"list {list_id[:100]} does not exist")
        if segment.object_type != near.name:
            raise malformed(f"{at}.listId", f"list {segment.id} is one of {segment.object_type}, not of {near.name}")
        if not self._above:
            self._found.needs.add(segment.id)
        if not segment.is_dynamic:
            # Whoever puts a record into it by hand leaves no event in the feed.
            self._found.reaches.add(near.name)
            self._found.is_timed = True
            return Member(segment.id)
        if segment.id in self._above:
            raise malformed(f"{at}.listId", f"list {segment.id} depends on this one")
        return self._nested(segment, near)

    def _nested(self, segment: Segment, near: ObjectType) -> Condition:
        # Its own uses are its own affair; what it reaches and whether it moves with time is ours.
        uses, above, number = set(self._found.uses), self._above, self._number
        self._above, self._number = (*above, segment.id), 0
        if len(self._above) > self._limits.segment_depth:
            raise malformed(_ROOT, f"lists may depend on each other {self._limits.segment_depth} deep at most")
        condition = self._branch(object_of(deepcopy(segment.filters), _ROOT), _ROOT, near)
        self._found.uses, self._above, self._number = uses, above, number
        return condition


def _is_id(given: Any) -> bool:
    return isinstance(given, int | str) and not isinstance(given, bool) and is_id(str(given))


def condition_of(
    segment: Segment, model: DataModel, known: Mapping[int, Segment], now: int, limits: Limits
) -> Filters | None:
    """The filters of a dynamic segment as they are at a time; None for one that is not dynamic.

    Raises InvalidInput where they use what is no longer there.
    """
    if segment.processing_type != DYNAMIC:
        return None
    found = model.object_types.get(segment.object_type)
    if found is None or found.archived:
        raise InvalidInput(f"List {segment.id} is of an object type that is no longer there.", listId=[str(segment.id)])
    try:
        return read(segment.filters, found, model, known=known, now=now, limits=limits)
    except InvalidInput as error:
        raise InvalidInput(
            f"List {segment.id} ({segment.name}) can no longer be evaluated. {error.message}", listId=[str(segment.id)]
        ) from None


def conditions_of(
    segments: Iterable[Segment], model: DataModel, known: Mapping[int, Segment], now: int, limits: Limits
) -> dict[int, Filters]:
    """By id the filters of the dynamic ones among the segments, without those that use what is no longer there."""
    found = {}
    for each in segments:
        with suppress(InvalidInput):  # who reads such a segment is told
            if filters := condition_of(each, model, known, now, limits):
                found[each.id] = filters
    return found


def cyclic(segment_id: int) -> InvalidInput:
    """The error for filters that name a list which depends on the one that they are of."""
    return malformed(_ROOT, f"list {segment_id} would depend on itself")
