"""marts.coverage_daily: counts and shares per day, topic, country, language and genre, zeroes included."""

from __future__ import annotations

import polars as pl

from warehouse.tables.marts import COVERAGE_DAILY

VERSION = "1"
ANY = "any"   # the whole beat, beside its topics
CELL = ["published_date", "country_code", "language_code", "genre"]
KEY = ["published_date", "topic_id", "country_code", "language_code", "genre"]


def spine(articles: pl.DataFrame, sources: pl.DataFrame, topics: pl.DataFrame, days: pl.Series) -> pl.DataFrame:
    """All rows of a daily mart: days × topics × cells declared by active sources, or seen on that very day.

    A day's rows rest on that day's articles alone. Returns the columns of KEY.
    """
    wanted = days.unique().sort().cast(pl.Date).alias("published_date").to_frame()
    declared = wanted.join(_declared(sources).select(CELL[1:]).unique(), how="cross")
    seen = articles.join(wanted, on="published_date", how="semi").select(CELL)
    cells = pl.concat([declared, seen]).unique()
    topic_ids = pl.concat([pl.DataFrame({"topic_id": [ANY]}), topics.select("topic_id")])
    return cells.join(topic_ids, how="cross").select(KEY).sort(KEY)


def by_topic(articles: pl.DataFrame) -> pl.DataFrame:
    """Each article once as 'any' and once per topic that it touches, in ``topic_id``."""
    each = articles.with_columns(topic_id=pl.concat_list(pl.lit(ANY), "topics").list.unique())
    return each.explode("topic_id", empty_as_null=True)


def coverage_daily(
    articles: pl.DataFrame, source_days: pl.DataFrame, sources: pl.DataFrame, topics: pl.DataFrame, days: pl.Series
) -> pl.DataFrame:
    """Coverage of exactly ``days``.

    ``articles``: marts.articles; ``source_days``: ops.source_days; ``sources``: ops.sources; ``topics``: ops.topics. Rows
    of other days may be there and change nothing. A share counts originals of sources that were healthy on the day, over
    all their originals of the cell; its basis says how much of the declared sources that is.
    """
    rows = articles.join(
        source_days.filter("is_healthy").select("source_id", pl.col("day").alias("published_date"), healthy=pl.lit(value=True)),
        on=["source_id", "published_date"], how="left",
    ).with_columns(
        pl.col("healthy").fill_null(value=False),
        strong=pl.col("relevance") == "strong",
        original=~pl.col("is_copy"),
    )
    counted = by_topic(rows).group_by(KEY).agg(
        article_count=pl.col("strong").sum(),
        copy_count=(pl.col("strong") & pl.col("is_copy")).sum(),
        original_count=(pl.col("strong") & pl.col("original")).sum(),
        passage_count=((pl.col("relevance") == "passage") & pl.col("original")).sum(),
        attention_count=(pl.col("strong") & pl.col("original") & pl.col("healthy")).sum(),
    )
    totals = rows.group_by(CELL).agg(total_count=(pl.col("original") & pl.col("healthy")).sum())
    counts = ("article_count", "copy_count", "original_count", "passage_count", "attention_count", "total_count",
              "healthy_source_count", "source_count")
    result = (
        spine(articles, sources, topics, days)
        .join(counted, on=KEY, how="left")
        .join(totals, on=CELL, how="left")
        .join(_basis(articles, source_days, sources, days), on=CELL, how="left")
        .with_columns(pl.col(counts).fill_null(0).cast(pl.Int64), pl.col("share_basis").fill_null("unknown"))
        .with_columns(
            attention_share=pl.when(pl.col("total_count") > 0).then(pl.col("attention_count") / pl.col("total_count")),
            method_version=pl.lit(VERSION),
        )
    )
    return COVERAGE_DAILY.conform(result.select(COVERAGE_DAILY.schema.names()).sort(KEY))


def _declared(sources: pl.DataFrame) -> pl.DataFrame:
    """source_id and its cells, for active sources."""
    return (
        sources.filter(pl.col("status") == "active")
        .explode("languages", empty_as_null=True)
        .select("source_id", "country_code", pl.col("languages").alias("language_code"), "genre")
        .drop_nulls("language_code")
    )


def _basis(articles: pl.DataFrame, source_days: pl.DataFrame, sources: pl.DataFrame, days: pl.Series) -> pl.DataFrame:
    """Per cell and day: sources declared (or seen in it), how many were healthy, and on which basis."""
    wanted = days.unique().cast(pl.Date).alias("published_date").to_frame()
    declared = wanted.join(_declared(sources), how="cross").select("source_id", *CELL)
    seen = articles.join(wanted, on="published_date", how="semi").select("source_id", *CELL)
    health = source_days.select("source_id", pl.col("day").alias("published_date"), "is_healthy", "basis")
    healthy = pl.col("is_healthy")
    observed, backfilled = ((pl.col("basis") == basis) & healthy for basis in ("observed", "backfilled"))
    return (
        pl.concat([declared, seen]).unique()
        .join(health, on=["source_id", "published_date"], how="left")
        .with_columns(healthy.fill_null(value=False))
        .group_by(CELL)
        .agg(
            source_count=pl.len(),
            healthy_source_count=healthy.sum(),
            observed=observed.sum(),
            backfilled=backfilled.sum(),
        )
        .with_columns(
            share_basis=pl.when(pl.col("healthy_source_count") == 0).then(pl.lit("unknown"))
            .when(pl.col("healthy_source_count") < pl.col("source_count")).then(pl.lit("partial"))
            .when(pl.col("observed") == pl.col("source_count")).then(pl.lit("observed"))
            .when(pl.col("backfilled") == pl.col("source_count")).then(pl.lit("backfilled"))
            .otherwise(pl.lit("mixed"))
        )
        .drop("observed", "backfilled")
    )
