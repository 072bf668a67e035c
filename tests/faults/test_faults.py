"""A day that is disturbed ends in the same rows; and the faults that say so are real ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nichiro.settings import PROJECT

pytestmark = pytest.mark.slow

WRITE = """
import sys
from pathlib import Path
from benchmarks.faults.boundary import Fault, watch
from warehouse.lake import write_atomically
folder, kind, at = sys.argv[1:]
watch(Path(folder), Fault(at, kind))
write_atomically(Path(folder) / "a", lambda file: file.write(b"0123456789"))
"""
WHOLE = b"0123456789"


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=PROJECT, env=os.environ | {"PYTHONPATH": str(PROJECT)}, capture_output=True, text=True,
        check=False, start_new_session=True,
    )


@pytest.mark.parametrize(
    ("at", "after_death"),
    [
        ("open .a.tmp #1", []),
        ("write .a.tmp #1", [b"01234"]),
        ("fsync .a.tmp #1", [WHOLE]),
        ("rename a #1", [WHOLE]),
        ("fsync . #1", [WHOLE]),
    ],
)
def test_a_write_can_fail_and_die_at_each_of_its_boundaries(tmp_path: Path, at: str, after_death: list[bytes]) -> None:
    """A watch that never struck would make every case equal."""
    dead, failed = tmp_path / "dead", tmp_path / "failed"
    for folder, kind in ((dead, "death"), (failed, "eio")):
        folder.mkdir()
        done = python("-c", WRITE, str(folder), kind, at)
        assert done.returncode == {"death": -9, "eio": 1}[kind], done.stderr
        assert kind == "death" or "Input/output error" in done.stderr
    assert [path.read_bytes() for path in dead.iterdir()] == after_death
    assert [path.name for path in failed.iterdir()] == (["a"] if at == "fsync . #1" else [])


@pytest.mark.timeout(600)
def test_after_a_fault_the_next_run_ends_in_the_same_rows() -> None:
    """One fault in every step and one of every kind; in a process of its own, for it forks before anything has computed."""
    done = python("-m", "benchmarks.faults", "--json", "--quick")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "a complaint that no floor catches"
