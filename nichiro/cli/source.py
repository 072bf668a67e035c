"""Commands about the sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer
from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table

from nichiro.cli.options import DataDir, Json, output, say, settings_of
from nichiro.log import shown

if TYPE_CHECKING:
    from nichiro.checkup import Checkup

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
def show(source_id: str, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Tell everything about one source: declaration, evidence, rules in force, health of its last 30 days in the release.

    The JSON holds the whole declaration, defaults included.
    """
    import json

    from crawlers.catalog import load_catalog
    from crawlers.run import chosen
    from nichiro.dossier import dossier, lines
    from nichiro.run import clock_of

    settings = settings_of(data_dir)
    (source,) = chosen(load_catalog(settings.catalog_dir), [source_id])
    told = dossier(settings, source, clock_of(settings).now())
    if as_json:
        print(json.dumps(told, ensure_ascii=False, default=str))
        return
    for line in lines(source, told):
        output.print(shown(line), markup=False)


@app.command("check", epilog="Example: NICHIRO_CONTACT=https://example.org/us nichiro source check ru_kremlin_news_en")
def check(
    source_id: str,
    articles: Annotated[int, typer.Option("--articles", "-n", min=1, max=20, help="Articles to ask for.")] = 1,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Look at one source live: robots.txt, a document of each kind, an article; say what is wrong and what to change.

    Polite as any crawl, and needs NICHIRO_CONTACT. Nothing of it enters the archive or the log. Ends with 0 where the
    source is healthy, 1 where not, 75 where our own network is in trouble, 78 for an unknown source.
    """
    from crawlers.catalog import load_catalog
    from nichiro.checkup import check as look

    settings = settings_of(data_dir)
    found = look(settings, load_catalog(settings.catalog_dir), source_id, articles)
    if as_json:
        print(found.model_dump_json())
    else:
        output.print("\n".join(_lines(found)), markup=False)
    raise typer.Exit(0 if found.is_healthy else 1)


@app.command("new", epilog="Example: nichiro source new https://gazette.example/world/ --write")
def new(
    url: Annotated[str, typer.Argument(help="A section's page, or a feed.")],
    write: Annotated[bool, typer.Option("--write", help="Put it into the catalog, with a stub of its fixture.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Draft a source's YAML from a site's own feeds, sitemaps, JSON-LD and articles; a person decides what it marks.

    Polite as any crawl, and needs NICHIRO_CONTACT: robots.txt, the page, its feeds, two articles. Nothing is archived.
    """
    import json

    from nichiro import scouting

    settings = settings_of(data_dir)
    found = scouting.scout(settings, url)
    paths = [str(path) for path in scouting.write(settings, found)] if write else []
    source_id = found.source.source_id
    if as_json:
        told = {"source_id": source_id, "sampled": found.sampled, "read": found.read, "written": paths, "yaml": found.draft.text}
        print(json.dumps(told, ensure_ascii=False))
        return
    print(found.draft.text)
    read = f"{found.read} of {found.sampled} sampled articles read by it"
    say("new", f"{source_id}: {read if found.sampled else 'no article came: give the page of a section, or its feed'}")
    for path in paths:
        say("new", f"wrote {path}")
    where = "fill the fixture" if write else f"save it as {source_id}.yml in the catalog, or run again with --write"
    say("new", f"next: decide what is marked, {where}, then `nichiro source check {source_id}`; see docs/adding-a-source.md")


def _lines(found: Checkup) -> Iterator[str]:
    """The checkup for a person; what is crawled is stripped of control characters."""
    yield f"{found.source_id}: {found.state}" + (f": {shown(found.reason)}" if found.reason else "")
    for one in found.asked:
        counts = f", {one.links} links, {one.followed} followed" if one.links is not None else ""
        why = one.reason or one.detail
        yield f"  {one.kind:<9} {one.outcome}{counts}{f' ({shown(why)})' if why else ''}  {shown(one.url)}"
    if found.newest_at:
        yield f"  newest    {found.newest_at}, {found.newest_age_days:g} days old"
    if found.articles_read:
        yield "  filled    " + "  ".join(f"{name} {share:.0%}" for name, share in found.fill.items())
        yield f"  body      {found.median_body_length:g} characters (median); dates to the {', '.join(found.precision)}"
    for line in found.opt_outs:
        yield f"  opt-out   {shown(line)}"
    for line in found.advice:
        yield f"  change    {shown(line)}"
    yield "  nothing of this look was archived"
