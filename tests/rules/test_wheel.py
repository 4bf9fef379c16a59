"""A wheel has every file that the program reads, and what its pages need."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "crm_graph", "cypher")
LEFT_OUT = ("api/assets/",)
"""What has done its work once the wheel is made."""


@pytest.mark.slow
def test_wheel_has_all_files_of_the_packages_and_those_from_npm(tmp_path: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    expected = {name for name in listed.splitlines() if not name.startswith(LEFT_OUT)}
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True)
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    vendor = ROOT / "api" / "web" / "static" / "vendor"
    expected |= {path.relative_to(ROOT).as_posix() for path in vendor.rglob("*") if path.is_file()}
    assert not expected - names
    own = {name for name in names - expected if ".dist-info/" not in name}
    assert not own, "the wheel has files that are not in git"
