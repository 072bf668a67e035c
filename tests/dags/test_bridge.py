"""What a step's exit code becomes in Airflow; the bridge itself imports no Airflow until a step has failed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nichiro.airflow_task import list_sources, run_step, since, tell_late
from nichiro.errors import ConfigError, TransientError


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


def test_a_killed_step_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "nichiro"
    command.write_text("#!/bin/sh\nkill -9 $$\n", encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.setenv("NICHIRO_BIN", str(command))
    with pytest.raises(TransientError, match="signal 9"):
        run_step("crawl")


def test_catch_up_needs_a_first_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NICHIRO_SCHEDULE_FROM", raising=False)
    assert since()["catchup"] is False
    monkeypatch.setenv("NICHIRO_SCHEDULE_FROM", "2026-06-28")
    assert since()["catchup"] is True
    assert since()["start_date"].isoformat() == "2026-06-28T00:00:00+09:00"
    monkeypatch.setenv("NICHIRO_SCHEDULE_FROM", "28 June")
    with pytest.raises(ConfigError, match="is no day"):
        since()


def test_a_missed_deadline_is_told_of_scheduled_runs_only(calls: Callable[[], list[str]]) -> None:
    run = {"dag_id": "nichiro_daily", "dag_run_id": "r", "logical_date": "2026-06-27T23:00:00Z"}
    deadline = {"deadline_time": "2026-06-29T01:00:00Z"}
    for run_type in ("backfill", "manual", "scheduled"):
        asyncio.run(tell_late({"dag_run": run | {"run_type": run_type}, "deadline": deadline}))
    assert len(calls()) == 1
    assert calls()[0].startswith("alert trouble --kind late --subject nichiro_daily --message ")
    assert calls()[0].endswith("--beginning 2026-06-27T23:00:00Z")


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
