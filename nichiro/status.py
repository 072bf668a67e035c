"""What a run came to: one small JSON per run, read by people, by `nichiro status` and by the report."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import BaseModel, Field, ValidationError

from nichiro.errors import ContractError
from nichiro.log import is_recorded
from warehouse.lake import write_atomically


class Check(BaseModel):
    gate: str
    suite: str
    check_name: str
    severity: str
    outcome: str
    observed: str | None = None
    threshold: float | None = None


class Status(BaseModel):
    """``status`` is running, published, unchanged, done (a step alone), blocked (a check failed), failed (trouble of our
    own) or died (its process ended without a word)."""

    run_id: str
    run_date: date
    started_at: datetime
    finished_at: datetime | None = None
    status: Literal["running", "published", "unchanged", "blocked", "failed", "died", "done"] = "running"
    exit_code: int = 0
    message: str = ""
    step: str = ""
    build_id: str | None = None
    report: str | None = None
    seconds: dict[str, float] = Field(default_factory=dict)
    counts: dict[str, int] = Field(default_factory=dict)
    sources: dict[str, str] = Field(default_factory=dict, description="sources in trouble -> state and reason")
    checks: list[Check] = Field(default_factory=list, description="failed and errored checks")

    def write(self, directory: Path) -> None:
        text = self.model_dump_json(indent=1).encode()
        write_atomically(directory / "status.json", lambda file: file.write(text))

    def note_checks(self, results: pl.DataFrame) -> None:
        """Keep the checks of a gate that did not pass."""
        bad = results.filter(pl.col("outcome") != "passed")
        self.checks += [Check(**row) for row in bad.select(list(Check.model_fields)).iter_rows(named=True)]


def read_status(directory: Path) -> Status:
    """What a run came to; one that says running and has no live process died. Raises ContractError where unreadable."""
    try:
        status = Status.model_validate_json((directory / "status.json").read_bytes())
    except (OSError, ValidationError) as error:
        raise ContractError(f"{directory / 'status.json'} cannot be read", "`nichiro doctor --repair` sets it aside") from error
    if status.status == "running" and not is_recorded(directory):
        where = f"in step {status.step}" if status.step else "before its first step"
        status.status, status.message = "died", f"the process ended without a word {where}: killed, out of memory, or the machine went down"
    return status


def statuses(data_dir: Path, last: int = 10) -> list[Status]:
    """The last runs that wrote a status, newest first."""
    folders = sorted((data_dir / "runs").glob("*/status.json"), reverse=True)[:last]
    return [read_status(folder.parent) for folder in folders]
