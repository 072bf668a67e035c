"""The analysts' corrections: say one, withdraw it, list them."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from nichiro.cli.options import DataDir, Json, output, settings_of
from nichiro.log import shown

if TYPE_CHECKING:
    from pathlib import Path

    from nichiro.run import Run
    from warehouse.lake import Lake

app = typer.Typer(help="Correct what was computed of a document; every build from then on keeps to it.", no_args_is_help=True, rich_markup_mode="markdown")
By = Annotated[str | None, typer.Option("--by", help="Who says so.", show_default="the login name")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in your words; kept with the correction.")]


def _open(data_dir: Path | None) -> tuple[Lake, Run]:
    from nichiro.run import start_run
    from warehouse.lake import Lake

    settings = settings_of(data_dir)
    return Lake(settings.data_dir), start_run(settings)


@app.command("set", epilog="Examples: nichiro override set relevance 3f2a91bc none --reason 'a football match'   ·   nichiro override set actor 3f2a91bc suga_yoshihide --at body:120 --reason '…'")
def set_(
    subject: Annotated[str, typer.Argument(help="relevance, genre, copy, story or actor.")],
    article: Annotated[str, typer.Argument(help="Document: its article_id, eight digits of it or more, or its URL.")],
    value: Annotated[str, typer.Argument(help="What holds instead; of copy the first article, of story an article that tells it, of actor an actor_id, or none.")],
    reason: Reason,
    at: Annotated[str | None, typer.Option("--at", metavar="FIELD:OFFSET", help="Of actor: where the name begins, as in marts.mentions.", show_default=False)] = None,
    by: By = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Log a correction; the next build applies it, and `is_overridden` shows it."""
    from nichiro.errors import ConfigError
    from nichiro.override import Correction, override
    from warehouse.columns import SUBJECTS

    if subject not in SUBJECTS:
        raise ConfigError(f"{subject!r} cannot be corrected", f"take one of {', '.join(SUBJECTS)}")
    field, _, offset = (at or "").partition(":")
    if at and not (field in ("headline", "body") and offset.isdigit()):
        raise ConfigError(f"{at!r} is no place", "write body:120 or headline:0")
    lake, run = _open(data_dir)
    with lake.lock():
        row = override(lake, run, Correction(subject, article, value, (field, int(offset)) if at else None), by or getpass.getuser(), reason)
    _show(row, as_json=as_json)


@app.command(epilog="Example: nichiro override withdraw 5d41402a --reason 'it was on the beat after all'")
def withdraw(
    override_id: Annotated[str, typer.Argument(help="The correction's id, or its first eight digits or more.")],
    reason: Reason,
    by: By = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Withdraw a correction by a row of its own; the earlier row stays in the log."""
    from nichiro.override import withdraw as withdraw_one

    lake, run = _open(data_dir)
    with lake.lock():
        row = withdraw_one(lake, run, override_id, by or getpass.getuser(), reason)
    _show(row, as_json=as_json)


@app.command("list", epilog="Example: nichiro override list --json")
def list_(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Print every correction in the order said: who, when, why, from what to what, and whether it holds."""
    from nichiro.override import overview
    from warehouse.lake import Lake

    rows = overview(Lake(settings_of(data_dir).data_dir))
    if as_json:
        print(json.dumps(rows.to_dicts(), ensure_ascii=False, default=str))
        return
    table = Table("id", "when", "who", "what", "document", "from", "to", "state", "applied", "why", box=None, pad_edge=False)
    for row in rows.iter_rows(named=True):
        document = shown(row["headline"] or row["article_id"])[:40]
        table.add_row(
            row["override_id"][:8], f"{row['decided_at']:%Y-%m-%d %H:%M}", shown(row["decided_by"]), row["subject"], document, row["old_value"] or "none",
            row["new_value"] or "none", row["state"], "yes" if row["is_applied"] else "not yet", shown(row["reason"] or ""),
        )
    output.print(table if rows.height else "no corrections yet")


def _show(row: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(row, ensure_ascii=False, default=str))
        return
    what = "withdrawn" if row["withdraws"] else f"{row['subject']} of {row['article_id']}: {row['old_value'] or 'none'} -> {row['new_value'] or 'none'}"
    output.print(f"noted {str(row['override_id'])[:8]}: {what}; the next build applies it", markup=False)
