"""`nichiro backtest`: what past mornings would have told."""

from __future__ import annotations

import json
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from nichiro.cli.options import DataDir, Json, day_of, output, say, settings_of
from nichiro.errors import ConfigError
from warehouse.columns import SENSITIVITIES


def add_to(app: typer.Typer) -> None:
    app.command("backtest", rich_help_panel="Daily", epilog="Example: nichiro backtest --since 2026-06-01 --until 2026-06-30 --sensitivity low")(backtest)


def backtest(
    since: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="First captured day.", show_default="60 days before the last")] = None,
    until: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Last captured day.", show_default="the latest")] = None,
    sensitivity: Annotated[str, typer.Option(help="Alarms listed: low, medium or high; each is counted.")] = "medium",
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Say what would have been alarmed on past days, by what was captured until each of them, and how much of it was of use.

    The build runs day by day over the log up to that day; nothing captured later is seen. Kept are alarms that today's
    release still has; useful is what people said with `nichiro alert ack`.
    """
    from nichiro.backtest import backtest, catalog_of

    if sensitivity not in SENSITIVITIES:
        raise ConfigError(f"{sensitivity} is no sensitivity", f"take one of {', '.join(SENSITIVITIES)}")
    settings = settings_of(data_dir)
    found = backtest(
        settings.data_dir, catalog_of(settings), ZoneInfo(settings.timezone), day_of(since), day_of(until),
        (lambda message: None) if as_json else (lambda message: say("backtest", message)),
    )
    if as_json:
        print(json.dumps(found, ensure_ascii=False, default=str))
        return
    table = Table("as of", "day", "series", "level", "observed", "expected", "q", "kept", "said", box=None, pad_edge=False)
    listed = SENSITIVITIES[:SENSITIVITIES.index(sensitivity) + 1]
    for row in found["alarms"]:
        if row["sensitivity"] in listed:
            series = " ".join([row["topic_id"], row["country_code"], *(row[name] for name in ("language_code", "genre", "actor_id") if row[name] != "any")])
            table.add_row(
                str(row["as_of"]), str(row["published_date"]), f"{series}{' week' if row['period'] == 'week' else ''}", row["level"], str(row["observed_count"]),
                f"{row['expected_count']:.1f}", f"{row['q_value']:.1g}", "yes" if row["is_kept"] else "no", row["decision"] or "",
            )
    output.print(table if table.row_count else f"no alarms at {sensitivity} from {found['since']} to {found['until']}")
    for row in found["sensitivities"]:
        output.print(
            f"{row['sensitivity']}: {row['alarms']} alarms on {row['alarm_days']} days, {row['a_60_days']:g} in 60 days; {row['kept']} kept, "
            f"{row['useful']} useful, {row['not_useful']} not useful", markup=False,
        )
