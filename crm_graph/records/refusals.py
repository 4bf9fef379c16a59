"""Inputs of a batch that cannot be written: one refuses the whole batch, or all are left out and the others written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from crm_graph.errors import Busy, CRMError, InvalidValues, MissingRequired, Refused

T = TypeVar("T")

_ATTEMPTS = 10
"""Rounds in which inputs are left out: one for each kind of refusal, and some for what others write meanwhile."""
_TOLD = 100
"""Faults of a batch that are told at once."""


@contextmanager
def whole(count: int) -> Iterator[None]:
    """Raise the error of the first input that is refused; one about values has those of all the `count` inputs."""
    try:
        yield
    except Refused as refused:
        first = refused.errors[min(refused.errors)]
        if count > 1 and isinstance(first, InvalidValues):
            wrong = {n: error for n, error in sorted(refused.errors.items()) if isinstance(error, InvalidValues)}
            raise _together(wrong) from refused
        raise first from refused


def _together(wrong: Mapping[int, InvalidValues]) -> InvalidValues:
    """What is wrong with values of several inputs; as of one where they lack required properties and nothing else."""
    faults = [replace(fault, place=n) for n, error in wrong.items() for fault in error.faults][:_TOLD]
    first = next(iter(wrong.values()))
    if all(isinstance(error, MissingRequired) for error in wrong.values()):
        first.faults = tuple(faults)
        return first
    return InvalidValues(faults)


def in_part(count: int, attempt: Callable[[Sequence[int]], T]) -> tuple[T, dict[int, CRMError]]:
    """What `attempt` returns for the inputs that it does not refuse, and the errors of the others, both by index.

    It is given the indexes that are left and raises Refused, which counts within these, where some of
    them cannot be written; then it has written nothing.
    """
    errors: dict[int, CRMError] = {}
    for _ in range(_ATTEMPTS):
        left = [n for n in range(count) if n not in errors]
        try:
            return attempt(left), dict(sorted(errors.items()))
        except Refused as refused:
            errors.update((left[n], error) for n, error in refused.errors.items())
    raise Busy("The records are being written by others at this moment; try again.")
