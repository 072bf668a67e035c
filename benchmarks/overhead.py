"""What the scheduler costs: the demo's day 119 as a DAG of a running scheduler, against the same day by ``nichiro run``.

Metrics: dag_seconds (the DAG run by Airflow's own clock), noop_seconds (the same DAG, whose child processes do nothing:
what Airflow costs by itself), plain_seconds (``nichiro run``), dag_ratio = dag / (noop + plain). What lies above 1 is what
it costs that each step and each source is a process of its own. ``--quick`` has 20 days of history behind it, not 118.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, sleep

from benchmarks.form import OURS, Row, report
from nichiro.airflow_services import AirflowServices
from nichiro.settings import PROJECT
from nichiro.steps import STEPS

DATASET = "demo"
SEED = 1
WITHIN = 900.0     # seconds for a DAG run
# Does nothing but list the sources, which both need.
IDLE = """#!/bin/sh
case "$*" in *--date*) exit 0 ;; esac
exec {real} "$@"
"""


def measure(quick: bool) -> list[Row]:
    """All rows, in this one call."""
    from tests.demosite import DemoSite
    from tests.demosite.scheduled import CATALOG, ScheduledReplay

    site, count = DemoSite(seed=SEED), len(list(CATALOG.glob("*.yml")))
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
        idle = folder / "idle"
        idle.write_text(IDLE.format(real=replay.command), encoding="utf-8")
        idle.chmod(0o755)
        settings = replay.settings(data)
        noop_seconds = _dag_seconds(folder / "noop", settings | {"NICHIRO_BIN": str(idle)}, count)
        dag_seconds = _dag_seconds(folder / "dag", settings, count)
    figures = {
        "dag_seconds": dag_seconds,
        "noop_seconds": noop_seconds,
        "plain_seconds": plain_seconds,
        "dag_ratio": dag_seconds / (noop_seconds + plain_seconds),
    }
    return [Row(OURS, DATASET, metric, round(value, 3), count) for metric, value in figures.items()]


def _dag_seconds(home: Path, settings: dict[str, str], sources: int) -> float:
    """The morning as an Airflow of its own runs it. Raises RuntimeError where a task is not green."""
    end, runs = perf_counter() + WITHIN, []
    with AirflowServices(home, settings=settings, python=_python()) as airflow:
        while perf_counter() < end and not any(run["state"] in ("success", "failed") for run in runs):
            sleep(1)
            if airflow.get("dags", dag_id_pattern="nichiro_daily")["dags"]:      # the file is read
                runs = airflow.get("dags/nichiro_daily/dagRuns")["dag_runs"]
        run = runs[0]
        tasks = airflow.get(f"dags/nichiro_daily/dagRuns/{run['dag_run_id']}/taskInstances")["task_instances"]
    if [task["state"] for task in tasks] != ["success"] * (sources + len(STEPS)):
        raise RuntimeError(f"{run['dag_run_id']} is {run['state']}: {[(task['task_id'], task['state']) for task in tasks]}")
    return (datetime.fromisoformat(run["end_date"]) - datetime.fromisoformat(run["start_date"])).total_seconds()


def _python() -> str:
    """The interpreter with Airflow: AIRFLOW_PYTHON, or the one of `make airflow`, or this one."""
    beside = PROJECT / ".venv-airflow" / "bin" / "python"
    return os.environ.get("AIRFLOW_PYTHON") or (str(beside) if beside.exists() else sys.executable)


if __name__ == "__main__":
    report("overhead", measure)
