"""Commands about the sources."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table

from nichiro.cli.options import DataDir, Json, output, settings_of

WIDE = 160   # columns; on a narrower screen the rest is left to `nichiro source show`
TITLE, EVIDENCE = 36, 38   # columns they take at WIDE; evidence gets what is more
HEADS = ("source", "lang", "genre", "status", "text", "verified", "country", "title", "evidence")

app = typer.Typer(help="The declared sources.", no_args_is_help=True)


@app.command("list", epilog="Example: nichiro source list --json")
def list_sources(data_dir: DataDir = None, as_json: Json = False, status: Annotated[str | None, typer.Option(help="Only of this status.")] = None) -> None:
    """List the sources with what their rules rest on."""
    import json

    from crawlers.catalog import load_catalog

    catalog = [source for source in load_catalog(settings_of(data_dir).catalog_dir).values() if status in (None, source.status)]
    if as_json:
        rows = [
            {"source_id": source.source_id, "title": source.title, "country": source.publisher.country, "language": source.language,
             "genre": source.genre, "status": source.status, "access": source.terms.access, "evidence": source.evidence,
             "verified_on": source.verified_on and source.verified_on.isoformat()}
            for source in catalog
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return
    lines = []
    for source in catalog:
        verified = f"live {source.verified_on}" if source.verified_on else "not yet"
        facts = [source.source_id, " ".join(source.language), source.genre, source.status, source.terms.access, verified]
        lines.append([*facts, source.publisher.country, source.title, source.evidence] if output.width >= WIDE else facts)
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    elastic = {"title": TITLE, "evidence": output.width - WIDE + EVIDENCE}
    for name, *cells in zip(HEADS, *lines, strict=False):
        width = min(elastic.get(name, WIDE), max(map(cell_len, (name, *cells))))
        table.add_column(name, no_wrap=True, overflow="ellipsis", width=width)
    for line in lines:
        table.add_row(*map(escape, line))
    output.print(table)


@app.command("show", epilog="Example: nichiro source show ru_kremlin_news_en")
def show(source_id: str, data_dir: DataDir = None) -> None:
    """Print one source's declaration as it is understood, defaults included."""
    from crawlers.catalog import load_catalog
    from nichiro.errors import ConfigError

    catalog = load_catalog(settings_of(data_dir).catalog_dir)
    if source_id not in catalog:
        raise ConfigError(f"unknown source {source_id}", "see `nichiro source list`")
    print(catalog[source_id].model_dump_json(indent=2))
