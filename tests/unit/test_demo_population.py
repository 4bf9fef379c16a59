"""The demo account is the same at every start."""

from __future__ import annotations

import os
import subprocess
import sys

from crm_graph.demo.population import population

SCRIPT = "from crm_graph.demo.population import population; print(list(population()))"


def test_the_people_around_the_story_are_the_same_in_every_process() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]
    assert told[0].decode() == f"{list(population())}\n"
