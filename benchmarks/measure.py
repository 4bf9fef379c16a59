"""The order of measuring: everything warm first, then rounds in which the variants take turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.clients import Cost
from benchmarks.operations import Operation
from benchmarks.variants import Variant

CLIENTS = 8

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Result:
    """Medians of the rounds of one operation, by name of the variant."""

    operation: Operation
    cpu_ms: Mapping[str, float]
    """CPU milliseconds of a request, with one client."""
    per_second: Mapping[str, float]
    """Requests a second, with eight clients."""
    alone_per_second: Mapping[str, float]
    """Requests a second, with one client."""
    rounds_cpu_ms: Mapping[str, Sequence[float]]
    """CPU milliseconds of a request in each round, with one client."""


def warm_up(variants: Sequence[Variant], operations: Mapping[str, Operation], rounds: int, told: Told) -> None:
    """Run everything until Java has compiled it and every web process knows its caches."""
    for n in range(rounds):
        told(f"warming up {n + 1}/{rounds}")
        for key, operation in operations.items():
            for variant in variants:
                variant.measure(key, operation, operation.requests, CLIENTS)


def measure(variants: Sequence[Variant], operations: Mapping[str, Operation], rounds: int, told: Told) -> list[Result]:
    """Medians of the rounds; whatever else the machine does in a round hits all variants of an operation alike."""
    alone: dict[tuple[str, str], list[Cost]] = {}
    together: dict[tuple[str, str], list[Cost]] = {}
    for n in range(rounds):
        for key, operation in operations.items():
            told(f"round {n + 1}/{rounds}: {operation.name}")
            # Each variant is first in turn, since it is the first that finds the caches cold.
            for variant in (*variants[n % len(variants) :], *variants[: n % len(variants)]):
                place = (key, variant.name)
                alone.setdefault(place, []).append(variant.measure(key, operation, operation.requests))
                cost = variant.measure(key, operation, operation.requests * 2, CLIENTS)
                together.setdefault(place, []).append(cost)
    names = [variant.name for variant in variants]
    return [
        Result(
            operation,
            cpu_ms={name: median(cost.cpu_ms for cost in alone[key, name]) for name in names},
            per_second={name: median(cost.per_second for cost in together[key, name]) for name in names},
            alone_per_second={name: median(cost.per_second for cost in alone[key, name]) for name in names},
            rounds_cpu_ms={name: [cost.cpu_ms for cost in alone[key, name]] for name in names},
        )
        for key, operation in operations.items()
    ]
