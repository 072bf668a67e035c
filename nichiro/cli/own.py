"""Commands for texts of a person's own: read pages and score texts without a warehouse."""

from __future__ import annotations

from typing import Annotated

import typer

from nichiro.cli.options import Json, output


def add_to(app: typer.Typer) -> None:
    app.command("extract", rich_help_panel="Your own texts", epilog="Example: nichiro extract page.html --json   ·   nichiro extract saved-pages/ --json")(extract)
    app.command("score", rich_help_panel="Your own texts", epilog="""Example: echo '{"text": "…"}' | nichiro score --jsonl""")(score)


def extract(
    what: Annotated[str, typer.Argument(metavar="FILE|DIR|URL", help="A saved page or text, a folder of them, or a live page.")],
    url: Annotated[str, typer.Option(help="URL that a saved page came from; helps to read it.")] = "",
    as_json: Json = False,
) -> None:
    """Read headline, byline, date (with precision and method), language, genre and body of a page."""
    import json

    from nichiro.own import extract_all

    for row in extract_all(what, url):
        if as_json:
            print(json.dumps(row, ensure_ascii=False, default=str))
            continue
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
