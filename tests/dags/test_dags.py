"""The DAGs as Airflow reads them: exact ids and edges, no import error, no slow import; and one day run for real."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from nichiro.steps import STEPS
from tests.dags.conftest import DAGS, airflow
from warehouse.tables import TABLES

DAILY = ["sources", *STEPS]


def test_dag_files_are_short() -> None:
    for path in DAGS.glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 40, path.name


@pytest.fixture(scope="module")
def bag(airflow_home: Path) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(DAGS)


@pytest.mark.airflow
def test_the_dags_load(bag: Any) -> None:
    assert bag.import_errors == {}
    assert sorted(bag.dags) == ["nichiro_daily", "nichiro_rebuild"]
    assert all(stat.duration.total_seconds() < 2 for stat in bag.dagbag_stats)


@pytest.mark.airflow
@pytest.mark.parametrize(("dag_id", "tasks"), [("nichiro_daily", DAILY), ("nichiro_rebuild", ["rebuild", "report"])])
def test_ids_and_edges(bag: Any, dag_id: str, tasks: list[str]) -> None:
    dag = bag.dags[dag_id]
    edges = {(task.task_id, below) for task in dag.tasks for below in task.downstream_task_ids}
    assert sorted(dag.task_ids) == sorted(tasks)
    assert edges == set(pairwise(tasks))
    assert dag.doc_md


@pytest.mark.airflow
def test_what_is_published_is_an_asset(bag: Any) -> None:
    dag = bag.dags["nichiro_daily"]
    assert [asset.name for asset in dag.get_task("publish").outlets] == [name for name in TABLES if name.startswith("marts.")]
    assert dag.get_task("parse").trigger_rule == "all_done_min_one_success"
    assert dag.deadline


@pytest.mark.airflow
def test_writers_share_one_slot_and_retry(bag: Any) -> None:
    dag = bag.dags["nichiro_daily"]
    assert {task.task_id for task in dag.tasks if task.pool == "nichiro_writer"} == set(STEPS[1:-1])
    assert all(task.retries == 3 and task.retry_exponential_backoff for task in dag.tasks)


@pytest.mark.airflow
def test_the_schedule_is_an_interval_in_the_readers_zone(bag: Any) -> None:
    timetable = bag.dags["nichiro_daily"].timetable
    assert type(timetable).__name__ == "CronDataIntervalTimetable"
    assert str(timetable.timezone) == "Asia/Tokyo"


def is_green(done: subprocess.CompletedProcess[str]) -> bool:
    """By its log: `dags test` of 3.3.2 ends with exit 1 after a green run, as it never wrote the deadline it takes off."""
    return bool(re.search(r"Marking run <DagRun nichiro_daily .*> successful", done.stdout + done.stderr))


@pytest.mark.airflow
def test_a_day(airflow_home: Path, calls: Callable[[], list[str]]) -> None:
    """08:00 in Tokyo on 30 June is 23:00 UTC on the 29th, and the day to analyse is the 29th."""
    done = airflow(["dags", "test", "nichiro_daily", "2026-06-29T23:00:00+00:00"])
    assert is_green(done), done.stdout[-2000:]
    crawls, later = calls()[1:3], calls()[3:]
    assert sorted(crawls) == [f"crawl --source {name} --date 2026-06-29" for name in ("aa_one", "bb_two")]
    assert later == [f"{step} --date 2026-06-29" for step in STEPS[1:]]


@pytest.mark.airflow
def test_a_blocked_day(airflow_home: Path, calls: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed check is not retried, nothing is published, the report is written, and the run counts as failed."""
    monkeypatch.setenv("FAILING", "check")
    monkeypatch.setenv("EXIT", "1")
    done = airflow(["dags", "test", "nichiro_daily", "2026-06-29T23:00:00+00:00"])
    steps = [call.split()[0] for call in calls()]
    assert steps.count("check") == 1
    assert "publish" not in steps
    assert steps[-1] == "report"
    assert "state=failed" in done.stdout + done.stderr


@pytest.mark.airflow
def test_a_day_with_the_real_command(airflow_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two sources of the demo web through every step, each a child process, to a published release and its report."""
    pytest.importorskip("scrapy", reason="nichiro is not installed beside Airflow")
    from tests.demosite import DemoSite
    from tests.demosite.replay import ReplayProxy

    site = DemoSite(seed=1)
    day = site.first_day + timedelta(days=20)
    as_of = datetime.combine(day, time(23), UTC)
    catalog = tmp_path / "catalog"
    catalog.mkdir()
    for path in sorted((Path(__file__).parents[1] / "demosite" / "catalog").glob("jp_*.yml"))[:2]:
        shutil.copy(path, catalog)
    command = tmp_path / "nichiro"
    command.write_text(f"#!{sys.executable}\nfrom nichiro.cli import main\nmain()\n", encoding="utf-8")
    command.chmod(0o755)
    with ReplayProxy(site, as_of) as proxy:
        settings = {
            "NICHIRO_DATA_DIR": tmp_path / "data", "NICHIRO_CATALOG_DIR": catalog, "NICHIRO_PROXY": proxy.url,
            "NICHIRO_CLOCK": as_of.isoformat(), "NICHIRO_CONTACT": "https://nichiro.example", "NICHIRO_BIN": command,
            "PYTHONPATH": DAGS.parent,
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, str(value))
        done = airflow(["dags", "test", "nichiro_daily", as_of.isoformat()])
    assert is_green(done), done.stdout[-2000:]
    assert (tmp_path / "data" / "current" / "warehouse.duckdb").exists()
    assert str(day) in (tmp_path / "data" / "report.html").read_text(encoding="utf-8")
