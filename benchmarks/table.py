"""Results as a table for the terminal and for a Markdown file."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from benchmarks.imports import ImportCost
from benchmarks.measure import CLIENTS, Result

_ORDER = ("floor", "stack limit", "ours")
_OPERATION = "operation"


def rows_of(results: Sequence[Result]) -> tuple[list[str], list[list[str]]]:
    """Heads and cells: CPU milliseconds of a request, the ratio and its spread, requests a second."""
    names = [name for name in _ORDER if results and name in results[0].cpu_ms]
    has_ratio = {"stack limit", "ours"} <= set(names)
    heads = [_OPERATION, *(f"{name}, CPU ms" for name in names)]
    heads += ["ours / stack limit", "in the rounds"] if has_ratio else []
    heads += [f"{name}, requests/s" for name in names]
    cells = []
    for result in results:
        row = [result.operation.name, *(f"{result.cpu_ms[name]:.2f}" for name in names)]
        row += _ratios(result) if has_ratio else []
        cells.append([*row, *(f"{result.per_second[name]:,.0f}" for name in names)])
    return heads, cells


def _ratios(result: Result) -> list[str]:
    """Ours against the stack limit: of the medians, and the least and the most of a round."""
    rounds = result.rounds_cpu_ms
    ratios = [ours / limit for ours, limit in zip(rounds["ours"], rounds["stack limit"], strict=True)]
    of_medians = result.cpu_ms["ours"] / result.cpu_ms["stack limit"]
    return [f"{of_medians:.2f}", f"{min(ratios):.2f} – {max(ratios):.2f}"]


def terminal(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> Table:
    """The table as rich prints it."""
    table = Table(box=None, pad_edge=False, title=f"CPU with one client, requests/s with {CLIENTS}")
    for head in heads:
        table.add_column(head, justify="left" if head == _OPERATION else "right")
    for row in cells:
        table.add_row(*row)
    return table


def markdown(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    """The same in Markdown."""
    rules = ["---" if head == _OPERATION else "---:" for head in heads]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, rules, *cells)) + "\n"


def sentences_of_import(cost: ImportCost, batch: Result | None) -> list[str]:
    """What the import did, and beside it the stack limit's batches of 100 where those were measured."""
    found = [
        f"Import: {cost.rows:,} rows, {cost.per_second:,.0f} rows/s, {cost.cpu_ms_per_100:.1f} CPU ms for 100 rows.",
        f"Memory of the import: {cost.early_mb:.0f} MB in the second quarter, {cost.late_mb:.0f} MB in the last.",
    ]
    if batch is not None and "stack limit" in batch.cpu_ms:
        alone, many = batch.alone_per_second["stack limit"] * 100, batch.per_second["stack limit"] * 100
        found.append(
            f"The stack limit's batches of 100: {alone:,.0f} rows/s by one client, {many:,.0f} by {CLIENTS}; "
            f"the import is at {cost.per_second / alone:.2f} and {cost.per_second / many:.2f} of those rates."
        )
    return found
