"""Looks for words in everything below a data folder: WARC records, Parquet, DuckDB, SQLite, text; packed and unpacked."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
from warcio.archiveiterator import ArchiveIterator


def traces(data_dir: Path, *words: str) -> list[str]:
    """Files, relative to the folder, in which one of the words stands."""
    wanted = [word.encode() for word in words]
    files = [path for path in sorted(data_dir.rglob("*")) if path.is_file() and not path.is_symlink()]
    return [
        path.relative_to(data_dir).as_posix()
        for path in files
        if any(word in content for content in _contents(path) for word in wanted)
    ]


def _contents(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if path.name.endswith(".warc.gz"):
        yield gzip.decompress(path.read_bytes())
        with path.open("rb") as file:
            yield from (record.content_stream().read() for record in ArchiveIterator(file))
    elif path.suffix == ".parquet":
        yield str(pl.read_parquet(path, hive_partitioning=False).to_dicts()).encode()
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            for schema, table in connection.sql("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
                yield str(connection.sql(f"FROM {schema}.{table}").fetchall()).encode()
