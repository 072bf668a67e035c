"""Questions to the current release: named queries, tables and single SELECTs; shown as table, CSV, JSON or Parquet."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TextIO

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nichiro.errors import ConfigError
from nichiro.export import csv_cells, write_csv, write_parquet
from warehouse.lake import write_atomically
from warehouse.sql import Connection, NamedQuery, bind, lock_down, named_queries, require_one_select, select

FORMATS = ("table", "csv", "json", "parquet")
_NAME = re.compile(r"[\w.]+")
_WRAPPED = 24   # a column may be wrapped down to so many characters before rows are printed one by one
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
    """One row per named query: name, description, parameters with their types. Tables are left out."""
    rows = [
        {
            "name": query.name,
            "description": query.description,
            "parameters": ", ".join(f"{p.name} {p.type}" for p in query.parameters),
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
    """Print a frame as a table, or row by row where that is too wide; nothing is markup, no control character survives."""
    console = Console(file=stream, highlight=False)
    names = [_printable(name) for name in frame.columns]
    rows = [[_printable(_cell(value)) for value in row] for row in frame.iter_rows()]
    cells = [max((cell_len(row[number]) for row in rows), default=0) for number in range(len(names))]
    heads = [name if len(name) <= wide else name.replace("_", "_\n") for name, wide in zip(names, cells, strict=True)]
    widths = [min(_WRAPPED, max(wide, *map(len, head.split("\n")))) for wide, head in zip(cells, heads, strict=True)]
    if sum(widths) + 2 * len(widths) - 1 <= console.width:
        table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
        for head, dtype in zip(heads, frame.dtypes, strict=True):
            table.add_column(Text(head), justify="right" if dtype.is_numeric() else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)
    else:
        for number, row in enumerate(rows, start=1):
            console.rule(str(number), align="left", characters="─")
            grid = Table.grid(padding=(0, 2))
            grid.add_column(style="bold", no_wrap=True)
            grid.add_column(overflow="fold")
            for name, text in zip(names, row, strict=True):
                grid.add_row(Text(name), Text(text))
            console.print(grid)
    console.print(f"{frame.height} row{'' if frame.height == 1 else 's'}")


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\n", " "))
