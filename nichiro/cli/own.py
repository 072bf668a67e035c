"""Commands for texts of a person's own: read pages and score texts without a warehouse."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from nichiro.cli.options import Processes, output, say

TELL = 100   # pages between two lines of progress


def add_to(app: typer.Typer) -> None:
    app.command("extract", rich_help_panel="Your own texts", epilog="Example: nichiro extract page.html --json   ·   nichiro extract saved-pages/ --json   ·   nichiro extract --batch index.tsv --jsonl")(extract)
    app.command("score", rich_help_panel="Your own texts", epilog="""Example: echo '{"text": "…"}' | nichiro score --jsonl""")(score)


def extract(
    what: Annotated[str | None, typer.Argument(metavar="FILE|DIR|URL", help="A saved page or text, a folder of them, or a live page.", show_default=False)] = None,
    batch: Annotated[Path | None, typer.Option("--batch", metavar="INDEX.TSV", help="In place of it an index with the columns file and url.")] = None,
    url: Annotated[str, typer.Option(help="URL that a saved page came from; helps to read it.")] = "",
    processes: Processes = None,
    as_json: Annotated[bool, typer.Option("--json", "--jsonl", help="One JSON object per line and page.")] = False,
) -> None:
    """Read headline, byline, date (with precision and method), language, genre and body of pages.

    Each page is one row, in order; `quarantine_reason` says why the pipeline would not take it. The files of an index lie
    relative to it; a column `captured_at` says when a page was fetched, any others are left alone.
    """
    from nichiro.errors import ConfigError
    from nichiro.extraction import extract_all, extract_live, indexed_in, saved_in
    from nichiro.run import clock_of
    from nichiro.settings import load_settings
    from nichiro.workers import cores

    if (what is None) == (batch is None):
        raise ConfigError("one thing to read is needed", "give a file, a folder or a URL, or --batch with an index")
    now = clock_of(load_settings()).now()
    if what and what.startswith(("http://", "https://")):
        _print(extract_live(what, now), as_json=as_json)
        return
    pages = indexed_in(batch, now) if batch else saved_in(Path(what or ""), url, now)
    reasons: Counter[str] = Counter()
    for number, row in enumerate(extract_all(pages, processes or cores()), 1):
        _print(row, as_json=as_json)
        reasons[row["quarantine_reason"] or ""] += 1
        if len(pages) > TELL and (number % TELL == 0 or number == len(pages)):
            say("extract", f"{number} of {len(pages)}")
    if batch:
        told = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common() if reason)
        say("extract", f"{reasons['']} of {len(pages)} pages read" + (f"; not: {told}" if told else ""))


def _print(row: dict[str, Any], *, as_json: bool) -> None:
    import json

    if as_json:
        print(json.dumps(row, ensure_ascii=False, default=str))
        return
    for name, value in row.items():
        text = str(value) if value is not None else "–"
        output.print(f"{name:>18}  {text[:300]}{' …' if len(text) > 300 else ''}", markup=False)
    output.print()


def score(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object per line on standard input; this is the only form.")] = True,
) -> None:
    """Score texts on standard input: relevance, topics, passages and tone.

    Each line is `{"text": …}` with, where known, `headline`, `language`, `country` and `kind` of the publisher, and any
    keys of your own, which come back. A line that cannot be read comes back with an `error`.
    """
    import sys

    from nichiro.own import score_lines

    for line in score_lines(sys.stdin):
        print(line)
