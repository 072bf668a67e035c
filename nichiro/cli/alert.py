"""The alerts' commands: the step itself, what was seen and told, and a person's word on it."""

from __future__ import annotations

import getpass
import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Column, Table

from nichiro.cli.options import DataDir, Day, Json, output, pipeline_of, say, settings_of, show_status

if TYPE_CHECKING:
    from pathlib import Path

    from nichiro.alerts import Alerts

app = typer.Typer(help="Tell people what is new: look, deliver, list, acknowledge, mute.", rich_markup_mode="markdown")
AlertId = Annotated[str, typer.Argument(help="The alert's id, or its first eight digits or more.", show_default=False)]
By = Annotated[str | None, typer.Option("--by", help="Who decides.", show_default="the login name")]
Note = Annotated[str | None, typer.Option("--note", help="In your words.")]


def _alerts(data_dir: Path | None, *, quiet: bool = False) -> Alerts:
    from nichiro.alerts import Alerts
    from nichiro.run import start_run

    settings = settings_of(data_dir)
    return Alerts(settings, start_run(settings), (lambda message: None) if quiet else (lambda message: say("alert", message)))


@app.callback(invoke_without_command=True, epilog="Example: nichiro alert   ·   nichiro alert list --json")
def step(context: typer.Context, day: Day = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Look at the current release for new spikes and at the runs for trouble, and tell those who asked for it."""
    if context.invoked_subcommand is None:
        show_status(pipeline_of(data_dir, day, quiet=as_json).step("alert"), as_json=as_json)


@app.command("list", epilog="Example: nichiro alert list --days 30")
def list_(
    days: Annotated[int, typer.Option(min=1, help="Published days to look back.")] = 14,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Print the alerts as last seen, newest first, with what people said and whether they were told."""
    from nichiro.alerts.overview import overview

    alerts = _alerts(data_dir, quiet=True)
    rows = overview(alerts.ledger, alerts.today - timedelta(days=days))
    if as_json:
        print(json.dumps(rows.to_dicts(), ensure_ascii=False, default=str))
        return
    table = Table(_whole("alert"), "day", "series", "state", "observed", "expected", "q", "told", _whole("said"), box=None, pad_edge=False)
    for row in rows.iter_rows(named=True):
        table.add_row(
            row["alert_id"][:8], str(row["published_date"]), _series(row), row["reason"] or row["state"],
            str(row["observed_count"]), "" if row["expected_count"] is None else f"{row['expected_count']:.1f}", f"{row['q_value']:.1g}", str(row["sent_count"]), row["decision"] or "",
        )
    output.print(table if rows.height else "no alerts yet")


def _whole(name: str) -> Column:
    """A column that a narrow terminal does not cut."""
    return Column(name, no_wrap=True)


def _series(row: dict[str, Any]) -> str:
    """The axes that the series is cut by, and what it came to where that is more than a spike."""
    axes = [row["target_id"] or row["topic_id"], row["country_code"], *(row[name] for name in ("language_code", "genre", "actor_id") if row[name] != "any")]
    return " ".join([*axes, *(["week"] if row["period"] == "week" else []), *([row["level"]] if row["level"] != "spike" else [])])


@app.command(epilog="Example: nichiro alert ack 244e1a2f --useful --note 'the summit'")
def ack(
    alert_id: AlertId,
    useful: Annotated[bool, typer.Option("--useful/--not-useful", help="Was it worth telling?")],
    note: Note = None,
    by: By = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Acknowledge an alert: nothing more is told of it, and the verdict is kept."""
    alerts = _alerts(data_dir)
    _show(alerts.decide("useful" if useful else "not_useful", by or getpass.getuser(), alert_id=alerts.find(alert_id), note=note), as_json=as_json)


@app.command(epilog="Examples: nichiro alert mute 244e1a2f   ·   nichiro alert mute --topic visits --country JP --until 2026-07-31")
def mute(
    alert_id: Annotated[str | None, typer.Argument(help="An alert's id; none mutes the series.", show_default=False)] = None,
    topic: Annotated[str | None, typer.Option(help="Topic of the series; none is every topic.")] = None,
    country: Annotated[str | None, typer.Option(help="Country of the series; none is every country.")] = None,
    until: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Last muted day.", show_default="a week from now")] = None,
    off: Annotated[bool, typer.Option("--off", help="Unmute.")] = False,
    note: Note = None,
    by: By = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Hear nothing of an alert or a series until a day; the rows go on."""
    from nichiro.errors import ConfigError
    from nichiro.run import parse_day

    if not (alert_id or topic or country):
        raise ConfigError("nothing is named to be muted", "give an alert, --topic or --country")
    alerts = _alerts(data_dir)
    last: date = parse_day(until) if until else alerts.today + timedelta(days=7)
    decision = alerts.decide(
        "unmute" if off else "mute", by or getpass.getuser(), alert_id=alerts.find(alert_id) if alert_id else None, topic_id=topic,
        country_code=country, muted_until_date=None if off else last, note=note,
    )
    _show(decision, as_json=as_json)


def _show(decision: dict[str, object], *, as_json: bool) -> None:
    said = {name: value for name, value in decision.items() if value is not None}
    if as_json:
        print(json.dumps(said, ensure_ascii=False, default=str))
        return
    about = " ".join(str(said[name]) for name in ("alert_id", "topic_id", "country_code") if name in said)
    until = f" until {said['muted_until_date']}" if "muted_until_date" in said else ""
    output.print(f"noted: {said['decision']} {about}{until}", markup=False)


@app.command(epilog="Example: nichiro alert test desk")
def test(
    recipient: Annotated[str | None, typer.Argument(help="Only this recipient.", show_default=False)] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Send a test message over every channel and print what each said; exit 1 where one failed."""
    answers = _alerts(data_dir, quiet=as_json).test(recipient)
    if as_json:
        print(json.dumps([{"recipient": who, "channel": label, "is_sent": answer.is_sent, "reason": answer.reason} for who, label, answer in answers]))
    else:
        for who, label, answer in answers:
            output.print(f"{who}: {label}: {'sent' if answer.is_sent else answer.reason}", markup=False)
        if not answers:
            output.print("no recipients: write alerts.yml, see docs/alerts.md", markup=False)
    if not all(answer.is_sent for _, _, answer in answers):
        raise typer.Exit(1)


@app.command(epilog="Example: nichiro alert send, every half hour: retries, digests, ends of quiet hours")
def send(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Deliver what waits: failed messages, digests that are due, quiet hours that are over. Looks at nothing new."""
    from warehouse.lake import Lake

    alerts = _alerts(data_dir, quiet=as_json)
    with Lake(alerts.settings.data_dir).lock():
        counts = alerts.send()
    print(json.dumps(counts) if as_json else ", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "nothing waits")


@app.command(epilog="Example: nichiro alert trouble --kind task --subject nichiro_daily.build --message 'exit 65'")
def trouble(
    message: Annotated[str, typer.Option(help="What happened and what to do.")],
    kind: Annotated[str, typer.Option(help="blocked, failed, source, late or task.")] = "task",
    subject: Annotated[str, typer.Option(help="Run, source or task.")] = "nichiro",
    beginning: Annotated[str | None, typer.Option(help="Told once per beginning.", show_default="today")] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Tell those who keep nichiro running of trouble that it cannot see itself: a dead task, a late morning."""
    from nichiro.errors import ConfigError
    from warehouse.columns import TROUBLE_KINDS
    from warehouse.lake import Lake

    if kind not in TROUBLE_KINDS:
        raise ConfigError(f"{kind} is no kind of trouble", f"take one of {', '.join(TROUBLE_KINDS)}")
    alerts = _alerts(data_dir, quiet=as_json)
    with Lake(alerts.settings.data_dir).lock():
        counts = alerts.trouble(kind, subject, message, beginning or alerts.today)
    print(json.dumps(counts) if as_json else ", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "noted, nobody to tell")
