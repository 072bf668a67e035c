"""The demo: the whole chain on a fictional web, served on loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nichiro.cli.options import Json, progress, show_status
from nichiro.settings import load_settings


def add_to(app: typer.Typer) -> None:
    app.command("demo", rich_help_panel="Daily", epilog="Example: nichiro demo --data-dir demo")(demo)


def demo(
    data_dir: Annotated[Path, typer.Option(help="Folder of the demo; it must be new or an earlier demo's.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Another seed makes another fictional web.")] = 1,
    as_json: Json = False,
) -> None:
    """Crawl 120 days of a fictional web into a warehouse and a report: a backfill and two daily runs."""
    from nichiro.demo import run_demo

    for status in run_demo(data_dir, seed, progress(load_settings(), quiet=as_json)):
        show_status(status, as_json=as_json)
    if not as_json:
        print(f"\nOpen {(data_dir / 'report.html').resolve()} in a browser, or ask:\n"
              f"  nichiro query coverage_by_month --data-dir {data_dir}")
