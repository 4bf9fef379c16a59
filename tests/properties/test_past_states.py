"""Laws that hold after any writes: every past state can be read back, both ends agree, history agrees with values."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_graph.crm import Crm
from tests.properties.replay import OPERATIONS, Replay, Write

numbers = st.integers(0, 9)
writes = st.lists(st.tuples(st.sampled_from(OPERATIONS), numbers, numbers, st.integers(0, 63)), min_size=5, max_size=40)


def replay(crm: Crm, made: list[Write]) -> None:
    """Make the writes and compare every state."""
    done = Replay(crm)
    for n in range(4):
        done.write(("create", n, 0, n))
    for write in made:
        done.write(write)
    done.compare()
    done.compare_now()
    done.check()


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
@given(made=writes)
def test_every_past_state_is_read_back(crm: Crm, made: list[Write]) -> None:
    replay(crm, made)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_state_of_a_long_history_is_read_back(crm: Crm, seed: int) -> None:
    chance = random.Random(seed)
    replay(crm, [_random_write(chance) for _ in range(60)])


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
@given(made=writes)
def test_every_past_state_of_many_histories_is_read_back(crm: Crm, made: list[Write]) -> None:
    replay(crm, made)


def _random_write(chance: random.Random) -> Write:
    weights = (3, 5, 4, 8, 3, 2, 2, 2, 1)
    [name] = chance.choices(OPERATIONS, weights)
    return name, chance.randrange(1_000), chance.randrange(1_000), chance.randrange(64)
