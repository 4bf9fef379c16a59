"""The import of a generated file: rows a second and memory of the command that users call."""

from __future__ import annotations

import csv
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.account import contact
from benchmarks.clients import cpu_s
from crm_graph.graph.embedded.server import Connection

_FIRST_ROW = 900_000_000
"""Beyond every contact that the other operations make."""
_SAMPLE_S = 0.1
_MAPPING = """
name = "benchmark"
title = "Contacts of the benchmark"

[[files]]
path = "contacts.csv"

[[files.records]]
object_type = "contact"
key = {{ column = "email", property = "email" }}

[files.records.properties]
{properties}
"""


@dataclass(frozen=True, slots=True)
class ImportCost:
    """What an import took. Memory is the resident size of the importing process, in MB."""

    rows: int
    wall_s: float
    cpu_s: float
    early_mb: float
    """The most in the second quarter of the time."""
    late_mb: float
    """The most in the last quarter."""

    @property
    def per_second(self) -> float:
        """Rows a second, the start of the command included."""
        return self.rows / self.wall_s

    @property
    def cpu_ms_per_100(self) -> float:
        """CPU milliseconds of 100 rows, those of the command's start included."""
        return self.cpu_s / self.rows * 100_000


def measure(server: Connection, server_pid: int, rows: int, cities: int, directory: Path) -> ImportCost:
    """The cost of `crm-graph import` with a file of so many new contacts."""
    mapping = _write(rows, cities, directory)
    command = [sys.executable, "-m", "crm_graph", "import", str(mapping), "--from", str(directory)]
    began, cpu_before = time.perf_counter(), cpu_s([server_pid])
    sizes: list[float] = []
    used_s = 0.0
    with (directory / "import.log").open("w+b") as log:
        process = psutil.Popen(
            [*command, "--errors", str(directory / "errors.csv")],
            env={**os.environ, **server.as_environment()},
            stdout=log,
            stderr=log,
        )
        while process.poll() is None:
            sizes.append(process.memory_info().rss / 1e6)
            used_s = cpu_s([process.pid]) or used_s
            time.sleep(_SAMPLE_S)
        wall_s = time.perf_counter() - began
        if process.returncode:
            log.seek(0)
            raise RuntimeError(log.read().decode()[-2_000:])
    quarter = max(len(sizes) // 4, 1)
    return ImportCost(
        rows=rows,
        wall_s=wall_s,
        cpu_s=cpu_s([server_pid]) - cpu_before + used_s,
        early_mb=max(sizes[quarter : 2 * quarter] or sizes),
        late_mb=max(sizes[-quarter:]),
    )


def _write(rows: int, cities: int, directory: Path) -> Path:
    names = list(contact(0, cities))
    with (directory / "contacts.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(contact(_FIRST_ROW + n, cities) for n in range(rows))
    mapping = directory / "mapping.toml"
    properties = "\n".join(f'{name} = "{name}"' for name in names)
    mapping.write_text(_MAPPING.format(properties=properties), "utf-8")
    return mapping
