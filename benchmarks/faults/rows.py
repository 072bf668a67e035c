"""What a run left in the tables, and how that differs from what an undisturbed run leaves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from warehouse.lake import Lake
from warehouse.store import connect, served_tables
from warehouse.tables.ops import ALERT_OBSERVATIONS

Tables = dict[str, pl.DataFrame]

# They tell of runs, not of the world.
OF_RUNS = ("ops.check_results", "ops.runs", "ops.troubles", "ops.deliveries", "ops.decisions", "ops.alert_observations")
# Of which run a page came, and how often it was looked at, may differ after a fault in the crawl; nothing else may.
WORLD = {
    "articles": "SELECT * EXCLUDE (capture_id, first_captured_at, last_captured_at) FROM marts.articles",
    "coverage": "SELECT * FROM marts.coverage_daily",
    "tone": "SELECT * FROM marts.tone_daily",
    "spikes": "SELECT * FROM marts.coverage_spikes",
    "copies": "SELECT * FROM enriched.copies",
    "relevance": "SELECT a.article_id, t.* EXCLUDE (capture_id, captured_date) FROM enriched.relevance t JOIN marts.articles a USING (capture_id)",
    "passages": "SELECT a.article_id, t.* EXCLUDE (capture_id, captured_date) FROM enriched.passages t JOIN marts.articles a USING (capture_id)",
    "scores": "SELECT a.article_id, t.* EXCLUDE (capture_id, captured_date) FROM enriched.tone t JOIN marts.articles a USING (capture_id)",
    "signatures": "SELECT a.article_id, t.* EXCLUDE (capture_id, captured_date) FROM enriched.signatures t JOIN marts.articles a USING (capture_id)",
    "fates": "SELECT article_id, fate FROM ops.fates WHERE fate IN ('article', 'revision')",
    "views": "SELECT DISTINCT article_id, fate FROM ops.fates WHERE fate = 'alternate_view'",
    "quarantine": "SELECT DISTINCT source_id, url, reason, detail FROM staging.quarantine",
    "fetched": "SELECT url FROM raw.captures WHERE kind = 'article' AND http_status = 200",
    "health": "SELECT source_id, day, state, basis, is_healthy, reason FROM ops.source_days",
}


@dataclass(frozen=True)
class Difference:
    """Rows of the undisturbed result that are not there, rows that are there more often, and whether all is equal."""

    lost: int
    twice: int
    where: tuple[str, ...] = ()

    def __add__(self, other: Difference) -> Difference:
        return Difference(self.lost + other.lost, self.twice + other.twice, self.where + other.where)

    @property
    def is_equal(self) -> bool:
        return not self.where


def tables_of(data_dir: Path) -> tuple[Tables, Tables]:
    """The world as the current release has it, and every row of it that is no run's own account."""
    with connect(data_dir) as connection:
        world = {name: _read(connection, sql) for name, sql in WORLD.items()}
        every = {
            table.name: _read(connection, f"SELECT * FROM {table.name}")  # noqa: S608 (a known name)
            for table in served_tables() if table.name not in OF_RUNS
        }
    lake = Lake(data_dir)
    alerts = lake.read_all(ALERT_OBSERVATIONS, lake.partitions(ALERT_OBSERVATIONS))
    world["alerts"] = alerts.select(pl.exclude("observation_id", "run_id", "captured_date", "as_of"))
    return world, every


def _read(connection, sql: str) -> pl.DataFrame:
    return pl.DataFrame(connection.sql(sql).to_arrow_table())


def difference(tables: Tables, undisturbed: Tables) -> Difference:
    """Compare table by table, in no order."""
    lost = twice = 0
    where = []
    for name, expected in undisturbed.items():
        found = _counted(tables[name])
        both = _counted(expected).join(found, on=expected.columns, how="full", nulls_equal=True, suffix="_found", coalesce=True)
        wanted, there = pl.col("n").fill_null(0), pl.col("n_found").fill_null(0)
        gone = both.select((wanted - there).clip(0).sum()).item()
        more = both.filter(wanted > 0).select((there - wanted).clip(0).sum()).item()
        other = both.select((there - wanted).filter(wanted == 0).sum()).item()
        lost, twice = lost + gone, twice + more
        if gone or more or other:
            where.append(f"{name}: {gone} lost, {more} twice, {other} others")
    return Difference(lost, twice, tuple(where))


def _counted(frame: pl.DataFrame) -> pl.DataFrame:
    structs = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct)]
    frame = frame.with_columns(pl.col(name).list.eval(pl.element().struct.json_encode()) for name in structs)
    flat = frame.with_columns(pl.col(pl.List(pl.String)).list.join("\x1f"), pl.col(pl.List(pl.UInt64)).cast(pl.List(pl.String)).list.join("\x1f"))
    return flat.group_by(flat.columns).agg(n=pl.len().cast(pl.Int64))
