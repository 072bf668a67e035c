"""The bridge to Airflow: a step is a child process ``nichiro <step>``, its exit code decides on a retry.

Exit 75 (temporary: a lock, a full disk, the network) and a death by signal are retried with backoff; any other non-zero
fails at once, as the next try would fail alike. What fails for good, and a publish that is late, is told to those who
keep nichiro running (docs/alerts.md). Airflow and nichiro may live in different environments: NICHIRO_BIN names the
command; where they share one, the children are forked by ``nichiro.forkserver``, as each would import for seconds.
Airflow takes seconds to import too, so it is imported where it is needed only.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from datetime import datetime, time, timedelta
from typing import IO, Any
from zoneinfo import ZoneInfo

from nichiro import forkserver
from nichiro.errors import TransientError
from nichiro.run import parse_day
from nichiro.settings import load_settings
from warehouse.tables import TABLES

# One slot: the steps that write wait in Airflow, not for the lock. `airflow pools set nichiro_writer 1 "…"` makes it.
WRITER_POOL = "nichiro_writer"


def timezone() -> str:
    """The readers' zone, in which the schedule is meant."""
    return load_settings().timezone


def since() -> dict[str, Any]:
    """The days that are due, as a DAG's arguments: NICHIRO_SCHEDULE_FROM and NICHIRO_SCHEDULE_UNTIL, both YYYY-MM-DD.

    With a first day, every morning missed since then is caught up, oldest first; without one only the latest.
    Raises ConfigError for what is no day.
    """
    first, last = (_midnight(os.environ.get(name)) for name in ("NICHIRO_SCHEDULE_FROM", "NICHIRO_SCHEDULE_UNTIL"))
    # an interval starts at 08:00 of its day: midnight after the last one shuts out the next
    return {"start_date": first, "end_date": last and last + timedelta(days=1), "catchup": first is not None}


def list_sources() -> list[str]:
    """The ids of the active sources, over which the crawl is mapped."""
    return [row["source_id"] for row in json.loads(run_step("source", "list", "--status", "active", "--json"))]


def run_step(step: str, *arguments: str) -> str:
    """Run ``nichiro <step> <arguments>`` and return what it printed; its progress goes to the task's log.

    Raises TransientError, which Airflow retries, on exit 75 and where the child was killed; AirflowFailException, which
    it does not retry, on others.
    """
    print("$ nichiro", step, *arguments, flush=True)
    os.environ.setdefault(forkserver.VARIABLE, str(forkserver.address()))
    given = os.environ.get("NICHIRO_BIN")
    command = [given, step, *arguments] if given else forkserver.command("nichiro", step, *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as child:
        try:
            printed = _echo(child.stdout)
        except BaseException:      # the task was cleared or timed out: let the step finish its files
            child.terminate()
            raise
    if child.returncode == 0:
        return printed
    if child.returncode == TransientError.exit_code:
        raise TransientError(f"nichiro {step} asks for another try (exit 75)", "see the task's log")
    if child.returncode < 0:      # out of memory, or a machine that goes down: the next try may get through
        raise TransientError(f"nichiro {step} was killed by signal {-child.returncode}", "see the task's log")
    from airflow.sdk.exceptions import AirflowFailException

    raise AirflowFailException(f"nichiro {step} ended with exit {child.returncode}: see the log and docs/runbook.md")


def tell_failure(context: Any) -> None:
    """Airflow's callback for a task that has failed for good: the alert channels hear of it, once a day and task."""
    instance = context["task_instance"]
    subject = f"{instance.dag_id}.{instance.task_id}"
    if instance.map_index >= 0:
        subject += f"[{instance.rendered_map_index or instance.map_index}]"
    run_step("alert", "trouble", "--kind", "task", "--subject", subject, "--message", f"{context['exception']}")


async def tell_late(context: Any) -> None:
    """Airflow's callback for a deadline that was missed. A backfill has all the time it wants.

    The writer's lock may be held by the very step that is late, so it is asked for more than once.
    """
    run = context["dag_run"]
    if run["run_type"] != "scheduled":
        return
    message = f"the release due by {context['deadline']['deadline_time']} is not there: see {run['dag_run_id']} in Airflow"
    words = ("--kind", "late", "--subject", run["dag_id"], "--message", message, "--beginning", run["logical_date"])
    for minutes in (1, 5, 15, 30):
        try:
            await asyncio.to_thread(run_step, "alert", "trouble", *words)
            return
        except TransientError as error:
            print(error, flush=True)
            await asyncio.sleep(minutes * 60)
    run_step("alert", "trouble", *words)


# Waits of 1, 2 and 4 minutes: a writer's lock is held for minutes, never for hours.
RETRIES: dict[str, object] = {
    "retries": 3,
    "retry_delay": timedelta(seconds=int(os.environ.get("NICHIRO_RETRY_SECONDS", "60"))),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=15),
    "on_failure_callback": tell_failure,
}


def rules(step: str) -> dict[str, Any]:
    """What is particular to a step's task. The published tables are assets of the same names."""
    from airflow.sdk import Asset

    rules: dict[str, Any] = {} if step == "report" else {"pool": WRITER_POOL}
    if step == "parse":     # a crawl that died does not stop the day
        rules["trigger_rule"] = "all_done_min_one_success"
    if step == "publish":   # other DAGs can be scheduled on these
        rules["outlets"] = [Asset(name, f"x-nichiro://release/{name}") for name, table in TABLES.items() if table.zone == "marts"]
    return rules


def _midnight(day: str | None) -> datetime | None:
    if not day:
        return None
    return datetime.combine(parse_day(day), time(), ZoneInfo(timezone()))


def _echo(stream: IO[str] | None) -> str:
    lines = []
    for line in stream or ():
        print(line, end="", flush=True)
        lines.append(line)
    return "".join(lines)

