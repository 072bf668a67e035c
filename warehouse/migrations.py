"""Contract versions: what brings the tables of an older release, or an older log file, to today's contracts.

Each step takes a frame of version n of a table and returns one of version n + 1. A contract whose version rises without
a step here is emptied in the candidate; its partitions then count as dirty and are computed again. Not so the books of
runs and checks, which nothing computes: without a step they keep the release as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from nichiro.errors import ContractError
from warehouse.columns import CANDIDATES, CREDITS, SENSITIVITY_Q, TURNS
from warehouse.contract import UTC_INSTANT, Table

if TYPE_CHECKING:
    import duckdb

Step = Callable[[pl.DataFrame], pl.DataFrame]


def _with(**added: pl.DataType | type[pl.DataType]) -> Step:
    """Columns that older rows know nothing of; where a file that has lost its version has them, they stay."""
    return lambda frame: frame.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in added.items() if name not in frame.columns
    )


def _credited(frame: pl.DataFrame) -> pl.DataFrame:
    """staging.articles 2 -> 3: authors become credits without a role; what else is new was not kept then."""
    frame = _with(
        credits=CREDITS, turns=TURNS, published_zone=pl.String, published_confidence=pl.Float64,
        published_candidates=CANDIDATES, is_provisional_translation=pl.Boolean,
    )(frame)
    nothing = [pl.lit(None, pl.String).alias(name) for name in ("role", "given_name", "family_name")]
    credits = pl.col("authors").list.eval(pl.struct(pl.element().alias("name"), *nothing)).cast(CREDITS)
    return frame.with_columns(pl.coalesce("credits", credits)) if frame.height else frame


def _uncorrected(frame: pl.DataFrame) -> pl.DataFrame:
    """marts.articles 2 -> 3: what is new was not kept then, and nobody could correct anything."""
    frame = _with(published_confidence=pl.Float64, is_provisional_translation=pl.Boolean, is_overridden=pl.Boolean)(frame)
    return frame.with_columns(pl.col("is_overridden").fill_null(value=False))


def _of_topics(frame: pl.DataFrame) -> pl.DataFrame:
    """ops.alert_observations 1 -> 2: series were of a topic, a country and a day; what a q_value comes to is told by its bounds."""
    every = {name: pl.lit("any") for name in ("language_code", "genre", "actor_id")} | {"period": pl.lit("day"), "level": pl.lit("spike")}
    least = pl.when(pl.col("q_value") <= SENSITIVITY_Q["low"]).then(pl.lit("low")).when(pl.col("q_value") <= SENSITIVITY_Q["medium"]).then(pl.lit("medium"))
    added = every | {"sensitivity": least.otherwise(pl.lit("high"))}
    frame = frame.with_columns(**{name: value for name, value in added.items() if name not in frame.columns})
    return _with(target_id=pl.String, voice=pl.String, before_mean=pl.Float64, after_mean=pl.Float64)(frame)


STEPS: dict[tuple[str, int], Step] = {
    ("raw.fetches", 1): _with(robots_rule=pl.String, robots_sha256=pl.String, robots_at=UTC_INSTANT, reserved=pl.String),
    ("raw.discoveries", 1): _with(item_count=pl.Int64),
    ("staging.articles", 1): _with(pair_id=pl.String),
    ("marts.articles", 1): _with(pair_id=pl.String),
    ("staging.articles", 2): _credited,
    ("marts.articles", 2): _uncorrected,
    ("ops.check_results", 1): _with(threshold=pl.Float64),
    ("ops.alert_observations", 1): _of_topics,
}
"""(table name, version that it starts from) -> step."""


def upgrade(
    table: Table, frame: pl.DataFrame, version: int, steps: Mapping[tuple[str, int], Step] | None = None
) -> pl.DataFrame | None:
    """Bring a frame from ``version`` to the contract's; None where a step is missing."""
    for number in range(version, table.version):
        step = (STEPS if steps is None else steps).get((table.name, number))
        if step is None:
            return None
        frame = step(frame)
    return frame


def migrate(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Create missing tables and bring older ones to today's contracts, in one transaction.

    Returns the tables that could not be brought up and are empty now: with them, all is to be computed again. Raises
    ContractError where that would lose what only the release knows.
    """
    from warehouse.tables import TABLES

    connection.execute("CREATE TABLE IF NOT EXISTS ops.contracts (table_name VARCHAR, version INTEGER, columns VARCHAR[])")
    found = {name: (version, columns) for name, version, columns in connection.execute("FROM ops.contracts").fetchall()}
    stale = []
    connection.execute("BEGIN")
    for table in TABLES.values():
        names = [f"{column.name} {column.sql_type}" for column in table.served_columns]
        version, columns = found.get(table.name, (0, []))
        if (version, columns) == (table.version, names) or not table.served:
            continue
        frame = None
        is_narrower = version == table.version and set(names) < set(columns)   # some are served no longer
        for column in set(columns) - set(names) if is_narrower else ():
            connection.execute(f"ALTER TABLE {table.name} DROP COLUMN {column.split()[0]}")
        if version and not is_narrower:
            old = pl.DataFrame(connection.sql(f"FROM {table.name}").to_arrow_table())
            frame = upgrade(table, old, version) if version < table.version else None
            if frame is None and table.partition == "run_id" and not old.is_empty():
                connection.execute("ROLLBACK")
                raise ContractError(f"{table.name} is of contract version {version}, and no migration leads to {table.version}",
                                    "a release of nichiro between the two has it")
            connection.execute(f"DROP TABLE {table.name}")
            if frame is None:
                stale.append(table.name)
        elif not version and found and table.zone == "marts":
            stale.append(table.name)   # new among what the release holds: to be made of all of it
        for statement in () if is_narrower else table.ddl():
            connection.execute(statement)
        if frame is not None:
            served = [column.name for column in table.served_columns]
            connection.register("migrated", frame.select(served).to_arrow())
            connection.execute(f"INSERT INTO {table.name} BY NAME FROM migrated")
            connection.unregister("migrated")
        connection.execute("DELETE FROM ops.contracts WHERE table_name = ?", [table.name])
        connection.execute("INSERT INTO ops.contracts VALUES (?, ?, ?)", [table.name, table.version, names])
    connection.execute("COMMIT")
    return stale
