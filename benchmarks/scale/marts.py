"""The mart of coverage over all days at once: our transform, pandas, and one statement of DuckDB.

The same counts and shares per day, topic, country, language and genre. Ours does more: a row for each cell
without an article, and what each share rests on.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pandas as pd
import polars as pl

from benchmarks.form import OURS, Row
from transforms.coverage import KEY, coverage_daily
from warehouse.sql import Connection
from warehouse.store import connect

COUNTS = ["article_count", "copy_count", "original_count", "attention_count", "total_count"]
FIGURES = [*COUNTS, "attention_share"]
COLUMNS = ["article_id", "source_id", "published_date", "country_code", "language_code", "genre", "relevance", "topics", "is_copy"]
SQL = """
WITH each AS (
    SELECT published_date, country_code, language_code, genre, unnest(list_append(topics, 'any')) AS topic_id,
        relevance = 'strong' AS strong, relevance = 'strong' AND NOT is_copy AS original, coalesce(is_healthy, false) AND NOT is_copy AS counts
    FROM marts.articles LEFT JOIN ops.source_days AS health ON health.source_id = articles.source_id AND health.day = published_date
),
totals AS (
    SELECT published_date, country_code, language_code, genre, count(*) FILTER (counts) AS total_count
    FROM each WHERE topic_id = 'any' GROUP BY ALL
)
SELECT published_date, topic_id, country_code, language_code, genre,
    count(*) FILTER (strong) AS article_count, count(*) FILTER (strong AND NOT original) AS copy_count,
    count(*) FILTER (original) AS original_count, count(*) FILTER (strong AND counts) AS attention_count,
    any_value(total_count) AS total_count, attention_count / nullif(any_value(total_count), 0) AS attention_share
FROM each JOIN totals USING (published_date, country_code, language_code, genre)
GROUP BY ALL
"""


def rows(data_dir: Path, repeats: int = 3) -> list[Row]:
    """Seconds of each, the median of some repeats, and ours as a ratio. Raises AssertionError where they differ."""
    with connect(data_dir) as connection:
        articles = pl.DataFrame(connection.sql(f"SELECT {', '.join(COLUMNS)} FROM marts.articles").to_arrow_table())  # noqa: S608 (known names)
        health, sources, topics = (pl.DataFrame(connection.sql(f"FROM ops.{name}").to_arrow_table()) for name in ("source_days", "sources", "topics"))
        frames = articles.to_pandas(), health.select("source_id", "day", "is_healthy").to_pandas()
        systems: dict[str, Callable[[], pl.DataFrame]] = {
            OURS: lambda: _ours(articles, health, sources, topics),
            "pandas": lambda: pl.from_pandas(_pandas(*frames)),
            "duckdb SQL": lambda: _duckdb(connection),
        }
        seconds = {}
        expected = _comparable(systems["duckdb SQL"]())
        for name, compute in systems.items():
            found, taken = pl.DataFrame(), []
            for _ in range(repeats):
                start = perf_counter()
                found = compute()
                taken.append(perf_counter() - start)
            mine = _comparable(found).join(expected, on=KEY, how="semi", maintain_order="left")
            assert mine.equals(expected), f"{name} counts otherwise"
            seconds[name] = sorted(taken)[repeats // 2]
    made = [Row(name, "marts", "seconds", round(value, 3), articles.height) for name, value in seconds.items()]
    for peer in ("pandas", "duckdb SQL"):
        made.append(Row(OURS, "marts", f"ratio_to_{peer.split()[0]}", round(seconds[OURS] / seconds[peer], 3), articles.height))
    return made


def _comparable(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        pl.col("published_date").cast(pl.Date), *(pl.col(name).cast(pl.String) for name in KEY[1:]), *(pl.col(name).cast(pl.Int64) for name in COUNTS),
        pl.col("attention_share").round(9),
    ).with_columns(pl.col("attention_share").fill_nan(None) + 0.0).sort(KEY)


def _ours(articles: pl.DataFrame, health: pl.DataFrame, sources: pl.DataFrame, topics: pl.DataFrame) -> pl.DataFrame:
    days = articles["published_date"].unique()
    coverage = coverage_daily(articles, health, sources, topics, days)
    return coverage.select(*KEY, *FIGURES)


def _duckdb(connection: Connection) -> pl.DataFrame:
    return pl.DataFrame(connection.sql(SQL).to_arrow_table())


def _pandas(articles: pd.DataFrame, health: pd.DataFrame) -> pd.DataFrame:
    cell = ["published_date", "country_code", "language_code", "genre"]
    frame = articles.merge(health, how="left", left_on=["source_id", "published_date"], right_on=["source_id", "day"])
    frame["strong"] = frame["relevance"] == "strong"
    frame["original_count"] = frame["strong"] & ~frame["is_copy"]
    frame["total_count"] = frame["is_healthy"].eq(True) & ~frame["is_copy"]   # a source without a row was not seen
    frame["attention_count"] = frame["strong"] & frame["total_count"]
    frame["copy_count"] = frame["strong"] & frame["is_copy"]
    totals = frame.groupby(cell, as_index=False)["total_count"].sum()
    frame["topic_id"] = frame["topics"].map(lambda found: [*found, "any"])
    each = frame.explode("topic_id").rename(columns={"strong": "article_count"})
    sums = dict.fromkeys(("article_count", "copy_count", "original_count", "attention_count"), "sum")
    made = each.groupby(KEY, as_index=False).agg(sums).merge(totals, on=cell)
    made["attention_share"] = made["attention_count"] / made["total_count"].where(made["total_count"] > 0)
    return made
