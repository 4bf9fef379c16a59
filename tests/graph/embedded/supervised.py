"""Run as a program by the tests: the real supervisor and Neo4j, with small stand-ins for the programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from crm_graph.graph.embedded.server import EmbeddedServer
from crm_graph.graph.embedded.stopping import Stopping
from crm_graph.graph.embedded.supervisor import Program, Supervisor


def announce() -> bool:
    """Tell the test that everything was started."""
    print("ready", flush=True)
    return True


def main() -> None:
    """Supervise what serves on the directory and the port given, until Ctrl-C."""
    data, port = Path(sys.argv[1]), sys.argv[2]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    with Stopping(lambda: supervisor.kill()) as stopping:
        server = EmbeddedServer(data / "neo4j", heap="256m", cancelled=stopping)
        web = Program("web", "http.server", (port, "--bind", "127.0.0.1", "--directory", str(data)))
        supervisor = Supervisor(data, [web, Program("stand-in", "stand_in")], environment=environment, server=server)
        supervisor.run(stopping, announce=announce)


if __name__ == "__main__":
    main()
