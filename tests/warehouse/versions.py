"""Releases under one version of DuckDB, as a program: ``python -m tests.warehouse.versions <task> <data folder> …``.

Of the tasks ``make`` publishes a release, ``renew`` another one from a copy of it, and ``read`` asks every table and named
query. It prints JSON: the version of DuckDB, and for each ``read`` name -> rows.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
import polars as pl

from nichiro.query import run_query
from tests.release import make_release
from warehouse.sql import named_queries
from warehouse.store import Candidate, connect, publish


def renew(data_dir: Path) -> None:
    candidate = Candidate.start(data_dir)
    candidate.note({"build_id": "20260630T233000Z-001"})
    candidate.close()
    publish(data_dir, "20260630T233000Z-001", keep=7)


def read(data_dir: Path) -> dict[str, list[str]]:
    """Rows as text, sorted, as a table has no order; a mean is told to nine digits."""
    with connect(data_dir) as connection:
        frames = {name: run_query(connection, name) for name in named_queries()}
    rounded = {name: frame.with_columns(pl.col(pl.Float64).round_sig_figs(9)) for name, frame in frames.items()}
    return {name: sorted(map(str, frame.iter_rows())) for name, frame in rounded.items()}


def main(words: list[str]) -> None:
    tasks = {"make": make_release, "renew": renew, "read": read}
    pairs = list(zip(words[::2], map(Path, words[1::2]), strict=True))
    done = [(task, tasks[task](data_dir)) for task, data_dir in pairs]
    print(json.dumps({"duckdb": duckdb.__version__, "read": [rows for task, rows in done if task == "read"]}))


if __name__ == "__main__":
    main(sys.argv[1:])
