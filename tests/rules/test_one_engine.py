"""Thirty object types are thirty tables: the engine that reads them names none."""

from __future__ import annotations

import re
from pathlib import Path

from crm_graph.definitions import catalogue
from tests.rules.test_layers import ROOT, sources, texts

ENGINE = ("crm_graph/records", "api/resources/objects.py", "api/resources/batch.py")
STATEMENTS = ("cypher/records.cypher", "cypher/associations.cypher")


def type_names() -> set[str]:
    """Every word by which code could mean one object type."""
    object_types = catalogue.load().object_types.values()
    return {word for each in object_types for word in (each.id, each.name, each.plural, each.node_label)}


def test_the_engine_names_no_object_type() -> None:
    names = {name.casefold() for name in type_names()}
    modules = [item for folder in ENGINE if not folder.endswith(".py") for item in sources(folder)]
    modules += [item for item in sources("api/resources") if item[0] in ENGINE]
    faults = [f"{path}: {text!r}" for path, module in modules for text in texts(module) if text.casefold() in names]
    assert not faults, "\n".join(faults)


def test_the_statements_of_records_name_no_object_type() -> None:
    labels = {each.node_label for each in catalogue.load().object_types.values()}
    faults = []
    for path in STATEMENTS:
        text = Path(ROOT / path).read_text("utf-8")
        found = set(re.findall(r":\s*`?([A-Z]\w*)", text)) & labels
        faults += [f"{path}: {name}" for name in sorted(found)]
    assert not faults, "\n".join(faults)
