"""marts.articles: one row per document, with all that was computed on its current version."""

from __future__ import annotations

import polars as pl

from warehouse.tables.marts import ARTICLES

METHOD = "current_version"
VERSION = "1"
EXCERPT_CHARACTERS = 300   # what is served where the terms allow to derive, but not to republish


def articles(
    documents: pl.DataFrame,
    relevance: pl.DataFrame,
    topics: pl.DataFrame,
    tone: pl.DataFrame,
    copies: pl.DataFrame,
    sources: pl.DataFrame,
) -> pl.DataFrame:
    """Join ``documents`` (with ``text`` as ``served_text`` gives it) with the enriched tables by capture and the copies by document.

    Analysts' corrections come after (``transforms.overrides``).

    Raises ContractError where a document has no relevance row or its source is not declared.
    """
    topics_of = topics.group_by("capture_id").agg(pl.col("topic_id").sort().alias("topics"))
    source = sources.select("source_id", "publisher", "country_code", "publisher_kind")
    joined = (
        documents.drop("method", "method_version", strict=False)
        .join(source, on="source_id", how="left")
        .join(relevance.select("capture_id", "relevance", "relevance_score"), on="capture_id", how="left")
        .join(topics_of, on="capture_id", how="left")
        .join(tone.select("capture_id", "tone_score"), on="capture_id", how="left")
        .join(copies.select("article_id", "syndicated_from"), on="article_id", how="left")
        .with_columns(
            pl.col("topics").fill_null([]),
            is_copy=pl.col("syndicated_from").is_not_null(),
            is_overridden=pl.lit(value=False),
            method=pl.lit(METHOD),
            method_version=pl.lit(VERSION),
        )
    )
    return ARTICLES.conform(joined.select(ARTICLES.schema.names()).sort("published_date", "article_id"))


def served_text(bodies: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """capture_id and ``text``: of each body (capture_id, source_id, body) as much as its source's terms allow."""
    access = pl.col("access")
    text = pl.when(access == "full").then("body").when(access == "derive").then(excerpt(pl.col("body")))
    return bodies.join(sources.select("source_id", "access"), on="source_id", how="left").select("capture_id", text=text)


def excerpt(text: pl.Expr) -> pl.Expr:
    """The first EXCERPT_CHARACTERS characters, cut behind a word where the script has blanks; "…" says so."""
    cut = text.str.slice(0, EXCERPT_CHARACTERS)
    word = cut.str.replace(r"\s+\S{0,30}$", "")
    return pl.when(text.str.len_chars() <= EXCERPT_CHARACTERS).then(text).otherwise(word + "…")
