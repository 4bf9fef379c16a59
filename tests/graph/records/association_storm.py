"""Clients that associate at the same time, in two processes that share nothing but the database."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.definitions.association import HUBSPOT_DEFINED, USER_DEFINED
from crm_graph.errors import CRMError
from crm_graph.graph.queries import load
from crm_graph.records import association_batch as batch
from crm_graph.records import associations
from crm_graph.records.association_batch import PairInput
from crm_graph.unit import Actor, Unit

ACTOR = Actor(user_id=1, is_super_admin=True)
PRIMARY = 1


@dataclass(frozen=True, kw_only=True)
class Task:
    """What one client is to do: `calls` times a deed from DEEDS on contacts and companies."""

    deed: str
    calls: int
    seed: int
    contacts: tuple[str, ...]
    companies: tuple[str, ...]
    type_id: int = 0


Outcome = str | None
"""The name of the error that a call ended with; None where it was done."""


def storm(environment: Mapping[str, str], tasks: Sequence[Task]) -> list[Outcome]:
    """What became of every call, the tasks being done at once by two processes."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as processes:
        done = processes.map(_process, [dict(environment)] * 2, (tasks[::2], tasks[1::2]))
        return list(chain.from_iterable(done))


def _process(environment: Mapping[str, str], tasks: Sequence[Task]) -> list[Outcome]:
    crm = Crm(Settings.from_environment(environment))
    try:
        with ThreadPoolExecutor(len(tasks)) as clients:
            return list(chain.from_iterable(clients.map(lambda task: _client(crm, task), tasks)))
    finally:
        crm.close()


def _client(crm: Crm, task: Task) -> list[Outcome]:
    chance = random.Random(task.seed)
    deed = DEEDS[task.deed]
    outcomes: list[Outcome] = []
    crm.run(ACTOR, lambda unit: unit.graph.ask(load("definitions").confirm))  # a thread keeps its connection
    for n in range(task.calls):
        work = deed(task, chance, n)
        try:
            crm.run(ACTOR, work)
        except CRMError as raised:
            outcomes.append(type(raised).__name__)
        else:
            outcomes.append(None)
    return outcomes


Work = Callable[[Unit], object]


def _make_primary(task: Task, chance: random.Random, n: int) -> Work:
    contact, company = chance.choice(task.contacts), chance.choice(task.companies)
    types = [(HUBSPOT_DEFINED, PRIMARY)]
    return lambda unit: associations.set_types(
        unit, unit.model.object_type("contact"), contact, unit.model.object_type("company"), company, types
    )


def _label(task: Task, chance: random.Random, n: int) -> Work:
    contact, company = task.contacts[n], chance.choice(task.companies)
    types = [(USER_DEFINED, task.type_id)]
    return lambda unit: associations.set_types(
        unit, unit.model.object_type("contact"), contact, unit.model.object_type("company"), company, types
    )


def _come_and_go(task: Task, chance: random.Random, n: int) -> Work:
    contact, company = chance.choice(task.contacts), chance.choice(task.companies)
    write = chance.choice((associations.associate_default, associations.dissociate))
    return lambda unit: write(
        unit, unit.model.object_type("contact"), contact, unit.model.object_type("company"), company
    )


def _opposite(task: Task, chance: random.Random, n: int) -> Work:
    pairs = chance.sample(list(zip(task.contacts, task.companies, strict=True)), 3)
    pairs.sort(reverse=bool(task.seed % 2))
    types = ((USER_DEFINED, task.type_id),) if n % 2 else ()
    inputs = [PairInput(near_id=company, far_id=contact) for contact, company in pairs]
    ahead = [PairInput(near_id=contact, far_id=company, types=types) for contact, company in pairs]

    def work(unit: Unit) -> None:
        contact, company = unit.model.object_type("contact"), unit.model.object_type("company")
        if n % 3 == 2:
            batch.dissociate_many(unit, company, contact, [(each.near_id, [each.far_id]) for each in inputs])
        else:
            batch.associate_many(unit, contact, company, ahead)

    return work


DEEDS: Mapping[str, Callable[[Task, random.Random, int], Work]] = {
    "make_primary": _make_primary,
    "label": _label,
    "come_and_go": _come_and_go,
    "opposite": _opposite,
}
