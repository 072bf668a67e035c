"""The locks say one thing, and what .ci/ judges of them it judges by its lists of reasons."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from importlib.metadata import Distribution
from pathlib import Path
from types import ModuleType

import pytest

from tests.architecture.sources import PROJECT

REQUIREMENTS = PROJECT / "requirements"


def pins(lock: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (REQUIREMENTS / lock).read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("lock", ["base.txt", "dev.txt", "build.txt"])
def test_the_largest_lock_holds_the_others(lock: str) -> None:
    """So that auditing it audits all, and the tests in Airflow's environment speak of the same versions."""
    assert pins(lock) - pins("airflow.txt") == set(), "make lock"


def test_the_oldest_duckdb_is_the_lower_bound() -> None:
    declared = re.search(r'"duckdb>=([\d.]+),<3"', (PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert declared
    assert pins("duckdb-oldest.txt") == {("duckdb", declared[1])}, "make lock"


FOUND = {"name": "lantern", "version": "1", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": []}]}
CLEAN = {"name": "ferry", "version": "1", "vulns": []}
SKIPPED = {"name": "ferry", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "known", "code", "says"),
    [
        ([CLEAN], "", 0, "audited: 1 packages"),
        ([FOUND, CLEAN], "", 1, "lantern: PYSEC-1 CVE-1 is not listed"),
        ([FOUND, CLEAN], '[lantern]\n"CVE-1" = "only where it burns"', 0, "audited: 2 packages"),
        ([FOUND, CLEAN], '[lantern]\n"PYSEC-1" = " "', 1, "lantern: PYSEC-1 is listed without a reason"),
        ([CLEAN], '[ferry]\n"PYSEC-2" = "mended since"', 1, "ferry: PYSEC-2 is listed and found no more"),
        ([CLEAN], '[lantern]\n"PYSEC-1" = "no longer here"', 1, "lantern: PYSEC-1 is listed and found no more"),
        ([SKIPPED], '[ferry]\n"PYSEC-2" = "cannot be told"', 0, "NOT AUDITED: the vulnerability service"),
        ([SKIPPED, FOUND], '[lantern]\n"PYSEC-1" = "only where it burns"', 0, "NOT AUDITED: ferry; the other 1 packages"),
        ([], "", 0, "NOT AUDITED"),
    ],
)
def test_audit(tmp_path: Path, packages: list[dict], known: str, code: int, says: str) -> None:
    report, listed = tmp_path / "report.json", tmp_path / "audit.toml"
    report.write_text(json.dumps({"dependencies": packages}), encoding="utf-8")
    listed.write_text(known, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(PROJECT / ".ci" / "audit.py"), "--report", str(report), "--known", str(listed)],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == code
    assert says in done.stdout + done.stderr


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    pytest.importorskip("license_expression", reason="make setup")
    spec = importlib.util.spec_from_file_location("licences", PROJECT / ".ci" / "licences.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module      # its dataclass asks for it
    spec.loader.exec_module(module)
    return module


class Package(Distribution):
    """A package that consists of its metadata."""

    def __init__(self, *lines: str) -> None:
        self.lines = ("Metadata-Version: 2.4", "Name: ferry", "Version: 1", *lines)

    def read_text(self, filename: str) -> str | None:
        return "\n".join(self.lines) + "\n" if filename == "METADATA" else None

    def locate_file(self, path: object) -> Path:
        return Path(str(path))


@pytest.mark.parametrize(
    ("line", "licence", "allowed"),
    [
        ("License-Expression: MIT AND (GPL-3.0-only OR Apache-2.0)", "MIT AND (GPL-3.0-only OR Apache-2.0)", True),
        ("License-Expression: MIT AND GPL-3.0-only", "MIT AND GPL-3.0-only", False),
        ("Classifier: License :: OSI Approved :: MIT License", "MIT", True),
        ("Classifier: License :: OSI Approved :: GNU Affero General Public License v3", "unknown", False),
        ("License: BSD-3-Clause", "BSD-3-Clause", True),
        ("License: see the file", "unknown", False),
        ("Summary: says nothing", "unknown", False),
    ],
)
def test_licences(licences: ModuleType, line: str, licence: str, allowed: bool) -> None:
    terms = licences.Terms.read(REQUIREMENTS / "licences.toml")
    assert terms.licence(Package(line)) == licence
    assert terms.allows(licence) is allowed


def test_every_exception_has_its_reason(licences: ModuleType) -> None:
    terms = licences.Terms.read(REQUIREMENTS / "licences.toml")
    assert all(reason.strip() for entries in terms.exceptions.values() for reason in entries.values())
