"""Questions to the current release: named queries, tables and single SELECTs; shown as table, CSV, JSON or Parquet."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nichiro.errors import ConfigError
from nichiro.export import csv_cells, write_csv, write_parquet
from warehouse.lake import write_atomically
from warehouse.sql import Connection, NamedQuery, bind, lock_down, named_queries, require_one_select, select

FORMATS = ("table", "csv", "json", "parquet")
_NAME = re.compile(r"[\w.]+")
# Crawled text may hold terminal escapes and bidirectional overrides.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")


def run_query(
    connection: Connection, name_or_sql: str, parameters: Mapping[str, object] | None = None
) -> pl.DataFrame:
    """Rows of a named query, of a table (``marts.articles``) or of one SELECT.

    Raises ConfigError for an unknown name (with the nearest), a parameter that does not fit, a statement that is
    not one SELECT, or DuckDB's own complaint on one line. A free statement locks the database down for this process.
    """
    given = parameters or {}
    if _NAME.fullmatch(name_or_sql.strip()):
        query = find_query(name_or_sql.strip())
        return select(connection, query.sql, bind(connection, query, given))
    require_one_select(connection, name_or_sql)
    lock_down(connection)
    return select(connection, name_or_sql, given)


def find_query(name: str) -> NamedQuery:
    """The named query or table. Raises ConfigError with the nearest names."""
    queries = named_queries()
    if name in queries:
        return queries[name]
    near = difflib.get_close_matches(name, queries, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "`nichiro query` without a name lists them"
    raise ConfigError(f"no query or table is called {name}", hint)


def list_queries() -> pl.DataFrame:
    """One row per named query: name, description, parameters with their defaults. Tables are left out."""
    rows = [
        {
            "name": query.name,
            "description": query.description,
            "parameters": ", ".join(f"{p.name} {p.type} = {p.default}" for p in query.parameters),
        }
        for query in named_queries().values()
        if "." not in query.name
    ]
    return pl.DataFrame(rows, schema={"name": pl.String, "description": pl.String, "parameters": pl.String})


def show(frame: pl.DataFrame, format: str, out: Path | None = None, stream: TextIO | None = None) -> None:
    """Print the rows, or write them to ``out``, in one of ``FORMATS``. Raises ConfigError where that cannot be."""
    if format not in FORMATS:
        raise ConfigError(f"{format!r} is no format", f"take one of {', '.join(FORMATS)}")
    if out is not None and format == "table":
        raise ConfigError("a table is for the screen", "take csv, json or parquet with a file")
    if out is None and format == "parquet":
        raise ConfigError("Parquet is not for the screen", "name a file with --out")
    if out is not None:
        writers = {"csv": write_csv, "json": lambda rows, file: file.write(rows.write_json().encode()), "parquet": write_parquet}
        write_atomically(out, lambda file: writers[format](frame, file))
        return
    stream = stream or sys.stdout
    if format == "csv":
        stream.write(csv_cells(frame).write_csv())
    elif format == "json":
        stream.write(frame.write_json() + "\n")
    else:
        print_table(frame, stream)


def print_table(frame: pl.DataFrame, stream: TextIO) -> None:
    """Print a frame as a table in which nothing is markup and no control character survives."""
    table = Table(caption=f"{frame.height} row{'' if frame.height == 1 else 's'}", caption_justify="left")
    for name, dtype in frame.schema.items():
        table.add_column(Text(_printable(name)), justify="right" if dtype.is_numeric() else "left", overflow="fold")
    for row in frame.iter_rows():
        table.add_row(*(Text(_printable(_cell(value))) for value in row))
    Console(file=stream, highlight=False).print(table)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\n", " "))
