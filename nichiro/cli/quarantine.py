"""The quarantine's commands: what is held back and why, one page in full, and a replay after a fix."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nichiro.cli.options import DataDir, Json, output, pipeline_of, settings_of, show_status
from nichiro.log import shown

if TYPE_CHECKING:
    from nichiro.inspection import Inspection
    from nichiro.replay import Replay
    from warehouse.lake import Lake

app = typer.Typer(help="Pages that do not read as articles, and what the source gate holds.", no_args_is_help=True, rich_markup_mode="markdown")
SourceId = Annotated[str | None, typer.Option("--source", metavar="ID", help="Only of this source.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Only with this reason, such as no_date or held.")]
Since = Annotated[str | None, typer.Option("--since", metavar="YYYY-MM-DD", help="First captured day, UTC.", show_default="30 days back")]

SHOWN = 20   # pages of a rehearsal on the screen, of each kind; JSON has all


@app.command("list", epilog="Examples: nichiro quarantine list   ·   nichiro quarantine list --source jp_mofa_press --reason no_date --json")
def list_(
    source: SourceId = None,
    reason: Reason = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=0, help="Pages shown, the newest first; 0 shows all, as JSON does.")] = 40,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Print which source-days are held and why, how many pages each source and reason keep back, and the pages."""
    from nichiro.quarantine import counts, held, quarantined
    from nichiro.query import print_table

    lake = _lake(data_dir)
    first = _first(lake, since)
    rows = quarantined(lake, first, source, _known(reason))
    days = held(lake, first, source)
    if as_json:
        _print_json({"since": first, "held": days.to_dicts(), "counts": counts(rows).to_dicts(), "pages": rows.to_dicts()})
        return
    for day in days.iter_rows(named=True):
        _line(f"held  {day['captured_date']}  {day['source_id']}, {day['article_count']} articles kept back: {'; '.join(day['reasons'])}")
    _line(f"{rows.height} pages in quarantine since {first or 'ever'}")
    if rows.is_empty():
        return
    print_table(counts(rows), sys.stdout)
    latest = rows.head(limit) if limit else rows
    for page in latest.iter_rows(named=True):
        _line(f"{page['captured_at']:%Y-%m-%d %H:%M}  {page['capture_id'][:8]}  {page['reason']:<17}  {page['source_id']}")
        _line(f"    {page['url']}")
        if page["detail"] and page["reason"] != "held":
            _line(f"    {page['detail']}")
    if latest.height < rows.height:
        _line(f"and {rows.height - latest.height} older ones: --limit 0")
    _line("\none in full: nichiro quarantine show CAPTURE_ID")


@app.command(epilog="Examples: nichiro quarantine show 3f2a91cc   ·   nichiro quarantine show https://news.example/12.html --json")
def show(
    what: Annotated[str, typer.Argument(metavar="CAPTURE_ID|URL", help="A capture's id or its first eight digits or more; or a page's URL.")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Print one page in full: why and what to do, its WARC record, what each selector found, its first lines."""
    from crawlers.catalog import load_catalog
    from nichiro.inspection import inspect
    from nichiro.quarantine import find

    lake = _lake(data_dir)
    seen = inspect(lake, load_catalog(settings_of(data_dir).catalog_dir), find(lake, what))
    _print_json(asdict(seen)) if as_json else _show(seen)


@app.command(epilog="Examples: nichiro quarantine replay --source jp_mofa_press   ·   nichiro quarantine replay 3f2a91cc --apply")
def replay(
    captures: Annotated[list[str] | None, typer.Argument(metavar="CAPTURE_ID|URL", help="Only these pages.", show_default=False)] = None,
    source: SourceId = None,
    reason: Reason = None,
    since: Since = None,
    is_applied: Annotated[bool, typer.Option("--apply", help="Do it, as one run: parse, gate, enrich, build, check, publish, alert, report.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Read pages in quarantine again, from the archive and by today's rules.

    Without `--apply` it only says what would come of it. With it the source-days concerned are read again as a whole,
    held ones are judged again, and a new release is published.
    """
    from crawlers.catalog import load_catalog
    from nichiro.quarantine import find_all, quarantined
    from nichiro.replay import rehearse

    lake = _lake(data_dir)
    rows = find_all(lake, captures) if captures else quarantined(lake, _first(lake, since), source, _known(reason))
    rehearsed = rehearse(lake, load_catalog(settings_of(data_dir).catalog_dir), rows)
    told = _told(rehearsed)
    if not as_json:
        _show_replay(rehearsed)
    if is_applied and rows.height:
        status = pipeline_of(data_dir, quiet=as_json).replay(rehearsed.partitions)
        left = quarantined(lake, rehearsed.partitions[0].captured_date).join(rows, on="capture_id", how="semi").height
        told |= {"left": left, "run": status.model_dump(mode="json")}
        if not as_json:
            show_status(status, as_json=False)
            _line(f"{rows.height - left} of {rows.height} pages have left the quarantine")
    elif not as_json and rows.height:
        _line("nothing was written; to do it: --apply")
    if as_json:
        _print_json(told)


def _lake(data_dir: Path | None) -> Lake:
    from warehouse.lake import Lake

    return Lake(settings_of(data_dir).data_dir)


def _first(lake: Lake, since: str | None) -> date | None:
    """First captured day to look at: as given, or 30 days before the last, which the report takes as well."""
    from nichiro.quarantine import LOOK_BACK, last_day
    from nichiro.run import parse_day

    if since:
        return parse_day(since)
    last = last_day(lake)
    return last - LOOK_BACK if last else None


def _known(reason: str | None) -> str | None:
    from nichiro.errors import ConfigError
    from warehouse.columns import QUARANTINE_REASONS

    if reason and reason not in QUARANTINE_REASONS:
        raise ConfigError(f"{reason!r} is no reason of the quarantine", f"take one of {', '.join(QUARANTINE_REASONS)}")
    return reason


def _show(seen: Inspection) -> None:
    row, capture = seen.row, seen.capture
    _line(f"{row['reason']}: {seen.remedy.meaning}")
    _line(f"  do        {seen.remedy.action}")
    for name, value in (
        ("met", row["detail"]),
        ("source", row["source_id"]),
        ("url", row["url"]),
        ("captured", f"{row['captured_at']:%Y-%m-%d %H:%M:%S} UTC, run {row['run_id']}"),
        ("capture", row["capture_id"]),
        ("answer", f"HTTP {capture['http_status']}, {capture['media_type'] or 'no type'}, {capture['body_bytes']:,} bytes"),
        ("record", f"{seen.record} at offset {capture['warc_offset']}"),
        ("whole", f"warcio extract --payload {seen.record} {capture['warc_offset']}"),
        ("read by", f"{row['method']} ({row['method_version']}); today's: {seen.rules or 'none'}"),
        ("damage", seen.damage),
    ):
        if value:
            _line(f"  {name:<8}  {value}")
    for origin, title in (("rules", "What the rules find"), ("page", "What the page says of itself")):
        found = [candidate for candidate in seen.candidates if candidate.origin == origin]
        if found:
            _line(f"\n{title}")
        for candidate in found:
            _line(f"  {candidate.field:<9} {candidate.count:>3} × {candidate.selector}")
            for value in candidate.values:
                _line(f"                  {value}")
    if seen.lines:
        _line("\nThe page begins")
    for line in seen.lines:
        _line(f"  {line}")


def _told(rehearsed: Replay) -> dict[str, Any]:
    return {
        "partitions": len(rehearsed.partitions),
        "asked": rehearsed.pages.height,
        "articles": rehearsed.articles,
        "still": rehearsed.still(),
        "held_partitions": rehearsed.held_count,
        "stale_partitions": rehearsed.stale,
        "lost": rehearsed.lost.to_dicts(),
        "pages": rehearsed.pages.to_dicts(),
    }


def _show_replay(rehearsed: Replay) -> None:
    pages = rehearsed.pages
    if pages.is_empty():
        _line("no page in quarantine is meant: see `nichiro quarantine list`")
        return
    _line(f"{rehearsed.articles} of {pages.height} pages read as articles by today's rules, from {len(rehearsed.partitions)} source-days")
    for page in pages.filter(outcome="article").head(SHOWN).iter_rows(named=True):
        _line(f"  + {page['capture_id'][:8]}  {page['source_id']}  {page['published_date']}  {page['headline']}")
    if rehearsed.articles > SHOWN:
        _line(f"  and {rehearsed.articles - SHOWN} more")
    for reason, count in rehearsed.still().items():
        _line(f"  {count:>5} still {reason}")
    if rehearsed.stale:
        told = ", ".join(f"{count} of {source_id}" for source_id, count in rehearsed.stale.items())
        _line(f"rules have changed: more source-days are read again by them: {told}")
    if rehearsed.lost.height:
        _line(f"! {rehearsed.lost.height} articles would no longer read:")
        for page in rehearsed.lost.head(SHOWN).iter_rows(named=True):
            _line(f"  - {page['capture_id'][:8]}  {page['source_id']}  {page['reason']}: {page['detail'] or ''}  {page['url']}")
        if rehearsed.lost.height > SHOWN:
            _line(f"  and {rehearsed.lost.height - SHOWN} more")
    if rehearsed.held_count:
        _line(f"{rehearsed.held_count} of the source-days are held; the gate judges them again when the replay is applied")


def _line(text: str) -> None:
    """One line; whatever a crawled page slipped into it is written out."""
    before, text = ("\n", text[1:]) if text.startswith("\n") else ("", text)
    output.print(before + shown(text), markup=False)


def _print_json(content: object) -> None:
    print(json.dumps(content, ensure_ascii=False, default=str))
