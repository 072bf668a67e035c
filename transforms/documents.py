"""Documents out of versions, and the one fate of each capture."""

from __future__ import annotations

import polars as pl

from warehouse.tables.ops import FATES_TABLE

_LATEST = ["is_main", "captured_at", "capture_id"]


def documents(versions: pl.DataFrame) -> pl.DataFrame:
    """The current version of each document: its latest main page, an alternate view only where there is no other.

    ``versions``: staging.articles rows of accepted partitions, any number per article_id, with or without its text
    columns. Returns one row per article_id with the same columns, ``first_captured_at``, ``last_captured_at`` (over all
    versions) and ``version_count`` (distinct contents of its main page). Equal instants are settled by capture_id.
    """
    is_main = ~pl.col("is_alternate_view")
    mains = pl.col("content_sha256").filter(is_main).n_unique()
    return (
        versions.with_columns(is_main=is_main)
        .sort("article_id", *_LATEST)
        .with_columns(
            first_captured_at=pl.col("captured_at").min().over("article_id"),
            last_captured_at=pl.col("captured_at").max().over("article_id"),
            version_count=pl.max_horizontal(mains, 1).over("article_id").cast(pl.Int64),
        )
        .unique("article_id", keep="last", maintain_order=True)
        .drop("is_main")
    )


def fates(outcomes: pl.DataFrame, versions: pl.DataFrame, quarantine: pl.DataFrame) -> pl.DataFrame:
    """ops.fates: settle what parsing said of each capture against the other captures of its document.

    ``outcomes``: staging.outcomes; ``versions``: all versions of the documents concerned, for a fate depends on every
    capture of its article_id and on nothing else; ``quarantine``: staging.quarantine, for reasons. The first capture of
    a document's main page is the article, later ones are revisions or unchanged; an alternate view stays one unless the
    document has no other page. An article of a held partition has no version and is quarantined as ``held``.
    """
    settled = _settled(versions)
    fate = pl.when(pl.col("outcome") == "article").then(pl.coalesce("settled", pl.lit("quarantined"))).otherwise("outcome")
    held = pl.when((pl.col("outcome") == "article") & pl.col("settled").is_null()).then(pl.lit("held"))
    return FATES_TABLE.conform(
        outcomes.join(settled, on="capture_id", how="left")
        .join(quarantine.select("capture_id", pl.col("reason").alias("why")), on="capture_id", how="left")
        .select(
            "capture_id", "run_id", "source_id", "article_id",
            fate.alias("fate"),
            pl.coalesce("reason", "why", held).alias("reason"),
            "captured_date",
        )
        .sort("captured_date", "capture_id")
    )


def _settled(versions: pl.DataFrame) -> pl.DataFrame:
    """capture_id, article_id and the fate of each version."""
    document = ["article_id", "counts"]
    counts = ~pl.col("is_alternate_view") | pl.col("is_alternate_view").all().over("article_id")
    content = pl.col("content_sha256")
    return (
        versions.select("capture_id", "article_id", "is_alternate_view", "content_sha256", "captured_at")
        .with_columns(counts=counts)
        .sort("article_id", "captured_at", "capture_id")
        .with_columns(number=pl.int_range(pl.len()).over(document), same=(content == content.shift(1)).over(document))
        .select(
            "capture_id",
            "article_id",
            settled=pl.when(~pl.col("counts")).then(pl.lit("alternate_view"))
            .when(pl.col("number") == 0).then(pl.lit("article"))
            .when("is_alternate_view").then(pl.lit("alternate_view"))
            .when("same").then(pl.lit("unchanged"))
            .otherwise(pl.lit("revision")),
        )
    )
