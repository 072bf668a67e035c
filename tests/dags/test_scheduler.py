"""A whole Airflow, not ``dag.test()``: scheduler, LocalExecutor, SQLite or Postgres, on the demo's last days.

What comes out is compared with the same days run by ``nichiro run``. Rows are compared without what says when and by
which run a page was fetched.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from nichiro.airflow_services import AirflowServices
from nichiro.steps import STEPS
from tests.dags.postgres import private_postgres
from tests.demosite import DemoSite
from tests.demosite.scheduled import CATALOG, ScheduledReplay
from warehouse.store import connect

pytestmark = [pytest.mark.airflow, pytest.mark.scheduler, pytest.mark.timeout(1200)]

FEW = ("jp_aozora_wire", "jp_gaimu_press", "jp_seto_editorial", "ru_polyus_wire", "ru_vostok_gazeta")
VICTIM = "ru_vostok_gazeta"
SECRETS = ("ping-4b1d-geheim", "mail-9c2e-geheim")
# A dead scheduler's tasks are noticed in half a minute here, in five by default.
IMPATIENT = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
}
ROWS = (
    "SELECT * EXCLUDE (capture_id, first_captured_at, last_captured_at) FROM marts.articles ORDER BY ALL",
    "SELECT * FROM marts.coverage_daily ORDER BY ALL",
    "SELECT * FROM marts.tone_daily ORDER BY ALL",
    "SELECT * FROM marts.coverage_spikes ORDER BY ALL",
)


def rows(data_dir: Path) -> list[list[tuple]]:
    with connect(data_dir) as connection:
        tables = [connection.sql(sql).fetchall() for sql in ROWS]
    assert all(tables[:3])
    return tables


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScheduledReplay]:
    """The fictional web on days 115–120, with five of its sources."""
    pytest.importorskip("airflow", reason="needs the airflow extra: make airflow-test")
    folder = tmp_path_factory.mktemp("replay")
    catalog = folder / "catalog"
    catalog.mkdir()
    for source_id in FEW:
        shutil.copy(CATALOG / f"{source_id}.yml", catalog)
    site = DemoSite(seed=1)
    days = [site.first_day + timedelta(days=number - 1) for number in range(115, 121)]
    with ScheduledReplay(site, days, folder, catalog) as replay:
        yield replay


@pytest.fixture(scope="module")
def histories(replay: ScheduledReplay, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """``histories(n)``: a fresh copy of a data folder that has the backfill and ``n`` daily runs behind it."""
    folder = tmp_path_factory.mktemp("histories")
    first = folder / "0"
    replay.backfill(first)

    def history(count: int) -> Path:
        for number in range(1, count + 1):
            if not (folder / str(number)).exists():
                shutil.copytree(folder / str(number - 1), folder / "growing", symlinks=True)
                replay.run(folder / "growing", "run", "--date", str(replay.days[number]))
                (folder / "growing").rename(folder / str(number))
        return shutil.copytree(folder / str(count), tmp_path_factory.mktemp("history") / "data", symlinks=True)

    return history


def schedule(replay: ScheduledReplay, data_dir: Path, first: date, last: date, **more: str) -> dict[str, str]:
    bounds = {"NICHIRO_SCHEDULE_FROM": str(first), "NICHIRO_SCHEDULE_UNTIL": str(last)}
    return replay.settings(data_dir) | bounds | {"NICHIRO_RETRY_SECONDS": "1"} | more


def wait_for(airflow: AirflowServices, count: int, run_type: str = "scheduled", within: float = 600) -> list[dict[str, Any]]:
    """The DAG's ``count`` runs, once all have ended."""
    end = monotonic() + within
    while monotonic() < end:
        found = [run for run in _runs(airflow) if run["run_type"] == run_type]
        if len(found) >= count and all(run["state"] in ("success", "failed") for run in found):
            return sorted(found, key=lambda run: run["logical_date"])
        sleep(1)
    raise AssertionError(f"not done after {within:g} s: {[(run['dag_run_id'], run['state']) for run in _runs(airflow)]}")


def _runs(airflow: AirflowServices) -> list[dict[str, Any]]:
    if not airflow.get("dags", dag_id_pattern="nichiro_daily")["dags"]:
        return []    # not read yet
    return airflow.get("dags/nichiro_daily/dagRuns")["dag_runs"]


def states(airflow: AirflowServices, run: dict[str, Any]) -> dict[str, str]:
    """Task -> state; a mapped crawl is named by its source."""
    instances = airflow.get(f"dags/nichiro_daily/dagRuns/{run['dag_run_id']}/taskInstances")["task_instances"]
    return {instance["rendered_map_index"] or instance["task_id"]: instance["state"] for instance in instances}


def rendered(airflow: AirflowServices, run: dict[str, Any]) -> str:
    """All that Airflow shows and keeps of a run's tasks."""
    return str(airflow.get(f"dags/nichiro_daily/dagRuns/{run['dag_run_id']}/taskInstances")["task_instances"])


def kept(home: Path) -> list[tuple[str, str]]:
    """File and secret, wherever Airflow's folder (metadata, task logs, its parts' logs) holds one."""
    files = [path for path in home.rglob("*") if path.is_file()]
    assert {".db", ".log"} <= {path.suffix for path in files}
    return [(path.name, secret) for path in files for secret in SECRETS if secret.encode() in path.read_bytes()]


GREEN = dict.fromkeys(("sources", *FEW, *STEPS[1:]), "success")


def test_a_killed_crawl_on_sqlite(replay: ScheduledReplay, histories: Callable[[int], Path], tmp_path: Path) -> None:
    """One crawl dies by SIGKILL at each try: its source misses the day, all else is green and published; the next
    morning is caught up after it. Trouble is noted, and assets have their events."""
    days = replay.days[-2:]
    data, plain = histories(3), histories(3)
    deadly = tmp_path / "nichiro"
    words = f"crawl --source {VICTIM} --date {days[0]}"
    deadly.write_text(f'#!/bin/sh\n[ "$*" = "{words}" ] && kill -{signal.SIGKILL.value} $$\nexec {replay.command} "$@"\n', encoding="utf-8")
    deadly.chmod(0o755)
    planted = {"NICHIRO_BIN": str(deadly), "NICHIRO_PING_URL": f"http://127.0.0.1:9/{SECRETS[0]}", "SMTP_PASSWORD": SECRETS[1]}
    with AirflowServices(tmp_path / "airflow", settings=schedule(replay, data, *days, **planted)) as airflow:
        first, second = wait_for(airflow, 2)
        assert states(airflow, first) == GREEN | {VICTIM: "failed"}
        assert states(airflow, second) == GREEN
        events = airflow.get("assets/events")["asset_events"]
        assert {event["name"] for event in events} >= {"marts.articles", "marts.coverage_spikes"}
        fields = rendered(airflow, first)
    assert f"'{days[0]}'" in fields, "rendered fields are looked at"
    assert not [secret for secret in SECRETS if secret in fields]
    assert kept(tmp_path / "airflow") == []
    replay.run(plain, "run", "--date", str(days[0]), *(word for name in FEW if name != VICTIM for word in ("--source", name)))
    replay.run(plain, "run", "--date", str(days[1]))
    assert rows(data) == rows(plain)
    with connect(data) as connection:
        noted = connection.sql("SELECT kind, subject, message FROM ops.troubles ORDER BY ALL").fetchall()
    told = {(kind, subject): message for kind, subject, message in noted}
    assert "signal 9" in told["task", f"nichiro_daily.crawl[{VICTIM}]"]
    assert str(days[0] + timedelta(days=1)) in told["late", "nichiro_daily"]    # by our clock these mornings are long past


def test_a_killed_scheduler_on_postgres(replay: ScheduledReplay, histories: Callable[[int], Path], tmp_path: Path) -> None:
    """The scheduler and all its tasks are killed in the middle of the crawl and started again: the rows are the same."""
    days = replay.days[-2:]
    data = histories(3)
    with private_postgres() as url:
        settings = schedule(replay, data, *days, AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=url) | IMPATIENT
        with AirflowServices(tmp_path / "airflow", settings=settings) as airflow:
            _until_crawling(airflow)
            airflow.kill("scheduler")
            airflow.start("scheduler")
            for run in wait_for(airflow, 2):
                assert states(airflow, run) == GREEN
    assert rows(data) == rows(histories(5))


def _until_crawling(airflow: AirflowServices, within: float = 180) -> None:
    end = monotonic() + within
    while monotonic() < end:
        for run in _runs(airflow):
            found = states(airflow, run)
            if "running" in found.values() and any(found.get(name) == "success" for name in FEW):
                return
        sleep(0.3)
    raise AssertionError("no crawl was seen running")


def test_a_backfill_equals_the_daily_runs(replay: ScheduledReplay, histories: Callable[[int], Path], tmp_path: Path) -> None:
    """`airflow backfill` over five days, from archive and log alone: the rows of five daily runs, and nothing fetched."""
    data, daily = histories(5), histories(5)
    for derived in ("releases", "lake/staging", "lake/enriched"):
        shutil.rmtree(data / derived)
    (data / "current").unlink()
    for manifest in data.glob("lake/manifests/*"):
        manifest.unlink()
    archived = _archive(data)
    never, today = replay.days[-1] + timedelta(days=36_500), str(replay.days[-1])
    with AirflowServices(tmp_path / "airflow", settings=schedule(replay, data, never, never, REPLAY_DAY=today)) as airflow:
        _until_read(airflow)
        first, last = (f"{day}T08:00:00+09:00" for day in (replay.days[1], replay.days[-1]))
        airflow.command("backfill", "create", "--dag-id", "nichiro_daily", "--from-date", first, "--to-date", last, "--max-active-runs", "1")
        runs = wait_for(airflow, 5, "backfill")
        assert [run["state"] for run in runs] == ["success"] * 5
    assert rows(data) == rows(daily)
    assert _archive(data) == archived


def _until_read(airflow: AirflowServices, within: float = 60) -> None:
    end = monotonic() + within
    while not airflow.get("dags", dag_id_pattern="nichiro_daily")["dags"]:
        assert monotonic() < end, "the DAG was not read"
        sleep(0.5)


def _archive(data_dir: Path) -> list[str]:
    return sorted(str(path.relative_to(data_dir)) for path in data_dir.glob("archive/**/*.gz"))
