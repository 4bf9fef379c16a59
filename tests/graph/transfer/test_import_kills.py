"""An import that is killed and run again, or loses its Neo4j, ends as one that nothing disturbed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest

from crm_graph.graph.embedded.server import Connection, EmbeddedServer
from tests.canonical import colours, difference
from tests.conftest import SHORT_LIVED
from tests.graph.transfer.conftest import EXAMPLE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[3]
KILLS = 20
NEO4J_KILLS = 5
SEED = 20260301


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of 40 companies and 900 opportunities, a few of them bad."""
    directory = tmp_path_factory.mktemp("files")
    chance = random.Random(SEED)
    agents = [f"Agent {name}" for name in ("Ash", "Birch", "Cedar", "Elm", "Fir")]
    teams = [f"{agent},Manager {agent[-1]},{chance.choice(['North', 'South'])}" for agent in agents]
    companies = [
        f"Company {n},{chance.choice(['retail', 'technolgy', 'medical'])},19{50 + n},{n}.5,{n * 10},Norway,"
        f"{f'Company {chance.randrange(n + 1, 41)}' if n < 10 else ''}"
        for n in range(1, 41)
    ]
    products = ["GTX Pro,GTX,4821", "MG Special,MG,55"]
    deals = []
    for n in range(900):
        stage = chance.choice(["Won", "Lost", "Engaging", "Prospecting"])
        is_closed = stage in ("Won", "Lost")
        product = "no such product" if n % 97 == 3 else chance.choice(["GTXPro", "MG Special"])
        company = f"Company {chance.randrange(1, 41)}" if n % 7 else ""
        closed = f"{3 + n % 9}/{1 + n % 28}/2017,{chance.randrange(10, 5000)}" if is_closed else ","
        deals.append(f"D{n},{chance.choice(agents)},{product},{company},{stage},1/{1 + n % 31}/2017,{closed}")
    headers = {
        "sales_teams.csv": ("sales_agent,manager,regional_office", teams),
        "accounts.csv": ("account,sector,year_established,revenue,employees,office_location,subsidiary_of", companies),
        "products.csv": ("product,series,sales_price", products),
        "sales_pipeline.csv": (
            "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
            deals,
        ),
    }
    for name, (header, lines) in headers.items():
        (directory / name).write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return directory


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """A Neo4j of these tests alone, since they look at everything in it and kill it."""
    made = EmbeddedServer(tmp_path_factory.mktemp("killed"), heap="400m", page_cache="64m", java_options=SHORT_LIVED)
    made.start()
    yield made
    made.kill()


def start_import(connection: Connection, files: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **connection.as_environment(), "CRM_GRAPH_LIMIT_IMPORT_BATCH_ROWS": "20"}
    environment.pop("CRM_GRAPH_URL", None)
    command = [sys.executable, "-m", "crm_graph", "import", str(EXAMPLE), "--from", str(files)]
    command += ["--errors", str(files / "errors.csv")]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def finish(process: subprocess.Popen[bytes]) -> int:
    """The exit code; what the process said is shown where a test fails."""
    _, said = process.communicate(timeout=300)
    print(said.decode())
    return process.returncode


def emptied(connection: Connection) -> None:
    with driver_of(connection) as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n")


def coloured(connection: Connection) -> Counter[str]:
    with driver_of(connection) as driver:
        return colours(driver)


def driver_of(connection: Connection) -> neo4j.Driver:
    return neo4j.GraphDatabase.driver(connection.uri, auth=(connection.username, connection.password))


@pytest.fixture(scope="module")
def unbroken(server: EmbeddedServer, files: Path) -> Counter[str]:
    """The graph after an import that nothing disturbed."""
    connection = server.start()
    emptied(connection)
    assert finish(start_import(connection, files)) == 3
    return coloured(connection)


def test_an_import_killed_twenty_times_ends_as_an_unbroken_one(
    server: EmbeddedServer, files: Path, unbroken: Counter[str]
) -> None:
    connection = server.start()
    emptied(connection)
    chance = random.Random(SEED)
    for _ in range(KILLS):
        process = start_import(connection, files)
        try:
            process.wait(chance.uniform(0.8, 3.0))
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
    assert finish(start_import(connection, files)) == 3
    assert difference(unbroken, coloured(connection)) == ""


def test_an_import_whose_neo4j_is_killed_five_times_ends_as_an_unbroken_one(
    server: EmbeddedServer, files: Path, unbroken: Counter[str]
) -> None:
    connection = server.start()
    emptied(connection)
    chance = random.Random(SEED)
    process = start_import(connection, files)
    for _ in range(NEO4J_KILLS):
        time.sleep(chance.uniform(1.0, 2.5))
        server.kill()
        server.start()
        if process.poll() is not None:
            process.communicate()
            process = start_import(connection, files)
    if finish(process) != 3:
        assert finish(start_import(connection, files)) == 3
    assert difference(unbroken, coloured(connection)) == ""
