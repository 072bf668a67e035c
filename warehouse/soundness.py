"""A release examined: it opens, holds its tables, and they add up to its own ledger of partitions."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.store import DATABASE

# What ops.partitions counted when it was loaded, and what must lie in the tables.
_ACCOUNTS = {
    "staging.outcomes": "SELECT coalesce(sum(capture_count), 0) FROM ops.partitions",
    "staging.quarantine": "SELECT coalesce(sum(quarantined_count), 0) FROM ops.partitions",
    "staging.articles": "SELECT coalesce(sum(article_count), 0) FROM ops.partitions WHERE status = 'accepted'",
}


def fault_of(release: Path, *, deep: bool = False) -> str:
    """What is wrong with a release's folder, "" for nothing. ``deep`` reads every block, which verifies DuckDB's checksums."""
    path = release / DATABASE
    if not path.exists():
        return f"it holds no {DATABASE}"
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = [name for (name,) in connection.execute("SELECT table_name FROM ops.contracts").fetchall()]
            counts = {name: _one(connection, f"SELECT count(*) FROM {name}") for name in tables}   # noqa: S608
            for name, account in _ACCOUNTS.items():
                if counts.get(name) != (told := _one(connection, account)):
                    return f"{name} holds {counts.get(name)} rows, its ledger says {told}"
            if deep:
                for name in tables:
                    connection.execute(f"SELECT bit_xor(hash(t)) FROM {name} t").fetchall()   # noqa: S608
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return ""


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    ((value,),) = connection.execute(sql).fetchall()
    return int(value)
