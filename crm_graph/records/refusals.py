"""Inputs of a batch that cannot be written: one refuses the whole batch, or all are left out and the others written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from crm_graph.errors import Busy, CRMError, Refused

T = TypeVar("T")

_ATTEMPTS = 10
"""Rounds in which inputs are left out: one for each kind of refusal, and some for what others write meanwhile."""


@contextmanager
def whole() -> Iterator[None]:
    """Raise the error of the first input that is refused."""
    try:
        yield
    except Refused as refused:
        raise refused.errors[min(refused.errors)] from refused


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
