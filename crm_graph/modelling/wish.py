"""A wish: one change of the data model that a super admin asks for, before it is made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from crm_graph.crm import Crm
from crm_graph.definitions.changes.checks import require_super_admin
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.changes.rehearsal import rehearse
from crm_graph.modelling.counting import Count
from crm_graph.unit import Actor, Unit

Step = Callable[[Unit], object]


@dataclass(frozen=True, slots=True)
class Touch:
    """What a change would touch, and how much of it there is: `records have no value yet`, 12."""

    what: str
    count: Count


@dataclass(frozen=True, slots=True)
class Wish:
    """A change: `steps` make it, each a version of the model that is whole; `done` says that it was made."""

    steps: Sequence[Step]
    touches: Callable[[Unit], Iterable[Touch]]
    done: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a wish touches now. `token` is another as soon as one of the numbers is."""

    touches: tuple[Touch, ...]
    token: str


Counter = Callable[[Unit, Wish], Iterable[Touch]]

COUNTERS: tuple[Counter, ...] = (lambda unit, wish: wish.touches(unit),)
"""Who counts what a wish touches. A feature that holds on to definitions adds its own: one line."""


def preview(unit: Unit, wish: Wish) -> Preview:
    """What the wish touches, after its first step was tried; raises what that raises, MissingScopes for most."""
    require_super_admin(unit)
    confirm(unit)
    rehearse(unit, wish.steps[0])
    touches = tuple(touch for counter in COUNTERS for touch in counter(unit, wish))
    numbers = [(touch.what, touch.count.number, touch.count.is_exact) for touch in touches]
    return Preview(touches, hashlib.sha256(repr(numbers).encode()).hexdigest()[:32])


def make(crm: Crm, actor: Actor, wish: Wish) -> None:
    """Make the change; what its steps raise comes out, and the steps before that one stay made."""
    for step in wish.steps:
        crm.run(actor, step)
