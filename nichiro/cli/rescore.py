"""The command that judges history by today's beat and method beside the release's verdicts, and publishes that when told to."""

from __future__ import annotations

import json
from pathlib import Path
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
    from nichiro.rescore import Rescore

EXAMPLES = 3   # shown of each source and move; --moves has all


def add_to(app: typer.Typer) -> None:
    app.command(
        "rescore", rich_help_panel="Daily", epilog="Examples: nichiro rescore --beat draft.yml --source jp_mofa_press   ·   nichiro rescore --publish"
    )(rescore)


def rescore(
    source: Sources = None,
    first: CapturedFrom = None,
    last: CapturedTo = None,
    beat: Annotated[Path | None, typer.Option("--beat", help="Another beat, to look at what it would move.", show_default="the configured one")] = None,
    are_moves_listed: Annotated[bool, typer.Option("--moves", help="Print every article whose verdict moves, as JSON Lines, and nothing else.")] = False,
    is_published: Annotated[bool, typer.Option("--publish", help="Do it, as one run: parse, gate, enrich, build, check, publish, alert, report.")] = False,
    processes: Processes = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Judge by today's beat and method what others have judged, and show by language and source how many verdicts of relevance move.

    Nothing is written: the release keeps the verdicts it has, until the next run or `--publish`.
    """
    from crawlers.catalog import load_catalog
    from nichiro.beat import load_beat
    from nichiro.errors import ConfigError
    from nichiro.rescore import rescore as look
    from nichiro.workers import cores
    from transforms.relevance import version_of
    from warehouse.lake import Lake

    if is_published and (source or first or last or beat or are_moves_listed):
        raise ConfigError("a release is judged as a whole, by the configured beat", "leave out --source, --from, --to, --beat and --moves; they are to look first")
    settings = settings_of(data_dir)
    quiet = as_json or are_moves_listed
    tell, wanted = progress(settings, quiet=quiet), load_beat(beat or settings.beat)
    found = look(
        Lake(settings.data_dir), load_catalog(settings.catalog_dir), wanted, lambda message: tell("rescore", message),
        processes or cores(), source, day_of(first), day_of(last),
    )  # fmt: skip
    if are_moves_listed:
        for move in found.moved:
            print(json.dumps(move, ensure_ascii=False, default=str))
        return
    told = _told(found, version_of(wanted))
    if not as_json:
        _show(found, told)
    if is_published and found.source_days:
        status = pipeline_of(data_dir, quiet=as_json).replay(())
        told |= {"run": status.model_dump(mode="json")}
        if not as_json:
            show_status(status, as_json=False)
    elif found.source_days and not as_json and not beat:
        show_line("nothing is published; to do it: nichiro rescore --publish")
    if as_json:
        print(json.dumps(told, ensure_ascii=False, default=str))


def _told(found: Rescore, version: str) -> dict[str, Any]:
    return {
        "version": version, "versions_before": dict(sorted(found.before.items())), "source_days": found.source_days, "same": found.same,
        "expired": found.expired, "articles": found.articles.total(), "moved": len(found.moved),
        "languages": found.rows(by=1), "sources": found.rows(),
    }  # fmt: skip


def _show(found: Rescore, told: dict[str, Any]) -> None:
    if found.expired:
        show_line(f"{found.expired} source-days keep their verdicts: their articles have expired")
    if not found.source_days:
        why = f"all verdicts are of version {told['version']}" if found.same else "the catalog's sources have no verdict on these days"
        show_line(f"nothing to judge again: {why}")
        return
    before = ", ".join(f"{version} ({count})" for version, count in told["versions_before"].items())
    show_line(f"{told['articles']} article versions of {found.source_days} source-days, {told['moved']} verdicts move: version {before} → {told['version']}")
    for row in (*told["languages"], *(row for row in told["sources"] if row["moved"])):
        share = row["moved"] / row["articles"]
        moves = "".join(f", {move} {count}" for move, count in row["moves"].items())
        show_line(f"{row['language_code']}  {row.get('source_id', 'all sources')}: {row['articles']} articles, {row['moved']} move ({share:.1%}){moves}")
        for move in row["moves"] if "source_id" in row else ():
            mine = [each for each in found.moved if (each["source_id"], each["language_code"], f"{each['was']} → {each['now']}") == (row["source_id"], row["language_code"], move)]
            for each in mine[:EXAMPLES]:
                show_line(f"      {move}  {each['headline']}  {each['url']}")
