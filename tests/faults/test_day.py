"""A day that is disturbed ends in the same rows: of every step one error and one death, and a few of every other fault."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nichiro.settings import PROJECT

pytestmark = pytest.mark.slow


@pytest.mark.timeout(600)
def test_after_every_fault_the_next_run_ends_in_the_same_rows() -> None:
    """In a process of its own: the forks must start before anything has computed here."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults", "--json", "--quick"], cwd=PROJECT, env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "a complaint that no floor catches"


def test_the_faults_are_real(tmp_path: Path) -> None:
    """A watch that never struck would make every case equal."""
    from benchmarks.faults.boundary import Fault

    script = (
        "import sys; from pathlib import Path; from benchmarks.faults.boundary import Fault, watch; from warehouse.lake import write_atomically;"
        "folder = Path(sys.argv[1]); watch(folder, Fault(sys.argv[2], sys.argv[3]));"
        "write_atomically(folder / 'a', lambda file: file.write(b'0123456789'))"
    )
    for kind, expected in (("eio", 1), ("death", -9)):
        for at in ("open .a.tmp #1", "write .a.tmp #1", "fsync .a.tmp #1", "rename a #1", "fsync . #1"):
            fault = Fault(at, kind)
            folder = tmp_path / f"{kind} {at}"
            folder.mkdir()
            done = subprocess.run(
                [sys.executable, "-c", script, str(folder), fault.at, fault.kind], cwd=PROJECT, stderr=subprocess.PIPE, text=True,
                check=False, start_new_session=True,
            )
            assert done.returncode == expected, (at, kind, done.stderr)
            assert kind == "death" or "Input/output error" in done.stderr
            left = {path.name.partition(".tmp")[0].rpartition(".")[0] or path.name: path.read_bytes() for path in folder.iterdir()}
            torn = {"write .a.tmp #1": b"01234", "fsync .a.tmp #1": b"0123456789", "rename a #1": b"0123456789", "open .a.tmp #1": None, "fsync . #1": b"0123456789"}
            if kind == "death" and torn[at] is not None:
                assert list(left.values()) == [torn[at]]
