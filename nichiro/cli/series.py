"""The command that looks for spikes in series of a person's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nichiro.cli.options import Json, output


def add_to(app: typer.Typer) -> None:
    app.command(
        "spikes", rich_help_panel="Your own texts",
        epilog="Example: nichiro spikes --csv counts.csv --date day --value articles --series topic --freq D --json",
    )(spikes)


def spikes(
    csv: Annotated[Path, typer.Option("--csv", metavar="FILE", help="CSV file with a header.", show_default=False)],
    date: Annotated[str, typer.Option("--date", metavar="COLUMN", help="Column of the date: 2026-03-17; for months also 2026-03 or 202603.")] = "date",
    value: Annotated[str, typer.Option("--value", metavar="COLUMN", help="Column of the count.")] = "value",
    series: Annotated[str | None, typer.Option("--series", metavar="COLUMN", help="Column that names the series, where there are several.", show_default="one series")] = None,
    freq: Annotated[str, typer.Option("--freq", metavar="D|W|M", help="Days, weeks (Monday first) or months.")] = "D",
    sensitivity: Annotated[str, typer.Option("--sensitivity", metavar="low|medium|high", help="One day of false alarm in 240, 120 or 60.")] = "medium",
    as_json: Json = False,
) -> None:
    """Find spikes in any counts of your own: visits, complaints, cases, articles.

    Each day is compared with its own past: level, weekday and spread, old peaks left out. A day without a row counts as not seen, not as zero.
    Columns whose past is too short get no verdict, and a message says so.
    """
    import json

    from nichiro.log import shown
    from nichiro.series import spikes_in, told

    verdicts = spikes_in(csv, date, value, series, freq, sensitivity)
    if as_json:
        print(json.dumps({"freq": freq, "sensitivity": sensitivity, "series": told(verdicts)}, ensure_ascii=False))
        return
    for verdict in verdicts:
        count = len(verdict.spikes)
        output.print(f"{shown(verdict.series)}  {verdict.first} to {verdict.last}, {count} with a spike", markup=False)
        if verdict.message:
            output.print(f"  note: {shown(verdict.message)}", markup=False)
        for spike in verdict.spikes:
            output.print(f"  {spike['date']}  {spike['observed']:g}, expected {spike['expected']:g}  (p {spike['p_value']:.2g})", markup=False)
