"""A private AIRFLOW_HOME per test session and a stand-in for the command ``nichiro``."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

DAGS = Path(__file__).resolve().parents[2] / "dags"

STAND_IN = """#!/bin/sh
if [ "$1" = source ]; then
    echo '[{"source_id": "aa_one"},'
    echo ' {"source_id": "bb_two"}]'
fi
echo "$*" >> "$CALLS"
test "$1" = "$FAILING" && exit "$EXIT"
exit 0
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """A stand-in ``nichiro``; the fixture returns the calls that it has seen. FAILING and EXIT make a step fail."""
    command, log = tmp_path / "nichiro", tmp_path / "calls"
    command.write_text(STAND_IN, encoding="utf-8")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    log.touch()
    for name, value in {"NICHIRO_BIN": str(command), "CALLS": str(log), "FAILING": "", "EXIT": "0"}.items():
        monkeypatch.setenv(name, value)
    return lambda: log.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An Airflow on SQLite with its tables made; it must be set up before airflow is imported."""
    pytest.importorskip("airflow", reason="needs the airflow extra: make airflow-test")
    home = tmp_path_factory.mktemp("airflow")
    os.environ.update(
        AIRFLOW_HOME=str(home), AIRFLOW__CORE__DAGS_FOLDER=str(DAGS), AIRFLOW__CORE__LOAD_EXAMPLES="False"
    )
    airflow(["db", "migrate"])
    airflow(["pools", "set", "nichiro_writer", "1", "one writer"])
    return home


def airflow(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Run the airflow command of this environment."""
    return subprocess.run(
        [sys.executable, "-m", "airflow", *arguments], capture_output=True, text=True, timeout=300, check=False
    )
