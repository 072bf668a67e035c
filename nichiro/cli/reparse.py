"""The command that reads what other rules have read again, shows what differs, and publishes it when told to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nichiro.cli.options import (
    CapturedFrom,
    CapturedTo,
    DataDir,
    Json,
    Processes,
    Sources,
    day_of,
    pipeline_of,
    progress,
    settings_of,
    show_line,
    show_status,
)

if TYPE_CHECKING:
    from nichiro.reparse import Reparse


def add_to(app: typer.Typer) -> None:
    app.command(
        "reparse", rich_help_panel="Daily", epilog="Example: nichiro reparse --source jp_mofa_press   ·   nichiro reparse --publish"
    )(reparse)


def reparse(
    source: Sources = None,
    first: CapturedFrom = None,
    last: CapturedTo = None,
    is_published: Annotated[bool, typer.Option("--publish", help="Do it, as one run: parse, gate, enrich, build, check, publish, alert, report.")] = False,
    processes: Processes = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Read again, from the archive and without network, what other rules than today's have read, and show what differs.

    It writes beside what is there; killed, it goes on where it was. With `--publish` a release of it is made as well.
    """
    from crawlers.catalog import load_catalog
    from nichiro.drafts import Drafts
    from nichiro.errors import ConfigError
    from nichiro.reparse import reparse as draft
    from nichiro.workers import cores
    from warehouse.lake import Lake

    if is_published and (source or first or last):
        raise ConfigError("a release is read by one set of rules", "leave out --source, --from and --to; they are to look at a part first")
    settings = settings_of(data_dir)
    lake, tell = Lake(settings.data_dir), progress(settings, quiet=as_json)
    found = draft(
        lake, load_catalog(settings.catalog_dir), lambda message: tell("reparse", message), processes or cores(), source, day_of(first), day_of(last),
    )  # fmt: skip
    told = _told(found)
    if not as_json:
        _show(found, told)
    if is_published and (found.source_days or found.expired):
        status = pipeline_of(data_dir, quiet=as_json).replay(())
        Drafts(lake).clear()
        told |= {"run": status.model_dump(mode="json")}
        if not as_json:
            show_status(status, as_json=False)
    elif found.source_days and not as_json:
        show_line("nothing is published; to do it: nichiro reparse --publish")
    if as_json:
        print(json.dumps(told, ensure_ascii=False, default=str))


def _told(found: Reparse) -> dict[str, Any]:
    compared = found.comparison
    sources = [
        {
            "source_id": source_id, "source_days": count,
            "articles_before": compared.articles[source_id][0], "articles_now": compared.articles[source_id][1],
            "quarantined_before": compared.quarantined[source_id][0], "quarantined_now": compared.quarantined[source_id][1],
        }
        for source_id, count in sorted(compared.source_days.items())
    ]  # fmt: skip
    counts = {"source_days": found.source_days, "drafted_before": found.kept, "pages": found.pages, "expired": found.expired, "held": found.held}
    return counts | {"sources": sources, "fields": compared.rows()}


def _show(found: Reparse, told: dict[str, Any]) -> None:
    if found.expired:
        show_line(f"{found.expired} source-days stay as they are: their archive has expired")
    if not found.source_days:
        show_line("nothing to read again: today's rules have read all that they can")
        return
    show_line(f"{found.source_days} source-days were read by other rules: {found.pages} pages, {found.kept} source-days drafted before")
    for each in told["sources"]:
        show_line(
            f"{each['source_id']}: {each['source_days']} source-days, articles {each['articles_before']} → {each['articles_now']}, "
            f"quarantined {each['quarantined_before']} → {each['quarantined_now']}"
        )
        mine = [row for row in told["fields"] if row["source_id"] == each["source_id"]]
        if not mine:
            show_line("  every page reads the same")
        for row in mine:
            counts = ", ".join(f"{row[kind]} {kind}" for kind in ("changed", "added", "lost", "quarantined") if row[kind])
            show_line(f"  {row['field']:<20} {counts}")
            for example in row["examples"]:
                show_line(f"      {example['kind']}  {example['url']}")
                show_line(f"        was  {example['was'] or '–'}")
                show_line(f"        now  {example['now'] or '–'}")
    if found.held:
        show_line(f"{found.held} of the source-days are held; the gate judges them again at the publish")
