"""The bridge to Airflow: a step is a child process ``nichiro <step>``, its exit code decides on a retry.

Exit 75 (temporary: a lock, a full disk, the network) is retried with backoff; any other non-zero fails at once, as
the next try would fail alike. Airflow and nichiro may live in different environments: NICHIRO_BIN names the command.
Airflow takes seconds to import, so it is imported where it is needed only.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import IO

from nichiro.errors import ConfigError, TransientError
from nichiro.settings import load_settings

# Waits of 1, 2 and 4 minutes: a writer's lock is held for minutes, never for hours.
RETRIES: dict[str, object] = {
    "retries": 3,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=15),
}
# One slot: the steps that write wait in Airflow, not for the lock. `airflow pools set nichiro_writer 1 "…"` makes it.
WRITER_POOL = "nichiro_writer"


def timezone() -> str:
    """The readers' zone, in which the schedule is meant."""
    return load_settings().timezone


def list_sources() -> list[str]:
    """The ids of the active sources, over which the crawl is mapped."""
    return [row["source_id"] for row in json.loads(run_step("source", "list", "--status", "active", "--json"))]


def run_step(step: str, *arguments: str) -> str:
    """Run ``nichiro <step> <arguments>`` and return what it printed; its progress goes to the task's log.

    Raises TransientError on exit 75, which Airflow retries, and AirflowFailException, which it does not, on others.
    """
    command = [_command(), step, *arguments]
    print("$", " ".join(command), flush=True)
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
    from airflow.sdk.exceptions import AirflowFailException

    raise AirflowFailException(f"nichiro {step} ended with exit {child.returncode}: see the log and docs/runbook.md")


def _echo(stream: IO[str] | None) -> str:
    lines = []
    for line in stream or ():
        print(line, end="", flush=True)
        lines.append(line)
    return "".join(lines)


def _command() -> str:
    beside = Path(sys.executable).with_name("nichiro")
    command = os.environ.get("NICHIRO_BIN") or (str(beside) if beside.exists() else shutil.which("nichiro"))
    if not command:
        raise ConfigError("the command nichiro is not installed", "set NICHIRO_BIN to its path")
    return command
