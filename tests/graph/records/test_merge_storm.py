"""Merges among writers that associate the same records: nothing stays on what was merged away."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from crm_graph.crm import Crm
from crm_graph.errors import CRMError, InvalidAssociation, RecordNotFound, Unavailable
from crm_graph.records import associations
from crm_graph.records.check import check_records
from crm_graph.records.merge import merge
from crm_graph.records.record import Record
from tests.factories import SUPER_ADMIN, Make

pytestmark = pytest.mark.slow

ROUNDS = 8


def associate(crm: Crm, near: Record, far: Record) -> str | None:
    """The class of the error with which an association was refused."""
    ends = (near.object_type, str(near.id), far.object_type, str(far.id))
    try:
        crm.run(SUPER_ADMIN, lambda unit: associations.associate_default(unit, *ends))
    except CRMError as error:
        return type(error).__name__
    return None


def writer(crm: Crm, seed: int, deals: Sequence[Record], far: Sequence[Record]) -> set[str | None]:
    chance = random.Random(seed)
    pairs = [(deal, chance.choice(far)) for deal in deals for _ in range(3)]
    pairs += [(chance.choice(far[:4]), chance.choice(far[4:])) for _ in deals]
    chance.shuffle(pairs)
    return {associate(crm, near, other) for near, other in pairs}


def merged(crm: Crm, first: Record, second: Record) -> Record | None:
    try:
        return crm.run(SUPER_ADMIN, lambda unit: merge(unit, first.object_type, str(first.id), str(second.id)))
    except Unavailable:
        return None


def test_associations_made_while_their_records_are_merged_are_moved_or_refused(crm: Crm, make: Make) -> None:
    for number in range(ROUNDS):
        contacts, companies = [make.contact() for _ in range(4)], [make.company() for _ in range(4)]
        deals = [make.deal() for _ in range(12)]
        with ThreadPoolExecutor(8) as pool:
            writers = [
                pool.submit(writer, crm, 10 * number + n, deals[3 * n : 3 * n + 3], [*contacts, *companies])
                for n in range(4)
            ]
            pairs = [(each[n], each[n + 1]) for each in (contacts, companies) for n in (0, 2)]
            made = [each.result() for each in [pool.submit(merged, crm, *pair) for pair in pairs]]
        refusals = {error for each in writers for error in each.result()}
        assert refusals <= {None, InvalidAssociation.__name__, RecordNotFound.__name__, "Busy"}
        keys = [each.key for each in (*contacts, *companies, *deals, *made) if each is not None]
        assert crm.run(SUPER_ADMIN, lambda unit, keys=keys: list(check_records(unit, keys))) == []
