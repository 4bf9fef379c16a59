"""What pages take from npm: named, locked, there, and small where it is our own."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

from api.web.assets import STATIC, VENDOR
from crm_graph.definitions import catalogue

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "api" / "assets"
MANIFEST = json.loads((ASSETS / "package.json").read_text("utf-8"))
LOCK = json.loads((ASSETS / "package-lock.json").read_text("utf-8"))

OWN_SCRIPTS_MAX = 30_000
"""Bytes that all scripts of ours have together, compressed."""


def named_icons() -> set[str]:
    """Every icon that an object type or a template names."""
    named = {each.icon for each in catalogue.load().object_types.values()}
    for template in (ROOT / "api" / "web" / "templates").glob("*.html"):
        named |= set(re.findall(r'icon\("([a-z0-9-]+)"\)', template.read_text("utf-8")))
    for module in (ROOT / "api" / "web").glob("*.py"):
        named |= set(re.findall(r'icon="([a-z0-9-]+)"', module.read_text("utf-8")))
    return named - {""}


def test_every_icon_that_is_named_is_fetched() -> None:
    fetched = {Path(name).stem for name in MANIFEST["assets"]["lucide-static"]}
    assert not named_icons() - fetched


def test_every_file_is_there_with_the_licence_of_its_package() -> None:
    licences = (VENDOR / "LICENCES.txt").read_text("utf-8")
    for package, names in MANIFEST["assets"].items():
        assert f"{package} {MANIFEST['dependencies'][package]}: LICENSE" in licences
        assert not [name for name in names if not (VENDOR / package / name).is_file()]


def test_every_package_is_locked_by_what_it_contains_and_no_address() -> None:
    packages = {name: found for name, found in LOCK["packages"].items() if name}
    assert {f"node_modules/{name}" for name in MANIFEST["dependencies"]} <= packages.keys()
    assert all(found["integrity"].startswith("sha512-") for found in packages.values())
    assert not any("resolved" in found for found in packages.values())


def test_versions_are_exact() -> None:
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in MANIFEST["dependencies"].values())


def test_scripts_of_our_own_are_small() -> None:
    scripts = [path.read_bytes() for path in (STATIC / "js").glob("*.js")]
    assert 0 < sum(len(gzip.compress(script)) for script in scripts) < OWN_SCRIPTS_MAX
