"""Commands that read the current release: queries and exports. They never write to it and never wait for a load."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nichiro.cli.options import DataDir, Json, settings_of


def add_to(app: typer.Typer) -> None:
    app.command("query", rich_help_panel="Ask", epilog='Examples: nichiro query   ·   nichiro query coverage_by_month   ·   nichiro query "SELECT count(*) FROM marts.articles"')(query)
    app.command("export", rich_help_panel="Ask", epilog="Example: nichiro export marts.coverage_daily --format xlsx --to .")(export)


def query(
    statement: Annotated[str | None, typer.Argument(help="Name of a query, a table, or one SELECT; none lists the names.", show_default=False)] = None,
    parameter: Annotated[list[str] | None, typer.Option("--set", "-s", metavar="NAME=VALUE", help="A parameter of the query; may be repeated.")] = None,
    form: Annotated[str, typer.Option("--format", "-f", help="table, csv, json or parquet.")] = "table",
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write to a file instead of the screen.")] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Run a named query of `warehouse/queries/` or a statement of your own, read-only."""
    from nichiro.query import list_queries, run_query, show
    from warehouse.store import connect

    if as_json:
        form = "json"
    if statement is None:
        show(list_queries(), form, out)
        return
    with connect(settings_of(data_dir).data_dir) as connection:
        show(run_query(connection, statement, _parameters(parameter or [])), form, out)


def _parameters(pairs: list[str]) -> dict[str, str]:
    from nichiro.errors import ConfigError

    for pair in pairs:
        if "=" not in pair:
            raise ConfigError(f"--set {pair} has no value", "write --set since=2026-06-01")
    return dict(pair.split("=", 1) for pair in pairs)


def export(
    tables: Annotated[list[str] | None, typer.Argument(help="Tables such as marts.coverage_daily; none means all marts.", show_default=False)] = None,
    form: Annotated[str, typer.Option("--format", help="parquet, csv or xlsx.")] = "parquet",
    to: Annotated[Path, typer.Option(help="Folder for the files.")] = Path("export"),
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Write tables of the current release to files."""
    import json

    from nichiro.export import export as write
    from warehouse.store import connect, served_tables

    names = tables or [table.name for table in served_tables() if table.zone == "marts"]
    with connect(settings_of(data_dir).data_dir) as connection:
        paths = [str(path) for path in write(connection, names, form, to)]
    print(json.dumps(paths, ensure_ascii=False) if as_json else "\n".join(paths))
