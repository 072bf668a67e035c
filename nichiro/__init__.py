"""nichiro (日露): a media monitor for Japan–Russia relations.

In a notebook: ``nichiro.connect()`` is a read-only DuckDB connection to the current release,
``nichiro.table("marts.coverage_daily")`` a Polars frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import polars as pl

__version__ = "0.2.0.dev0"


def connect() -> duckdb.DuckDBPyConnection:
    """Open the current release read-only. Raises ConfigError where nothing was published yet."""
    from nichiro.settings import load_settings
    from warehouse.store import connect as open_current

    return open_current(load_settings().data_dir)


def table(name: str) -> pl.DataFrame:
    """Return one table of the current release, e.g. ``"marts.coverage_daily"``, as a Polars frame.

    Raises ConfigError for an unknown name, or where nothing was published yet.
    """
    import polars as pl

    from nichiro.errors import ConfigError
    from warehouse.tables import TABLES

    if name not in TABLES:
        raise ConfigError(f"no table is called {name}", "docs/data-dictionary.md lists them")
    schema = {column.name: column.dtype for column in TABLES[name].served_columns}
    with connect() as connection:
        rows = pl.DataFrame(connection.sql(f"FROM {TABLES[name].name}").to_arrow_table())
    return rows.select(pl.col(column).cast(dtype) for column, dtype in schema.items())
