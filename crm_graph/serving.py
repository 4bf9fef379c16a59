"""What `crm-graph serve` and `demo` run: which programs, told what, and what is printed when they are up."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path

from crm_graph.accounts import sign_in
from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.errors import CRMError
from crm_graph.graph.embedded.download import Cancelled
from crm_graph.graph.embedded.process import Process
from crm_graph.graph.embedded.server import Connection, EmbeddedServer, read_json, running_connection
from crm_graph.graph.embedded.settings import write_private
from crm_graph.graph.embedded.stopping import Stopping
from crm_graph.graph.embedded.supervisor import AlreadyServed, Program, Supervisor
from crm_graph.graph.given import differences
from crm_graph.unit import Actor

_WORKERS = 2
_BLOCKING_THREADS = 32
"""Threads a web process has; the application works on few requests at once, and the others stay free for its health."""
_CONNECTIONS = 512
"""Connections a web process takes, idle ones included."""

_WELCOME = """
The demo account is served on {url}. Ctrl-C stops it.

  sign in: {link}
  token:   {token}

The link works once, within 15 minutes. Another: crm-graph sign-in --data {data}

  curl -H 'Authorization: Bearer {token}' '{url}/crm/v3/objects/contacts?limit=3&properties=firstname,lastname,email'
  curl -H 'Authorization: Bearer {token}' '{url}/crm/v3/objects/deals?limit=3&associations=companies'
  curl -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\
       -d '{{"properties": {{"email": "ada@example.com", "firstname": "Ada"}}}}' {url}/crm/v3/objects/contacts
"""

_WORKER = Program("worker", "crm_graph.jobs.worker")
_TRAINING = Program("start cache", "crm_graph.graph.embedded.training", runs_once=True)

_URL_FILE = "url"
"""Where `crm-graph sign-in` reads at which address the account is served."""
_TOKEN_FILE = "token"
"""The demo account's token; a directory without it has an account that is not the demo's."""
_LOADED_FILE = "loaded"
"""Is there once the demo account is complete."""


class NotServed(CRMError):
    """No server runs on the directory."""


class PortTaken(CRMError):
    """Something else listens where the web application should."""


class NotTheDemo(CRMError):
    """A directory has an account that the demo must neither delete nor write to."""


def serve(
    data: Path,
    *,
    host: str,
    port: int,
    heap: str,
    given: Connection | None = None,
    adopt: bool = False,
    environment: Mapping[str, str] | None = None,
    load: Callable[[Crm], None] = lambda crm: None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the account in `data` until Ctrl-C, from the bundled Neo4j or the one that is `given`.

    A database with data that is not of crm-graph is refused, unless it is to be adopted. Settings of a given Neo4j
    that matter and are otherwise than the bundled one's are told on standard error.

    `load` is called with the account before anything is served, `ready` when the web application
    accepts connections, with a link that signs a browser in. The first token is printed when it was
    generated.
    """
    link = ""
    variables = {**os.environ, **(environment or {}), "CRM_GRAPH_DATA": str(data)}
    with Stopping(lambda: supervisor.kill()) as stopping:
        server = None if given else EmbeddedServer(data / "neo4j", heap=heap, cancelled=stopping)
        programs = [web_application(host, port), _WORKER, *([] if given else [_TRAINING])]
        supervisor = Supervisor(data, programs, environment=variables, server=server, connection=given)

        def begin() -> None:
            check_port(host, port)
            if not given:
                print("Starting Neo4j. After a sudden end it first recovers what was written last.", file=sys.stderr)

        def prepare(connection: Connection) -> None:
            _until_stopped(stopping, lambda: prepare_account(connection))

        def prepare_account(connection: Connection) -> None:
            nonlocal link
            settings = Settings.from_environment({**variables, **connection.as_environment()})
            url = settings.base_url or _url(host, port)
            crm = Crm(settings.at_leisure())
            try:
                if token := crm.prepare(adopt=adopt):
                    print(f"The first token, shown only now: {token}", flush=True)
                for sentence in differences(crm.graph) if given else ():
                    print(f"Your Neo4j: {sentence}", file=sys.stderr, flush=True)
                load(crm)
                link = _sign_in_link(crm, url)
            finally:
                crm.close()
            write_private(data / _URL_FILE, url)

        def announce() -> bool:
            accepts = _accepts(host, port)
            if accepts and ready:
                ready(link)
            elif accepts:
                print(f"Serving {data} on {_url(host, port)}. Ctrl-C stops it.\n  sign in: {link}", flush=True)
            return accepts

        supervisor.run(stopping, begin=begin, prepare=prepare, announce=announce)


def serve_demo(data: Path, *, host: str, port: int, heap: str, load: Callable[[Crm], None] = lambda crm: None) -> None:
    """Serve the demo account in `data`; its token stays the same.

    `load` is called until it has once come to its end: from then on the account is its user's.
    Raises NotTheDemo where the directory has another account.
    """
    _require_demo(data)
    url = _url(host, port)
    token = _kept_token(data / _TOKEN_FILE)
    loaded = data / _LOADED_FILE

    def load_once(crm: Crm) -> None:
        if not loaded.exists():
            print("Writing the demo account, once; it may take a minute or two.", file=sys.stderr, flush=True)
            load(crm)
            loaded.touch()

    def ready(link: str) -> None:
        print(_WELCOME.format(url=url, token=token, link=link, data=shlex.quote(str(data))), flush=True)

    environment = {"CRM_GRAPH_TOKEN": token, "CRM_GRAPH_ACCOUNT_NAME": "Coffee roastery"}
    serve(data, host=host, port=port, heap=heap, environment=environment, load=load_once, ready=ready)


def delete_demo(data: Path) -> None:
    """Delete the demo account in `data`; NotTheDemo where it is another, AlreadyServed where a server runs on it."""
    _require_demo(data)
    if running_connection(data / "neo4j"):
        raise AlreadyServed(f"A server runs on {data}; stop it first.")
    (data / _LOADED_FILE).unlink(missing_ok=True)
    shutil.rmtree(data / "neo4j", ignore_errors=True)


def sign_in_link(data: Path, given: Connection | None = None) -> str:
    """A new link that signs a browser in to the account that is served from `data`; NotServed where none is."""
    connection = given or running_connection(data / "neo4j")
    if connection is None or Process.find(read_json(data / "run.json").get("supervisor")) is None:
        raise NotServed(f"No account is served from {data}.")
    url = (data / _URL_FILE).read_text("utf-8")
    crm = Crm(Settings.from_environment({**os.environ, **connection.as_environment()}))
    try:
        return _sign_in_link(crm, url)
    finally:
        crm.close()


def check_port(host: str, port: int) -> None:
    """Raise PortTaken when nobody else could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"Cannot listen on {host}:{port}: {error.strerror}. Choose another port with --port."
            ) from None


def web_application(host: str, port: int, application: str = "api.app:app_from_environment") -> Program:
    """How an application is served; the benchmarks serve another one in the same way."""
    granian = {
        "--interface": "wsgi",
        "--host": host,
        "--port": port,
        "--workers": _WORKERS,
        "--blocking-threads": _BLOCKING_THREADS,
        "--backpressure": _CONNECTIONS,
        "--workers-kill-timeout": 1,
        "--log-level": "error",
    }
    options = [str(part) for option in granian.items() for part in option]
    flags = ["--factory", "--no-ws", "--respawn-failed-workers"]
    return Program("web application", "granian", (*options, *flags, application))


def _sign_in_link(crm: Crm, url: str) -> str:
    """A link for the super admin that the account began with."""
    account_id = crm.settings.account_id
    owner = Actor(user_id=account_id, owner_id=str(account_id), is_super_admin=True)
    return crm.run(owner, lambda unit: sign_in.make_link(unit, url))


def _until_stopped(stopping: Stopping, work: Callable[[], None]) -> None:
    """Do the work, or raise Cancelled at once when a stop is requested: what it was writing is rolled back."""
    outcome: Future[None] = Future()

    def do() -> None:
        try:
            work()
        except BaseException as error:
            outcome.set_exception(error)
        else:
            outcome.set_result(None)

    # A daemon, so that the process need not wait for its end.
    threading.Thread(target=do, name="prepare", daemon=True).start()
    while not outcome.done():
        if stopping.wait(0.05):
            raise Cancelled("Stopped before the account was ready.")
    outcome.result()


def _require_demo(data: Path) -> None:
    if (data / "neo4j").exists() and not (data / _TOKEN_FILE).exists():
        raise NotTheDemo(f"{data} has an account that is not the demo's; give another directory.")


def _kept_token(path: Path) -> str:
    if not path.exists():
        write_private(path, f"pat-crm-{secrets.token_hex(32)}\n")
    return path.read_text("ascii").strip()


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _accepts(host: str, port: int) -> bool:
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        socket.create_connection((address, port), 0.5).close()
    except OSError:
        return False
    return True
