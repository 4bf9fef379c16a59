"""What the supervisor leaves behind: nothing, however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from crm_graph.graph.embedded.download import Cancelled
from crm_graph.graph.embedded.server import Connection, read_json
from crm_graph.graph.embedded.stopping import Stopping
from crm_graph.graph.embedded.supervisor import Program, Supervisor

SCRIPT = Path(__file__).with_name("supervised.py")


class Supervised:
    """A supervisor on one data directory, started and ended by a test."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.popen: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, str(SCRIPT), str(self.data), str(self.port)]
        self.popen = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert self.popen.stdout
        assert any(line == "ready\n" for line in self.popen.stdout)
        assert within(60, lambda: len(self.ports) == 2)

    def end(self, number: signal.Signals) -> float:
        """Seconds that it took to end."""
        assert self.popen
        begin = time.monotonic()
        self.popen.send_signal(number)
        self.popen.communicate(timeout=30)
        return time.monotonic() - begin

    @property
    def processes(self) -> list[psutil.Process]:
        """Every process that has the data directory in its command line, and what the stand-in started."""
        found = [process for process in psutil.process_iter() if str(self.data) in " ".join(command_of(process))]
        record = read_json(self.data / "run.json").get("programs", {}).get("stand-in")
        session = [process for process in psutil.process_iter() if record and session_of(process) == record["pid"]]
        return [process for process in {*found, *session} if process.status() != psutil.STATUS_ZOMBIE]

    @property
    def neo4j(self) -> psutil.Process:
        return psutil.Process(read_json(self.data / "neo4j" / "run.json")["server"]["pid"])

    @property
    def ports(self) -> list[int]:
        """Its ports that something listens on."""
        return [port for port in (self.port, self.bolt_port) if port and listens(port)]

    @property
    def bolt_port(self) -> int | None:
        return read_json(self.data / "neo4j" / "run.json").get("port")


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    found = Supervised(tmp_path)
    yield found
    if found.popen and found.popen.poll() is None:
        found.end(signal.SIGKILL)
    for process in found.processes:
        process.kill()


def command_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def session_of(process: psutil.Process) -> int | None:
    try:
        return os.getsid(process.pid)
    except OSError:
        return None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True


def within(seconds: float, condition: Callable[[], object]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_what_runs_once_is_started_before_the_graph_is_prepared_and_the_rest_after(tmp_path: Path):
    programs = [Program("start cache", "platform", runs_once=True), Program("web", "http.server")]
    somewhere = Connection("bolt://127.0.0.1:1", "neo4j", "")
    supervisor = Supervisor(tmp_path, programs, environment=os.environ, connection=somewhere)
    started: list[str] = []

    def prepare(connection: Connection) -> None:
        started.extend(read_json(tmp_path / "run.json")["programs"])
        raise Cancelled("enough")

    with Stopping() as stopping, pytest.raises(Cancelled):
        supervisor.run(stopping, prepare=prepare)

    assert started == ["start cache"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_no_process_and_no_port_within_three_seconds(supervised: Supervised, number: signal.Signals):
    supervised.start()
    assert len(supervised.processes) >= 4
    assert len(supervised.ports) == 2

    took_s = supervised.end(number)

    assert took_s < 3
    assert supervised.processes == []
    assert supervised.ports == []


@pytest.mark.slow
def test_a_second_ctrl_c_ends_everything_at_once(supervised: Supervised):
    supervised.start()
    assert supervised.popen

    supervised.popen.send_signal(signal.SIGINT)
    time.sleep(0.2)
    took_s = supervised.end(signal.SIGINT)

    assert took_s < 1
    assert supervised.processes == []


@pytest.mark.slow
def test_programs_end_with_a_killed_supervisor_and_neo4j_is_taken_over(supervised: Supervised):
    supervised.start()
    neo4j = supervised.neo4j
    supervised.end(signal.SIGKILL)

    assert within(2, lambda: [process.pid for process in supervised.processes] == [neo4j.pid])
    supervised.start()

    assert supervised.neo4j == neo4j
    assert len(supervised.ports) == 2
    supervised.end(signal.SIGINT)
    assert supervised.processes == []
    assert supervised.ports == []


@pytest.mark.slow
def test_killed_neo4j_is_back_on_its_port(supervised: Supervised):
    supervised.start()
    port = supervised.bolt_port
    assert port

    supervised.neo4j.kill()

    assert within(2, lambda: not listens(port))
    # That it takes less than ten seconds is held where the machine has nothing else to do: tests/faults.
    assert within(60, lambda: listens(port))
    assert supervised.bolt_port == port


@pytest.mark.slow
def test_killed_program_is_started_again(supervised: Supervised):
    supervised.start()
    first = read_json(supervised.data / "run.json")["programs"]["web"]["pid"]

    psutil.Process(first).kill()

    assert within(60, lambda: read_json(supervised.data / "run.json")["programs"].get("web", {}).get("pid") != first)
    assert within(60, lambda: listens(supervised.port))


@pytest.mark.slow
def test_second_supervisor_on_a_directory_is_refused(supervised: Supervised):
    supervised.start()

    command = [sys.executable, str(SCRIPT), str(supervised.data), str(free_port())]
    second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert second.returncode != 0
    assert "is served already by process" in second.stderr
    assert len(supervised.ports) == 2
