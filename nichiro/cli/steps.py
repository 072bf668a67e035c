"""Commands that run the pipeline: each step, the whole day, a rebuild, and how the last runs went."""

from __future__ import annotations

import typer

from nichiro.cli.options import (
    DataDir,
    Day,
    First,
    Json,
    Last,
    Sources,
    day_of,
    pipeline_of,
    show_status,
)

SUMMARIES = {
    "parse": "Read every new capture into articles and quarantine.",
    "gate": "Accept or hold what each source delivered, by its declared bounds.",
    "enrich": "Judge relevance, tone and copies' signatures of what was accepted.",
    "build": "Bring a candidate release up to the lake; only dirty days are computed.",
    "check": "Check the candidate with Great Expectations; a failed check blocks the publish.",
    "publish": "Make the checked candidate the current release.",
    "report": "Write the HTML report of the current release.",
}


def add_to(app: typer.Typer) -> None:
    app.command("crawl", rich_help_panel="Steps", epilog="Example: nichiro crawl --source jp_mofa_press")(crawl)
    for name, summary in SUMMARIES.items():
        app.command(name, help=summary, rich_help_panel="Steps", epilog=f"Example: nichiro {name} --json")(_step(name))
    app.command("run", rich_help_panel="Daily", epilog="Example: nichiro run   ·   nichiro run --from 2026-01-01 --to 2026-03-31")(run)
    app.command("rebuild", rich_help_panel="Daily", epilog="Example: nichiro rebuild")(rebuild)


def _check_range(first: str | None, last: str | None) -> None:
    from nichiro.errors import ConfigError

    if bool(first) != bool(last):
        raise ConfigError("a backfill needs both ends", "give --from and --to")
    if first and last and day_of(first) > day_of(last):  # type: ignore[operator]
        raise ConfigError(f"--from {first} is after --to {last}", "swap them")


def crawl(
    day: Day = None, source: Sources = None, first: First = None, last: Last = None, data_dir: DataDir = None, as_json: Json = False
) -> None:
    """Fetch the sources politely and archive every response before anything reads it."""
    _check_range(first, last)
    pipeline = pipeline_of(data_dir, day, quiet=as_json)
    show_status(pipeline.step("crawl", source, day_of(first), day_of(last)), as_json=as_json)


def _step(name: str):
    def command(day: Day = None, data_dir: DataDir = None, as_json: Json = False) -> None:
        pipeline = pipeline_of(data_dir, day, quiet=as_json)
        show_status(pipeline.step(name), as_json=as_json)

    return command


def run(
    day: Day = None, source: Sources = None, first: First = None, last: Last = None, data_dir: DataDir = None, as_json: Json = False
) -> None:
    """Do the whole day: crawl, parse, gate, enrich, build, check, publish, alert, report."""
    _check_range(first, last)
    pipeline = pipeline_of(data_dir, day, quiet=as_json)
    show_status(pipeline.run_all(source, day_of(first), day_of(last)), as_json=as_json)


def rebuild(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Derive everything again from archive and log, without network; the same rows come out."""
    pipeline = pipeline_of(data_dir, quiet=as_json)
    show_status(pipeline.rebuild(), as_json=as_json)
