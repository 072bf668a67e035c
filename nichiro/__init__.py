"""nichiro (日露): a media monitor for Japan–Russia relations.

In a notebook: ``nichiro.connect()`` is a read-only DuckDB connection to the current release,
``nichiro.table("marts.coverage_daily")`` a Polars frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import polars as pl

__version__ = "0.1.0"


def connect() -> duckdb.DuckDBPyConnection:
    """Open the current release read-only. Raises ConfigError where nothing was published yet."""
    from nichiro.settings import load_settings
    from warehouse.store import connect as open_current

    return open_current(load_settings().data_dir)


def table(name: str) -> pl.DataFrame:
    """Return one table of the current release, e.g. ``"marts.coverage_daily"``, as a Polars frame."""
    import polars as pl

    from warehouse.tables import TABLES

    with connect() as connection:
        return pl.from_arrow(connection.sql(f"SELECT * FROM {TABLES[name].name}").to_arrow_table())  # noqa: S608 (a known name)
