"""Settings from the environment and every limit, each with its meaning. Nothing else reads `os.environ`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from platformdirs import user_cache_dir, user_data_dir

_LEISURE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request, record or definition may use at most. A limit is tested at its value and one past it."""

    page_size: int = 100
    """Records in a page of a list."""
    history_page_size: int = 50
    """Records in a page or a batch read that asks for history."""
    batch_size: int = 100
    """Inputs of a batch of records."""
    owner_page_size: int = 500
    """Owners in a page."""
    association_page_size: int = 500
    """Associated records in a page."""
    merged_associations: int = 10_000
    """Associations of two records that are merged."""
    purged_associations: int = 10_000
    """Associations that go with a purged record at once, and then in each batch of the worker."""
    restored_associations: int = 10_000
    """Associations of a restored record whose types have limits."""
    restore_days: int = 90
    """Days after its archiving in which a record can be restored; it is kept after that too."""
    association_batch_size: int = 2_000
    """Inputs of a batch that associates."""
    association_read_size: int = 1_000
    """Inputs of a batch that reads associations."""
    inline_associations: int = 100
    """Associations given when one record is created."""
    string_length: int = 65_536
    """Characters of a string value."""
    search_page_size: int = 200
    """Records in a page of a search."""
    search_window: int = 10_000
    """`after` + `limit` of a search by offset."""
    search_groups: int = 5
    """Filter groups of a search."""
    search_group_filters: int = 6
    """Filters in one group."""
    search_filters: int = 18
    """Filters in all groups together."""
    search_values: int = 100
    """Values of one IN or NOT_IN filter."""
    search_body_length: int = 3_000
    """Characters of a search body and of its query."""
    search_query_words: int = 100
    """Different words of a search's query; Lucene takes no more than some hundred clauses."""
    search_ms: int = 2_000
    """Time that one search may take."""
    body_bytes: int = 16 * 1024 * 1024
    """Bytes of a request body."""
    url_length: int = 32_768
    """Characters of a path with its query string."""
    waiting_requests: int = 24
    """Requests that wait in line for their turn in one process; more are sent away with 503."""
    waiting_ms: int = 10_000
    """The longest that a request waits in line."""
    properties_per_type: int = 1_000
    """Custom properties of one object type."""
    unique_properties: int = 10
    """Custom unique properties of one object type."""
    searchable_properties: int = 20
    """Searchable properties of a custom object type."""
    options_per_property: int = 1_000
    """Options of one enumeration."""
    association_labels: int = 50
    """Custom association labels between two object types."""
    pipelines_per_type: int = 100
    """Pipelines of one object type."""
    custom_object_types: int = 200
    """Object types that users defined."""
    counted_associations: int = 10_000
    """A number of associations above this is shown as more than it."""
    formula_lookups: int = 10
    """Different roll-ups, counts, values of primary records and times of stages that one formula comes to."""
    history_length: int = 1_000
    """Versions of one record that a read shows."""
    history_characters: int = 8_000_000
    """Characters of all values in the histories of a read; each record has the same part, older values are left out."""
    neighbours: int = 8
    """Associated records of each object type that the page of a record shows."""
    neighbours_considered: int = 1_000
    """Associations with each object type that are looked at for those, to find the labelled and the latest ones."""
    neighbours_beyond: int = 4
    """Records behind each of these that its picture shows."""
    neighbours_looked_at: int = 60
    """Relationships of an associated record that are looked at for what is behind it, whatever they are."""
    revisions_shown: int = 20
    """Last revisions on the page of a record."""
    revision_changes_shown: int = 12
    """Changed properties, begun and ended associations of each of these."""
    value_characters_shown: int = 200
    """Characters of a value in a revision; the rest is cut."""
    impact_looks: int = 100_000
    """Records or associations that are looked at to count what a change of the data model touches."""
    impact_ms: int = 2_000
    """The longest that one of these counts may take."""
    write_ms: int = 5_000
    """The longest a write transaction may take."""
    read_ms: int = 10_000
    """The longest a read may take."""
    retry_ms: int = 2_000
    """The time in which a transaction is tried again after a transient error."""
    import_bytes: int = 1024 * 1024 * 1024
    """Bytes of a request that brings the files of an import; they go to disk as they come."""
    import_uploads: int = 2
    """Requests that bring files to one process at once, each for as long as its client sends; more get 503."""
    import_parts: int = 100
    """Parts of such a request: the mapping, files and fields."""
    waiting_imports: int = 20
    """Imports that wait or are being done, whose files are kept; one more gets 503 before its files are read."""
    import_mapping_bytes: int = 1024 * 1024
    """Bytes of the mapping that comes with them."""
    import_batch_rows: int = 500
    """Rows of one import transaction."""
    segments: int = 1_500
    """Lists of an account, deleted ones aside."""
    segment_folders: int = 1_000
    """Folders of lists."""
    segment_depth: int = 10
    """How deep branches of a list's filters are nested, and lists depend on each other."""
    segment_filters: int = 250
    """Filters of a list."""
    segment_values: int = 1_000
    """Values of one filter of a list."""
    segment_page_size: int = 250
    """Members in a page of a list."""
    segment_search_size: int = 500
    """Lists in a page of a search for lists."""
    segment_counted: int = 1_000
    """Members up to which such a search looks at each for a list's size; beyond, archived ones count too."""
    segment_changes: int = 100_000
    """Records that one request puts into a list or takes out."""
    segment_batch: int = 5_000
    """Members that are written in one transaction."""
    segment_restore_days: int = 90
    """Days in which a deleted list can be restored."""
    feed_batch: int = 2_000
    """Revisions numbered at once, and the most that one read of the feed gives."""


def _setting(name: str, default: Any = None) -> Any:
    return field(default=default, metadata={"variable": name})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the graph is and how this account is set up, read from the environment once at start."""

    neo4j_uri: str = _setting("NEO4J_URI", "bolt://127.0.0.1:7687")
    """A Neo4j of your own, used in place of the bundled one."""
    neo4j_username: str = _setting("NEO4J_USERNAME", "neo4j")
    """Its user."""
    neo4j_password: str = field(default="", repr=False, metadata={"variable": "NEO4J_PASSWORD"})
    """Its password, which is never an option of a command."""
    token: str = field(default="", repr=False, metadata={"variable": "CRM_GRAPH_TOKEN"})
    """The first super admin's token; generated and shown once when empty."""
    owner_email: str = _setting("CRM_GRAPH_OWNER_EMAIL", "admin@localhost")
    """E-mail address of the first owner, to whom that token belongs."""
    owner_first_name: str = _setting("CRM_GRAPH_OWNER_FIRST_NAME", "Super")
    """First name of the first owner."""
    owner_last_name: str = _setting("CRM_GRAPH_OWNER_LAST_NAME", "Admin")
    """Last name of the first owner."""
    account_id: int = _setting("CRM_GRAPH_ACCOUNT_ID", 1)
    """The number that the contract calls portal id or hub id."""
    account_name: str = _setting("CRM_GRAPH_ACCOUNT_NAME", "My account")
    """What the pages call the account."""
    base_url: str = _setting("CRM_GRAPH_BASE_URL", "")
    """Scheme and host of links in answers; those of the request when empty."""
    v3_batch_status: int = _setting("CRM_GRAPH_V3_BATCH_STATUS", 201)
    """Status of a batch that associates through v3; the hosted product moved between 200 and 201."""
    access_token_s: int = _setting("CRM_GRAPH_ACCESS_TOKEN_S", 1_800)
    """Seconds for which an access token holds that OAuth gave."""
    data: str = _setting("CRM_GRAPH_DATA", "")
    """Directory of the account, for the access log; none is written when empty."""
    threads: int = _setting("CRM_GRAPH_THREADS", 4)
    """Requests worked on at once in one process."""
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings as the environment gives them, `CRM_GRAPH_LIMIT_<NAME>` for a limit; ValueError names a bad one."""
        source = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for item in fields(cls):
            variable = item.metadata.get("variable")
            if variable and variable in source:
                values[item.name] = _read(variable, source[variable], item.default)
        limits = {
            item.name: _read(variable, source[variable], item.default)
            for item in fields(Limits)
            if (variable := f"CRM_GRAPH_LIMIT_{item.name.upper()}") in source
        }
        return cls(**values, limits=Limits(**limits))

    def at_leisure(self) -> Settings:
        """The same with a minute for each statement: nobody else waits, and Java may have just begun.

        It then plans each statement for the first time, which takes a slow machine longer than a request may last.
        """
        longer = {name: max(getattr(self.limits, name), _LEISURE_MS) for name in ("read_ms", "write_ms")}
        return replace(self, limits=replace(self.limits, **longer))


def _read(variable: str, text: str, default: Any) -> Any:
    if not isinstance(default, int):
        return text
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{variable} must be a whole number, not {text!r}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What this machine keeps for its user, and where the bundled Neo4j is fetched from."""

    data: Path
    """The account: database, password, keys, logs."""
    cache: Path
    """What can be fetched again."""
    maven_url: str = ""
    """Base of a Maven repository; the public one when empty."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Places:
        """Places as `CRM_GRAPH_DATA`, `CRM_GRAPH_CACHE` and `CRM_GRAPH_MAVEN_URL` give them, else the platform's."""
        source = os.environ if environment is None else environment
        return cls(
            data=Path(source.get("CRM_GRAPH_DATA") or user_data_dir("crm-graph", appauthor=False)),
            cache=Path(source.get("CRM_GRAPH_CACHE") or user_cache_dir("crm-graph", appauthor=False)),
            maven_url=source.get("CRM_GRAPH_MAVEN_URL", ""),
        )
