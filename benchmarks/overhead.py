"""What the scheduler costs: the demo's day 119 as a DAG in a running Airflow, against the same day by ``nichiro run``.

Metrics: dag_seconds (the DAG run by Airflow's own clock), noop_seconds (the same DAG, whose child processes do nothing:
what Airflow costs by itself), plain_seconds (``nichiro run``), dag_ratio = dag / (noop + plain). What lies above 1 is what
it costs that each step and each source is a process of its own. ``--quick`` has 20 days of history behind it, not 118.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter, sleep

from benchmarks.form import OURS, Row, report
from nichiro.airflow_services import AirflowServices
from nichiro.settings import PROJECT

DATASET = "demo"
SEED = 1
WITHIN = 900.0     # seconds for one DAG run
# Does nothing while the file ``idle`` lies beside it; Airflow is given the same list of sources in both cases.
COMMAND = """#!/bin/sh
if [ -e {folder}/idle ]; then
    [ "$1" = source ] && cat {folder}/sources.json
    exit 0
fi
exec {real} "$@"
"""


def measure(quick: bool) -> list[Row]:
    """All rows, in this one call."""
    from tests.demosite import DemoSite
    from tests.demosite.scheduled import CATALOG, ScheduledReplay

    site = DemoSite(seed=SEED)
    done = site.first_day + timedelta(days=19 if quick else 117)
    day = done + timedelta(days=1)
    with tempfile.TemporaryDirectory(prefix="nichiro-benchmark-") as name, ScheduledReplay(site, [done, day], Path(name)) as replay:
        folder = Path(name)
        data, plain = folder / "data", folder / "plain"
        replay.backfill(data)
        shutil.copytree(data, plain, symlinks=True)
        start = perf_counter()
        replay.run(plain, "run", "--date", str(day))
        plain_seconds = perf_counter() - start
        command = folder / "switch"
        command.write_text(COMMAND.format(folder=folder, real=replay.command), encoding="utf-8")
        command.chmod(0o755)
        (folder / "sources.json").write_text(replay.run(data, "source", "list", "--status", "active", "--json"), encoding="utf-8")
        settings = replay.settings(data) | {"NICHIRO_BIN": str(command), "NICHIRO_SCHEDULE_FROM": "2100-01-01", "NICHIRO_SCHEDULE_UNTIL": ""}
        with AirflowServices(folder / "airflow", settings=settings, python=_python()) as airflow:
            (folder / "idle").touch()
            noop_seconds = _dag_seconds(airflow, done)
            (folder / "idle").unlink()
            dag_seconds = _dag_seconds(airflow, day)
    figures = {
        "dag_seconds": dag_seconds,
        "noop_seconds": noop_seconds,
        "plain_seconds": plain_seconds,
        "dag_ratio": dag_seconds / (noop_seconds + plain_seconds),
    }
    count = len(list(CATALOG.glob("*.yml")))
    return [Row(OURS, DATASET, metric, round(value, 3), count) for metric, value in figures.items()]


def _dag_seconds(airflow: AirflowServices, day: date) -> float:
    """Trigger the DAG for a day by hand and wait for it. Raises RuntimeError where it fails or takes too long."""
    end = perf_counter() + WITHIN
    while not airflow.get("dags", dag_id_pattern="nichiro_daily")["dags"]:
        sleep(0.5)      # the file is not read yet
    due = datetime.combine(day, time(23), UTC)      # 08:00 in Tokyo of the next morning
    run = airflow.post("dags/nichiro_daily/dagRuns", logical_date=due.isoformat())
    while run["state"] not in ("success", "failed") and perf_counter() < end:
        sleep(1)
        run = airflow.get(f"dags/nichiro_daily/dagRuns/{run['dag_run_id']}")
    if run["state"] != "success":
        raise RuntimeError(f"the DAG run of {day} is {run['state']}")
    return (datetime.fromisoformat(run["end_date"]) - datetime.fromisoformat(run["start_date"])).total_seconds()


def _python() -> str:
    """The interpreter with Airflow: AIRFLOW_PYTHON, or the one of `make airflow`, or this one."""
    beside = PROJECT / ".venv-airflow" / "bin" / "python"
    return os.environ.get("AIRFLOW_PYTHON") or (str(beside) if beside.exists() else sys.executable)


if __name__ == "__main__":
    report("overhead", measure)
