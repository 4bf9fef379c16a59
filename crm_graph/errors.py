"""Every error the domain raises, as one tree; HTTP statuses are given to it in `api/errors.py` alone.

CRMError
├── Invalid                     the request itself is wrong; nothing was written
│   ├── InvalidValues           values of a record, all faults at once
│   │   └── MissingRequired     a new record lacks what its object type requires
│   ├── InvalidInput            a body, a parameter, a cursor
│   │   └── TooMany             more than a limit allows
│   ├── UnknownObjectType       no object type has that name or id
│   ├── InactiveObjectType      a super admin must activate it first
│   ├── InvalidAssociation      records that cannot be associated
│   │   ├── WrongDirection      a type id of the other direction, or of another pair
│   │   ├── UndefinedAssociation  no association is defined between the two object types
│   │   └── LimitExceeded       an association would pass a limit
│   ├── UniqueValueTaken        another record has the unique value
│   ├── ValueBlocked            a value that named a person whose data was deleted
│   ├── NotUnique               a property is not unique and cannot identify a record
│   ├── InUse                   something still refers to what is to be removed
│   │   └── RecordsRemain        an object type has records
│   │       └── ReferencedByRecords  records stand in the pipeline or stage
│   ├── RuleBroken              a rule of one object type forbids it
│   ├── GrantRefused            OAuth: what an app sent for a token is not what it was given
│   └── Refused                 internal: inputs of a batch that cannot be written, each with its error
├── NotFound                    what was named does not exist
│   ├── RecordNotFound
│   └── DefinitionNotFound      a property, group, pipeline, stage, association type …
├── Conflict                    it exists already
│   ├── RecordExists            a record with the same identity, named in `existing_id`
│   ├── DefinitionExists
│   └── ForeignDatabase         nodes that are not ours, at start-up
├── OperationRefused            the object type does not take part in the operation
├── Unauthenticated             no token, or one that is unknown or revoked
│   └── Expired
├── MissingScopes               the token does not permit it
├── Unavailable                 try again later
│   ├── GraphUnavailable        Neo4j does not answer
│   ├── ReadTooLong             a read did not come to an end in the time that any may take
│   ├── OutcomeUnknown          the connection was lost while a write was committed
│   └── Busy                    too much is being asked at this moment
│       └── WriteTooLong        a write did not come to an end in the time that any may take
├── QueryTooExpensive           a budget of time of its own was used up
├── PairNotIndexed              internal: first association of a pair; make its indexes and repeat
└── StaleModel                  internal: definitions or access moved; read them again and repeat
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from crm_graph.definitions.association import AssociationPair


class CRMError(Exception):
    """Base of all; `message` is a sentence for people, `context` names what it is about."""

    code: str | None = None

    def __init__(self, message: str, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.context = context


class Invalid(CRMError):
    """The request is wrong and would be wrong again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one value: the stable code, the property's name and a sentence."""

    code: str
    name: str
    message: str
    value: str | None = None
    place: int | None = None
    """Which input of a batch it is about."""


class InvalidValues(Invalid):
    """Values of a record that break rules of their properties; `faults` has every one of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = tuple(faults)


class MissingRequired(InvalidValues):
    """A record without properties that its object type requires; `names` has them."""

    def __init__(self, object_type_id: str, names: Sequence[str]) -> None:
        message = f"Error creating {object_type_id}. Some required properties were not set."
        super().__init__([Fault("MISSING_REQUIRED_PROPERTY", name, message) for name in names])
        self.message = message

    @property
    def names(self) -> tuple[str, ...]:
        """The properties, each once."""
        return tuple(dict.fromkeys(fault.name for fault in self.faults))


class InvalidInput(Invalid):
    """A body, parameter or cursor that cannot be read, or a definition that cannot be."""

    places: tuple[tuple[str, str], ...] = ()
    """Where each thing is that was found, and what it is; empty where the message is about one thing alone."""

    def found_at(self, *places: tuple[str, str]) -> Self:
        """The same error, with places."""
        self.places = places
        return self


class TooMany(InvalidInput):
    """More inputs, filters or characters than the limit named in the message."""


class UnknownObjectType(Invalid):
    """No object type is known by the name or id given."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Unable to infer object type from: {name}")
        self.name = name


class InactiveObjectType(Invalid):
    """The object type exists but a super admin has not activated it."""


class InvalidAssociation(Invalid):
    """Records that do not exist, are archived, or may not be associated."""


class WrongDirection(InvalidAssociation):
    """An association type used from its wrong end or between other object types."""


class UndefinedAssociation(InvalidAssociation):
    """Two object types between which no association is defined."""


class LimitExceeded(InvalidAssociation):
    """Associations that would pass the limit of their type.

    `type_id` is the id of the type as stored, `excess` says by how many each record, by its id, would pass it.
    """

    def __init__(self, message: str, type_id: int, excess: Mapping[int, int], **context: Any) -> None:
        super().__init__(message, **context)
        self.type_id = type_id
        self.excess = excess


class Refused(Invalid):
    """Inputs of a batch that cannot be written; `errors` says why, by the index of the input.

    Whoever may write a part takes those out and tries the others.
    """

    def __init__(self, errors: Mapping[int, CRMError]) -> None:
        super().__init__(errors[min(errors)].message)
        self.errors = dict(errors)


class UniqueValueTaken(Invalid):
    """A unique value that record `existing_id` already has."""

    def __init__(self, message: str, existing_id: str, property_name: str) -> None:
        super().__init__(message, existingId=[existing_id], propertyName=[property_name])
        self.existing_id = existing_id
        self.property_name = property_name


class ValueBlocked(Invalid):
    """A value that named a person whose data was deleted for privacy."""


class NotUnique(Invalid):
    """A property that cannot identify a record."""


class InUse(Invalid):
    """What is to be removed is still referred to."""


class RecordsRemain(InUse):
    """Records are there, as a look has shown after which nobody could add one."""


class ReferencedByRecords(RecordsRemain):
    """A pipeline or stage in which records stand; `kind` is `Stage` or `Pipeline`."""

    def __init__(self, kind: str, ids: Sequence[str], record_ids: Sequence[str]) -> None:
        super().__init__(
            f"{kind} IDs: [{', '.join(ids)}] are being referenced by object IDs: [{', '.join(record_ids)}]",
            **{f"{kind.lower()}Ids": list(ids), "objectIds": list(record_ids)},
        )
        self.kind = kind


class RuleBroken(Invalid):
    """A rule of one object type, such as a quote without a deal."""


class GrantRefused(Invalid):
    """What an app sent for a token is not what it was given; `parameter` names the wrong part of it."""

    def __init__(self, parameter: str) -> None:
        what = "unsupported" if parameter == "grant_type" else "missing or unknown"
        super().__init__(f"{what} {parameter.replace('_', ' ')}", parameter=[parameter])
        self.parameter = parameter


class NotFound(CRMError):
    """What was named does not exist."""


class RecordNotFound(NotFound):
    """No live record has the id or the unique value."""

    def __init__(self, message: str = "resource not found", **context: Any) -> None:
        super().__init__(message, **context)


class DefinitionNotFound(NotFound):
    """No such property, group, pipeline, stage or association type."""


class Conflict(CRMError):
    """It exists already."""


class RecordExists(Conflict):
    """A record with the same identity exists; its id is `existing_id`."""

    def __init__(self, message: str, existing_id: str) -> None:
        super().__init__(message, existingId=[existing_id])
        self.existing_id = existing_id


class DefinitionExists(Conflict):
    """A definition of that name exists already."""


class ForeignDatabase(Conflict):
    """A database with nodes in it that crm-graph did not make."""


class OperationRefused(CRMError):
    """The object type does not take part in the operation."""


class Unauthenticated(CRMError):
    """No token, or one that is unknown or revoked."""


class Expired(Unauthenticated):
    """A token past its time, which was `expired_at` and is over for `ago_ms` (ms since 1970, UTC; ms)."""

    def __init__(self, expired_at: int, ago_ms: int) -> None:
        super().__init__(f"The OAuth token used to make this call expired {ago_ms // 1000} second(s) ago.")
        self.expired_at = expired_at


class MissingScopes(CRMError):
    """A token without one of `scopes`."""

    def __init__(self, scopes: Iterable[str]) -> None:
        self.scopes = tuple(scopes)
        super().__init__("One or more of the following scopes are required.", requiredGranularScopes=list(self.scopes))


class Unavailable(CRMError):
    """Nothing is wrong with the request; `retry_after_s` says when to try again."""

    retry_after_s = 1


class GraphUnavailable(Unavailable):
    """Neo4j does not answer, or did not come to an end in time; nothing was written."""


class ReadTooLong(Unavailable):
    """A read that has no budget of its own did not come to an end within `read_ms`."""


class OutcomeUnknown(Unavailable):
    """The connection was lost while a write was committed: it may or may not have been made."""


class Busy(Unavailable):
    """Too much is being asked at this moment."""


class WriteTooLong(Busy):
    """A write did not come to an end within `write_ms`; nothing was written. One of less may."""


class QueryTooExpensive(Invalid):
    """A budget of time of its own, as a search has one, was used up before the answer was complete."""


class PairNotIndexed(CRMError):
    """Associations of `pairs` were asked for before their indexes exist. Only `Crm.run` catches it."""

    def __init__(self, pairs: Sequence[AssociationPair]) -> None:
        super().__init__(f"Not indexed: {', '.join(pair.relationship_type for pair in pairs)}")
        self.pairs = tuple(pairs)


class StaleModel(CRMError):
    """Definitions or access moved since they were read. Only the edge that opened the work catches it."""

    def __init__(self) -> None:
        super().__init__("The data model or the access rights changed; read them again.")
