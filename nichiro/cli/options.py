"""Options that several commands share, and how progress and outcomes are shown."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from nichiro.log import shown, to_stderr
from nichiro.run import parse_day
from nichiro.settings import Settings, load_settings

if TYPE_CHECKING:
    from nichiro.pipeline import Pipeline
    from nichiro.status import Status

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Data folder. [env: NICHIRO_DATA_DIR]", show_default="data")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Day = Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="The day to analyse.", show_default="today")]
Sources = Annotated[list[str] | None, typer.Option("--source", metavar="ID", help="Only this source; may be repeated.")]
Processes = Annotated[int | None, typer.Option("--processes", min=1, help="How many read at once.", show_default="one a core")]
First = Annotated[str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="First published day of a backfill from declared archives.")]
Last = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Last published day of a backfill.")]
CapturedFrom = Annotated[str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="First captured day, UTC.")]
CapturedTo = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Last captured day, UTC.")]

console = Console(stderr=True, highlight=False, soft_wrap=True)   # progress goes to standard error, results to standard output
output = Console(highlight=False, soft_wrap=True)


def settings_of(data_dir: Path | None) -> Settings:
    return load_settings(data_dir=data_dir)


def day_of(text: str | None) -> date | None:
    return parse_day(text) if text else None


def say(step: str, message: str) -> None:
    """One line of progress. ``markup`` stays off: the message may hold crawled text."""
    console.print(f"{step:<8} {message}", markup=False, style=None)


def show_line(text: str) -> None:
    """One line of a result; whatever a crawled page slipped into it is written out."""
    output.print(shown(text), markup=False)


def progress(settings: Settings, *, quiet: bool) -> Callable[[str, str], None]:
    """Send the log to standard error; returns who tells a person, nobody where the log itself is JSON."""
    to_stderr(settings)
    return (lambda step, message: None) if quiet or settings.log == "json" else say


def pipeline_of(data_dir: Path | None, day: str | None = None, *, quiet: bool = False) -> Pipeline:
    from nichiro.pipeline import Pipeline

    settings = settings_of(data_dir)
    return Pipeline(settings, day_of(day), progress(settings, quiet=quiet))


def show_status(status: Status, *, as_json: bool) -> None:
    """Print what a run came to."""
    if as_json:
        print(status.model_dump_json())
        return
    output.print(f"{status.status}  run {status.run_id}  day {status.run_date}", markup=False)
    if status.seconds:
        output.print("  " + "  ".join(f"{name} {seconds:g} s" for name, seconds in status.seconds.items()), markup=False)
    for source_id, reason in sorted(status.sources.items()):
        output.print(f"  source  {source_id}: {shown(reason)}", markup=False)
    for check in status.checks:
        output.print(f"  check   {check.outcome} ({check.severity}): {check.suite} {check.check_name} {check.observed or ''}", markup=False)
    if status.message:
        output.print(f"  {shown(status.message)}", markup=False)
    if status.report:
        output.print(f"  report  {status.report}", markup=False)
    sys.stdout.flush()
