"""ObjectType: everything the engine knows about one kind of record, built-in or custom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from crm_graph.definitions.pipeline import Pipeline
from crm_graph.definitions.property import CLAIMS_BEGUN, Group, Option, Property
from crm_graph.definitions.property_types import Parser, Presenter, parser_of, presenter_of
from crm_graph.definitions.validations import Validator

OPERATIONS = ("list", "read", "create", "update", "archive", "merge", "search")
"""What an object type may permit; the rest is refused with OperationRefused."""

TOOLS = ("index", "record", "reports", "import", "properties", "segments", "workflows")
"""Pages and features that an object type may take part in."""

CATEGORIES = ("core", "marketing", "sales", "service", "commerce", "activities", "other")
"""What object types are sorted by, in the order in which it is shown."""


@dataclass(frozen=True, kw_only=True)
class ObjectType:
    """One object type.

    `id` is the contract's (`0-1`, `2-17`), `name` the singular API name (`line_item`), `plural`
    the name in paths. `required` has groups of names: of each group at least one must be given.
    `primary` are the properties that name a record, the first with a value wins unless joined. The
    first of `categories` is where it stands when it can stand in one place only.
    """

    id: str
    name: str
    plural: str
    node_label: str
    display_name: str
    display_name_plural: str
    description: str = ""
    categories: tuple[str, ...] = ()
    icon: str = ""
    """Name of the drawing that stands for it beside its name, of the Lucide collection."""
    primary: tuple[str, ...] = ()
    secondary: tuple[str, ...] = ()
    required: tuple[tuple[str, ...], ...] = ()
    searchable: tuple[str, ...] = ()
    default_properties: tuple[str, ...] = ()
    created_property: str = "hs_createdate"
    modified_property: str = "hs_lastmodifieddate"
    tools: tuple[str, ...] = TOOLS
    operations: tuple[str, ...] = OPERATIONS
    behaviours: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    """Unique properties that name a person: their values are blocked when the person's data is deleted."""
    needs_activation: bool = False
    active: bool = True
    tier: str = "all"
    pipeline_property: str | None = None
    stage_property: str | None = None
    stage_limit: int = 100
    properties: Mapping[str, Property] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    pipelines: tuple[Pipeline, ...] = ()
    aliases: tuple[str, ...] = ()
    built_in: bool = True
    fully_qualified_name: str | None = None
    archived: bool = False
    closing: bool = False
    """Whether its records only are read, since it is about to be removed unless it has some."""
    search_job: str | None = None
    """The job that makes stored records found by what was made searchable last."""
    version: int = 0
    created_at: int | None = None
    updated_at: int | None = None
    created_user_id: int | None = None
    updated_user_id: int | None = None

    @property
    def category(self) -> str:
        """The one of CATEGORIES in which pictures show it."""
        first = next(iter(self.categories), "other")
        return first if first in CATEGORIES else "other"

    @property
    def archived_label(self) -> str:
        """The node label of an archived record of this type."""
        return f"Archived{self.node_label}"

    @cached_property
    def live_properties(self) -> Mapping[str, Property]:
        """Properties by name, archived ones left out."""
        return {name: found for name, found in self.properties.items() if not found.archived}

    @cached_property
    def unique_properties(self) -> tuple[str, ...]:
        """Names of the properties whose value identifies a record, the record id left out."""
        return tuple(name for name, found in self.live_properties.items() if found.unique and name != "hs_object_id")

    @cached_property
    def claiming_properties(self) -> Mapping[str, str]:
        """Properties whose values are claimed, with the unique property under whose name they are.

        Archived ones too: their values stay, and must still be unique when the property comes back.
        """
        return {
            name: found.claims_as or name
            for name, found in self.properties.items()
            if found.claims_as or ((found.unique or found.claiming == CLAIMS_BEGUN) and name != "hs_object_id")
        }

    @cached_property
    def folded_properties(self) -> tuple[str, ...]:
        """Names of the strings that are also stored folded as `_f_<name>`: indexed ones and those about to be."""
        return tuple(
            name
            for name, found in self.live_properties.items()
            if (found.indexed or found.folded) and found.type == "string"
        )

    @cached_property
    def parsers(self) -> Mapping[str, Parser]:
        """A function for each live property from what a caller gave to the value to store."""
        return {name: parser_of(found) for name, found in self.live_properties.items()}

    @property
    def contract_name(self) -> str:
        """How the contract names it where several types stand side by side: in the plural, or by the full name."""
        return self.plural if self.built_in else self.fully_qualified_name or self.plural

    @cached_property
    def validators(self) -> Mapping[str, Validator]:
        """What checks a new value, for each live property that has rules."""
        return {name: Validator(found) for name, found in self.live_properties.items() if found.validations}

    @cached_property
    def presenters(self) -> Mapping[str, Presenter]:
        """A function for each property from a stored value to the string on the wire."""
        return {name: presenter_of(found) for name, found in self.properties.items()}

    def property_name(self, name: str) -> str:
        """The name as it is defined: names are lower-case, but for a few that the contract spells otherwise."""
        return name if name in self.properties else name.lower()

    @cached_property
    def live_pipelines(self) -> tuple[Pipeline, ...]:
        """Pipelines in display order, those of one place by name, archived ones left out."""
        live = (found for found in self.pipelines if not found.archived)
        return tuple(sorted(live, key=lambda found: (found.display_order, found.display_name)))

    @cached_property
    def open_pipelines(self) -> tuple[Pipeline, ...]:
        """Pipelines that records may come into, in display order."""
        return tuple(found for found in self.live_pipelines if not found.closing and found.open_stages)

    def pipeline(self, pipeline_id: str) -> Pipeline | None:
        """The pipeline with that id, archived ones left out."""
        return next((found for found in self.live_pipelines if found.id == pipeline_id), None)

    def options_of(self, found: Property) -> tuple[Option, ...]:
        """The options of one of its properties, those that come from its pipelines included."""
        if found.options_from == "pipelines":
            return tuple(Option(value=each.id, display_name=each.display_name) for each in self.live_pipelines)
        if found.options_from == "stages":
            stages = (stage for each in self.live_pipelines for stage in each.stages if not stage.archived)
            return tuple(Option(value=stage.id, display_name=stage.display_name) for stage in stages)
        return found.options

    def permits(self, operation: str) -> bool:
        """Whether the object type takes part in one of OPERATIONS."""
        return operation in self.operations
