"""Commands at a terminal have time that requests do not have."""

from __future__ import annotations

from dataclasses import replace

from crm_graph.config import Limits, Settings


def test_a_command_has_a_minute_for_a_statement_and_all_other_limits() -> None:
    settings = Settings(limits=Limits(read_ms=1_000, write_ms=90_000, search_ms=2_000))
    assert settings.at_leisure() == replace(settings, limits=replace(settings.limits, read_ms=60_000))
