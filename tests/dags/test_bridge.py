"""What a step's exit code becomes in Airflow; the bridge itself imports no Airflow until a step has failed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from nichiro.airflow_task import list_sources, run_step
from nichiro.errors import TransientError


def test_a_step_that_ends_well(calls: Callable[[], list[str]]) -> None:
    run_step("parse", "--date", "2026-06-29")
    assert calls() == ["parse --date 2026-06-29"]


def test_only_active_sources_are_crawled(calls: Callable[[], list[str]]) -> None:
    assert list_sources() == ["aa_one", "bb_two"]
    assert calls() == ["source list --status active --json"]


def test_exit_75_is_temporary(calls: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILING", "build")
    monkeypatch.setenv("EXIT", "75")
    with pytest.raises(TransientError):
        run_step("build")


@pytest.mark.airflow
@pytest.mark.parametrize("code", ["1", "65", "70", "78"])
def test_other_exits_fail_at_once(code: str, calls: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    exceptions = pytest.importorskip("airflow.sdk.exceptions", reason="needs the airflow extra: make airflow-test")
    monkeypatch.setenv("FAILING", "check")
    monkeypatch.setenv("EXIT", code)
    with pytest.raises(exceptions.AirflowFailException, match=f"exit {code}"):
        run_step("check")


def test_the_bridge_imports_no_airflow() -> None:
    program = "import sys, nichiro.airflow_task; sys.exit('airflow' in sys.modules or 'great_expectations' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
