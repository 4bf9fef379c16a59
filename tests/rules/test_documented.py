"""What users can say has its place in the documents, the documents are current, and their links lead somewhere."""

from __future__ import annotations

import importlib.util
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from crm_graph.cli import commands
from crm_graph.config import Limits, Places, Settings
from crm_graph.definitions import catalogue
from crm_graph.definitions.changes.properties import FIELD_TYPES
from crm_graph.definitions.formulas.functions import FUNCTIONS
from crm_graph.definitions.property_types import TABLE
from crm_graph.definitions.validations import RULES
from crm_graph.search.operators import OPERATORS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

PARTS_OF_A_DECISION = ("Context", "Decision", "Consequences", "Alternatives", "Enforced by")

_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
_ROW = re.compile(r"^\| (.+?) \|", re.MULTILINE)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """The script that writes the reference pages."""
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def first_cells(page: str) -> set[str]:
    """What stands in quotes in the first column of a page's tables."""
    return {name for row in _ROW.findall((DOCS / page).read_text("utf-8")) for name in re.findall(r"`([^`]+)`", row)}


def markdown() -> Iterator[Path]:
    """Every document of the repository."""
    for folder in (".", "api", "benchmarks", "docs", "docs/decisions", "tests", "tests/samples/crm-sales-like"):
        yield from sorted((ROOT / folder).glob("*.md"))


def test_generated_pages_are_current(generator: ModuleType) -> None:
    old = [name for name, text in generator.pages().items() if (DOCS / name).read_text("utf-8") != text]
    assert not old, f"run `python docs/make_reference.py`: {', '.join(old)}"


def test_every_client_that_is_tried_is_documented_with_its_version() -> None:
    clients = ROOT / "tests" / "clients"
    pinned = {
        line.replace("==", " ") for each in clients.glob("*/requirements.in") for line in each.read_text().split()
    }
    for manifest in clients.glob("*/package.json"):
        pinned |= {f"{name} {version}" for name, version in json.loads(manifest.read_text())["dependencies"].items()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pinned |= {
        line.replace("==", " ")
        for line in project["optional-dependencies"]["dev"]
        if line.startswith("hubspot-api-client")
    }
    documented = tomllib.loads((DOCS / "contract" / "clients.toml").read_text("utf-8"))["client"]
    assert {each["name"] for each in documented} == pinned


def test_every_command_and_option_is_documented(generator: ModuleType) -> None:
    text = (DOCS / "commands.md").read_text("utf-8")
    sections = {part.partition("\n")[0]: part for part in text.split("\n## ")[1:]}
    missing = [name for name in generator.all_commands() if name not in sections]
    missing += [
        f"{name} {option.opts[0]}"
        for name, command in generator.all_commands().items()
        for option in command.params
        if isinstance(option, click.Option) and (f"`{option.opts[0]}`" not in sections.get(name, "") or not option.help)
    ]
    assert not missing


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in commands.commands if f"`crm-graph {name}" not in readme] == []


def test_every_setting_and_limit_is_documented(generator: ModuleType) -> None:
    taken = {item.metadata["variable"] for item in Settings.__dataclass_fields__.values() if item.metadata}
    taken |= {f"CRM_GRAPH_{name.upper()}" for name in Places.__dataclass_fields__}
    taken |= {f"CRM_GRAPH_LIMIT_{name.upper()}" for name in Limits.__dataclass_fields__}
    assert taken - first_cells("settings.md") == set()
    assert [name for name in taken if not generator.variables()[name].strip()] == []


def test_every_value_type_is_documented() -> None:
    assert TABLE.keys() - first_cells("values.md") == set()


def test_every_field_type_is_documented() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|$", (DOCS / "values.md").read_text("utf-8"), re.MULTILINE))
    assert {name: tuple(re.findall(r"`(\w+)`", row)) for name, row in rows.items()} == dict(FIELD_TYPES)


def test_every_rule_for_values_is_documented() -> None:
    assert RULES.keys() - first_cells("values.md") == set()


def test_every_function_of_formulas_is_documented() -> None:
    assert {name.removesuffix(" _") for name in FUNCTIONS} - first_cells("computed_properties.md") == set()


def test_every_operator_is_documented() -> None:
    assert OPERATORS.keys() - first_cells("search.md") == set()


def test_every_object_type_is_documented() -> None:
    text = (DOCS / "object_types.md").read_text("utf-8")
    assert [name for name in catalogue.load().object_types if f"| `{name}` |" not in text] == []


def test_every_relative_link_leads_to_a_file() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {link}"
        for path in markdown()
        for link in _LINK.findall(path.read_text("utf-8"))
        if "://" not in link and not (path.parent / link).exists()
    ]
    assert not broken, "\n".join(broken)


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        path = ahead.pop()
        if path in seen:
            continue
        seen.add(path)
        links = [(path.parent / link).resolve() for link in _LINK.findall(path.read_text("utf-8")) if "://" not in link]
        ahead += [link for link in links if link.suffix == ".md" and link.exists()]
    assert [path.name for path in DOCS.glob("*.md") if path.resolve() not in {each.resolve() for each in seen}] == []


def test_every_decision_has_its_parts() -> None:
    faults = []
    for path in sorted((DOCS / "decisions").glob("*.md")):
        text = path.read_text("utf-8")
        parts = re.findall(r"^\*\*(\w[\w ]*?)\.?\*\*", text, re.MULTILINE)
        if tuple(parts) != PARTS_OF_A_DECISION or not text.startswith(f"# {path.name[:4]} "):
            faults.append(f"{path.name}: {', '.join(parts)}")
    assert not faults, "\n".join(faults)


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in sorted((DOCS / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
