"""Pipelines and their stages as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of a pipeline. `metadata` has strings only: probability, isClosed, ticketState, …"""

    id: str
    display_name: str
    display_order: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)
    archived: bool = False
    closing: bool = False
    """Whether no record may come into it any more, since it is about to be removed unless records stand in it."""
    created_at: int | None = None
    updated_at: int | None = None

    @property
    def is_closed(self) -> bool:
        """Whether a record in this stage needs no more work."""
        return self.metadata.get("isClosed") == "true" or self.metadata.get("ticketState") == "CLOSED"

    @property
    def probability(self) -> float | None:
        """Chance to win, 0..1; None where the object type has no such thing."""
        text = self.metadata.get("probability")
        return None if text is None else float(text)


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The stages that a record of one object type passes, in order."""

    id: str
    display_name: str
    display_order: int = 0
    stages: tuple[Stage, ...] = ()
    archived: bool = False
    closing: bool = False
    """As of a stage."""
    built_in: bool = False
    created_at: int | None = None
    updated_at: int | None = None

    def stage(self, stage_id: str) -> Stage | None:
        """The stage with that id, archived ones left out."""
        return next((stage for stage in self.stages if stage.id == stage_id and not stage.archived), None)

    @cached_property
    def live_stages(self) -> tuple[Stage, ...]:
        """Stages in display order, those of one place by name, archived ones left out."""
        live = (stage for stage in self.stages if not stage.archived)
        return tuple(sorted(live, key=lambda stage: (stage.display_order, stage.display_name)))

    @property
    def open_stages(self) -> tuple[Stage, ...]:
        """Live stages that records may come into."""
        return tuple(stage for stage in self.live_stages if not stage.closing)
