"""`crm-graph model show`, into a Neo4j that runs and on an account that nobody serves."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from crm_graph import cli
from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.definitions.data_model import DataModel
from crm_graph.diagram import command
from crm_graph.diagram.counts import Counts
from crm_graph.errors import CRMError, UnknownObjectType
from crm_graph.graph.embedded.server import EmbeddedServer
from tests.conftest import SHORT_LIVED
from tests.factories import Make
from tests.patience import patient
from tests.unit.diagram.models import labelled, model


def show(settings: Settings, *options: str) -> Result:
    """What the command says to a Neo4j that runs."""
    given = ["--neo4j-uri", settings.neo4j_uri, "--neo4j-username", settings.neo4j_username]
    runner = CliRunner(env={"NEO4J_PASSWORD": settings.neo4j_password})
    return runner.invoke(cli.commands, ["model", "show", *given, *options])


def table(found: DataModel, focus: str | None = None) -> str:
    """The table of a data model, as it is written to a file."""
    chosen = found.object_type(focus) if focus else None
    return command.written("text", found, Counts({"deal": 1_234}), chosen, icons=lambda name: "", width=200)


def test_the_table_has_every_object_type_with_its_counts(settings: Settings, crm: Crm, make: Make) -> None:
    make.deal()
    result = show(settings)
    assert result.exit_code == 0, result.output
    row = next(line for line in result.output.splitlines() if re.search(r"\bdeals\b", line))
    assert int(row.split()[2].replace(",", "")) >= 1
    assert all(f" {each.plural} " in result.output for each in crm.model.object_types.values() if not each.archived)


def test_json_is_what_the_api_answers(settings: Settings, crm: Crm) -> None:
    result = show(settings, "--format", "json")
    assert json.loads(result.output)["objectTypes"]["deals"]["objectTypeId"] == "0-3"


def test_a_picture_is_written_to_a_file(settings: Settings, crm: Crm, tmp_path: Path) -> None:
    result = show(settings, "--format", "svg", "--focus", "deals", "--output", str(tmp_path / "deals.svg"))
    assert (result.exit_code, result.output) == (0, "")
    root = ElementTree.parse(tmp_path / "deals.svg").getroot()
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "Deal"


def test_an_object_type_that_there_is_not_is_named(settings: Settings, crm: Crm) -> None:
    result = show(settings, "--focus", "nothing")
    assert isinstance(result.exception, UnknownObjectType)
    assert "nothing" in str(result.exception)


def test_a_focus_is_refused_where_the_format_has_none(settings: Settings, crm: Crm) -> None:
    result = show(settings, "--format", "graphml", "--focus", "deals")
    assert result.exit_code == 2
    assert "--focus is for the formats text, mermaid, svg." in result.output


def test_the_table_of_one_type_tells_labels_and_rules() -> None:
    text = table(labelled(model(), "contact", "deal", "Champion"), "deals")
    assert re.search(r"^Contact +Champion +many to many +0$", text, re.MULTILINE)
    assert re.search(r"^Amount +amount +number", text, re.MULTILINE)


def test_a_name_is_shown_as_text_and_obeyed_by_no_terminal() -> None:
    text = table(model(1, names=["\x1b[31m[bold]red[/bold]\nnext"]))
    assert "  [31m[bold]red[/bold] next" in text
    assert "\x1b" not in text


def test_where_there_is_no_account_none_is_made(tmp_path: Path) -> None:
    runner = CliRunner(env={"NEO4J_URI": None})
    result = runner.invoke(cli.commands, ["model", "show", "--data", str(tmp_path / "nowhere")])
    assert isinstance(result.exception, CRMError)
    assert "There is no account in" in str(result.exception)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.slow
def test_an_account_that_nobody_serves_is_shown_and_left_as_it_was(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "neo4j", java_options=SHORT_LIVED) as connection:
        own = Crm(Settings.from_environment(patient(connection).as_environment()))
        own.prepare()
        own.close()
    runner = CliRunner(env={"NEO4J_URI": None})
    result = runner.invoke(cli.commands, ["model", "show", "--data", str(tmp_path), "--format", "mermaid"])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("erDiagram\n")
    assert not EmbeddedServer(tmp_path / "neo4j").is_running
