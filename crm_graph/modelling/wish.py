"""A wish: one change of the data model that a super admin asks for, before it is made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from crm_graph.crm import Crm
from crm_graph.definitions.changes.checks import require_super_admin
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.changes.rehearsal import rehearse
from crm_graph.definitions.changes.uses import SHOWN, lists_using
from crm_graph.modelling.counting import EXAMPLES, Count
from crm_graph.unit import Actor, Unit

Step = Callable[[Unit], object]

_SMALL = 10


@dataclass(frozen=True, slots=True)
class Touch:
    """What a change would touch, and how much of it there is: `records have no value yet`, 12.

    `of` is the name in paths of the object type that the examples are of; None for the one that is changed.
    """

    what: str
    count: Count
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A change: `steps` make it, each a version of the model that is whole; `done` says that it was made.

    Steps that `are_independent` need nothing of each other, so that all of them can be tried.
    """

    steps: Sequence[Step]
    touches: Callable[[Unit], Iterable[Touch]]
    done: str
    are_independent: bool = False
    changed: Callable[[Unit], Iterable[str]] = lambda unit: ()
    """The definitions that change, under the names that lists have for what they use."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a wish touches now. `token` is another when something else is touched, or notably more or less of it."""

    touches: tuple[Touch, ...]
    token: str


Counter = Callable[[Unit, Wish], Iterable[Touch]]


def _lists(unit: Unit, wish: Wish) -> Iterable[Touch]:
    uses = tuple(wish.changed(unit))
    if uses and (names := lists_using(unit, uses)):
        count = Count(number=len(names), is_exact=len(names) < SHOWN)
        yield Touch(f"lists use it in their filters: {', '.join(names[:EXAMPLES])}", count)


COUNTERS: tuple[Counter, ...] = (lambda unit, wish: wish.touches(unit), _lists)
"""Who counts what a wish touches. A feature that holds on to definitions adds its own: one line."""


def preview(unit: Unit, wish: Wish) -> Preview:
    """What the wish touches, after what can be tried of it was; raises what that raises, MissingScopes for most."""
    require_super_admin(unit)
    confirm(unit)
    for step in wish.steps if wish.are_independent else wish.steps[:1]:
        rehearse(unit, step)
    touches = tuple(touch for counter in COUNTERS for touch in counter(unit, wish))
    seen = [(touch.what, _size(touch.count.number)) for touch in touches]
    return Preview(touches, hashlib.sha256(repr(seen).encode()).hexdigest()[:32])


def _size(number: int) -> int:
    """Small numbers as they are, great ones by how long they are: records that come and go must not stop a change."""
    return number if number < _SMALL else _SMALL ** len(str(number))


def make(crm: Crm, actor: Actor, wish: Wish) -> None:
    """Make the change; what its steps raise comes out, and the steps before that one stay made."""
    for step in wish.steps:
        crm.run(actor, step)
