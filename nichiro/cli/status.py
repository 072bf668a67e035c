"""``nichiro status``: for a person who looks, and for a monitor that asks by exit code."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from nichiro.cli.options import DataDir, Json, output, settings_of
from nichiro.log import shown

if TYPE_CHECKING:
    from nichiro.overview import Overview


def add_to(app: typer.Typer) -> None:
    app.command("status", rich_help_panel="Daily", epilog="Examples: nichiro status   ·   nichiro status --max-age 26h --json")(status)


def status(
    max_age: Annotated[
        str | None,
        typer.Option("--max-age", metavar="AGE", help="The release is stale when older: 90m, 26h, 2d.", show_default="26h, none for a demo"),
    ] = None,
    last: Annotated[int, typer.Option(min=1, help="How many runs to list.")] = 5,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Say how it stands: release and its age, last runs, sources in trouble, free disk.

    Exit 1 when the release is stale or nothing was published yet, so that a monitor can call it.
    """
    from nichiro.overview import overview, parse_age
    from nichiro.run import clock_of

    settings = settings_of(data_dir)
    limit = parse_age(max_age) if max_age else None
    seen = overview(settings.data_dir, clock_of(settings).now(), limit, last)
    if as_json:
        print(seen.model_dump_json())
    else:
        _show(seen, ZoneInfo(settings.timezone))
    raise typer.Exit(seen.exit_code)


def _show(seen: Overview, zone: ZoneInfo) -> None:
    verdict = {"never": "nothing was published yet: `nichiro run`, or `nichiro demo` to see how it looks"}.get(seen.verdict, seen.verdict)
    if seen.verdict == "stale":
        verdict += f": the release is older than {_age(seen.max_age_hours)}; is the schedule running?"
    _line("verdict", verdict)
    if seen.message and seen.verdict in ("blocked", "failed", "died", "stale", "never"):
        _line("because", seen.message)
    _line("release", seen.release or "none yet")
    if seen.published_at:
        _line("published", f"{_clock(seen.published_at, zone)}, {_age(seen.age_hours)} ago")
    if seen.sources_asked:
        _line("sources", f"{seen.sources_asked - len(seen.sources)} of {seen.sources_asked} well on the last day")
    for trouble in seen.sources:
        _line("", f"{trouble.source_id}: {trouble.state}: {trouble.reason or ''}")
    _line("disk", f"{seen.free_bytes / 1e9:.1f} GB free")
    for number, run in enumerate(seen.runs):
        took = f", {sum(run.seconds.values()):.0f} s" if run.seconds else ""
        _line("runs" if not number else "", f"{_clock(run.started_at, zone)}  {run.status:<9} day {run.run_date}, {run.step}{took}")


def _line(name: str, text: str) -> None:
    output.print(f"{name:<10} {shown(text)}", markup=False)


def _clock(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _age(hours: float | None) -> str:
    minutes = round(timedelta(hours=hours or 0).total_seconds() / 60)
    if abs(minutes) < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 72 * 60 else f"{minutes // 1440} days"
