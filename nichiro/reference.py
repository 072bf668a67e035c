"""The reference pages of ``docs/``, made from what they describe: tables, settings, sources, command line.

``python -m nichiro.reference`` writes them, and with ``--check`` says which are out of date and exits 1.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from crawlers.catalog import load_catalog
from nichiro.errors import CheckFailed, NichiroError
from nichiro.settings import PROJECT, Settings
from warehouse.contract import Column, Table
from warehouse.lake import write_atomically
from warehouse.tables import TABLES, ZONES, enriched, marts, ops, raw, staging

DOCS = PROJECT / "docs"
CATALOG = PROJECT / "crawlers" / "sources"
MADE = "<!-- made by `make docs`; do not edit -->\n\n"


def data_dictionary() -> str:
    """Every table and column, from the contracts."""
    modules = {"raw": raw, "staging": staging, "enriched": enriched, "marts": marts, "ops": ops}
    parts = ["# Data dictionary\n"]
    for zone in ZONES:
        parts.append(f"## {zone}\n\n{_sentence(modules[zone].__doc__ or '')}\n")
        parts += [_table(table) for name, table in TABLES.items() if name.startswith(f"{zone}.")]
    return "\n".join(parts)


def _table(table: Table) -> str:
    window = "" if table.window_days is None else f", recomputed {table.window_days} days around a dirty day"
    facts = f"Key: {_codes(table.primary_key)}. Replaced by `{table.partition}`{window}. Contract version {table.version}."
    if not table.served:
        facts += " Stays in the lake."
    rows = [
        f"| `{column.name}` | {column.sql_type} | {_meaning(column)} |" for column in table.columns
    ]
    return "\n".join([f"### {table.name}\n", table.grain, "", facts, "", "| column | type | meaning |", "|---|---|---|", *rows, ""])


def _meaning(column: Column) -> str:
    parts = [column.comment.replace("|", "\\|")]
    if column.values:
        parts.append("one of " + _codes(column.values))
    elif column.minimum is not None and column.maximum is not None:
        parts.append(f"{column.minimum:g} to {column.maximum:g}")
    if column.nullable:
        parts.append("may be null")
    return "; ".join(parts)


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _sentence(docstring: str) -> str:
    text = docstring.strip().splitlines()[0].partition(": ")[2]
    return text[:1].upper() + text[1:]


def sources() -> str:
    """The declared sources, from the catalog; "unverified" until a healthy live run."""
    rows = []
    for source in load_catalog(CATALOG).values():
        terms = f"[{source.terms.access}]({source.terms.url})" if source.terms.url else source.terms.access
        kinds = " ".join(dict.fromkeys(entry.kind for entry in source.discover))
        proof = f"live {source.verified_on}" if source.verified_on else f"{source.evidence or 'none'} (unverified)"
        cells = [
            f"`{source.source_id}`", source.title, source.publisher.country, " ".join(source.language), source.genre,
            source.status, kinds, terms, source.terms.licence, proof,
        ]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(
        [
            "# Sources", "",
            "Text is served as the terms allow: *full* whole, *derive* as an excerpt, *feed_only* not at all, and then no",
            "page is fetched. What the rules rest on stands in the last column.", "",
            "| source | title | country | language | genre | status | discovery | terms | licence | evidence |",
            "|" + "---|" * 10, *rows, "",
        ]
    )


def command_line() -> str:
    """Every command and option, from the command line itself, and the settings that it reads."""
    from typer import Context
    from typer.cli import get_docs_for_click
    from typer.main import get_command

    from nichiro.cli import app

    command = get_command(app)
    commands = get_docs_for_click(obj=command, ctx=Context(command), name="nichiro", title="Command line")
    settings = ["## Settings\n", "From the environment or `.env`; an option wins over both.\n", "| variable | default | meaning |", "|---|---|---|"]
    for name, setting in Settings.model_fields.items():
        default = setting.default.relative_to(PROJECT) if _in_project(setting.default) else setting.default
        settings.append(f"| `NICHIRO_{name.upper()}` | {f'`{default}`' if str(default) else 'none'} | {setting.description} |")
    return commands.rstrip() + "\n\n" + "\n".join(settings) + "\n"


def _in_project(default: object) -> bool:
    return isinstance(default, Path) and default.is_relative_to(PROJECT)


PAGES: dict[str, Callable[[], str]] = {
    "data-dictionary.md": data_dictionary,
    "sources.md": sources,
    "cli.md": command_line,
}


def main(arguments: list[str]) -> None:
    """Write the pages, or with ``--check`` raise CheckFailed where one is out of date."""
    stale = []
    for name, page in PAGES.items():
        title, _, body = page().partition("\n")
        content = f"{title}\n\n{MADE}{body.lstrip()}".encode()
        path = DOCS / name
        if not path.exists() or path.read_bytes() != content:
            stale.append(name)
            if "--check" not in arguments:
                _write(path, content)
    if stale and "--check" in arguments:
        raise CheckFailed(f"out of date: {', '.join(stale)}", "run `make docs` and commit the result")


def _write(path: Path, content: bytes) -> None:
    write_atomically(path, lambda file: file.write(content))
    print(f"wrote {path.relative_to(PROJECT)}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except NichiroError as error:
        print(f"nichiro: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
