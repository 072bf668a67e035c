"""Analysts' corrections: which of them hold, and what they make of documents and mentions."""

from __future__ import annotations

import polars as pl

from warehouse.columns import GENRES, RELEVANCE

_PLACE = ["article_id", "field", "start_offset"]
VALUES = {"relevance": RELEVANCE, "genre": GENRES}
"""Subject -> the values that it can be given; those of the others are ids."""


def standing(overrides: pl.DataFrame) -> pl.DataFrame:
    """Of ops.overrides the rows that hold: of each subject of a document the latest that nobody withdrew."""
    withdrawn = overrides["withdraws"].drop_nulls()
    said = overrides.filter(pl.col("withdraws").is_null(), ~pl.col("override_id").is_in(withdrawn.implode()))
    return said.sort("decided_at", "override_id").unique(["subject", *_PLACE], keep="last", maintain_order=True)


def origins(overrides: pl.DataFrame, *subjects: str) -> pl.DataFrame:
    """article_id and ``origin`` of those of these subjects that hold and name the article that another copies or follows."""
    return standing(overrides).filter(pl.col("subject").is_in(subjects)).drop_nulls("new_value").select("article_id", origin="new_value")


def correct_articles(articles: pl.DataFrame, overrides: pl.DataFrame, known: pl.Series) -> pl.DataFrame:
    """marts.articles with relevance, genre and origin as corrected; ``is_overridden`` says where.

    An origin that is no document any more (not in ``known``) is not taken. What is corrected to be off the beat has no topics.
    """
    mine = standing(overrides).join(articles.select("article_id"), on="article_id", how="semi")
    is_known = pl.col("new_value").is_null() | pl.col("new_value").is_in(known.implode())
    result = articles.with_columns(is_overridden=pl.lit(value=False))
    for subject, column in (("relevance", "relevance"), ("genre", "genre"), ("copy", "syndicated_from")):
        said = mine.filter(subject=subject)
        if subject == "copy":
            said = said.filter(is_known)
        if said.is_empty():
            continue
        said = said.select("article_id", given="new_value", is_given=pl.lit(value=True))
        result = (
            result.join(said, on="article_id", how="left", maintain_order="left")
            .with_columns(pl.when("is_given").then("given").otherwise(column).alias(column), is_overridden=pl.col("is_overridden") | pl.col("is_given").fill_null(value=False))
            .drop("given", "is_given")
        )
    off = pl.col("is_overridden") & (pl.col("relevance") == "none")
    nothing = pl.lit([], dtype=articles.schema["topics"])
    return result.with_columns(is_copy=pl.col("syndicated_from").is_not_null(), topics=pl.when(off).then(nothing).otherwise("topics"))


def correct_mentions(mentions: pl.DataFrame, overrides: pl.DataFrame, offices: pl.DataFrame) -> pl.DataFrame:
    """marts.mentions with the actors that analysts gave; ``offices``: ops.offices, for those held on the document's day."""
    said = standing(overrides).filter(subject="actor").select(*_PLACE, given="new_value", is_given=pl.lit(value=True))
    joined = mentions.join(said, on=_PLACE, how="left", maintain_order="left")
    is_given = pl.col("is_given").fill_null(value=False)
    days = joined.filter(is_given).select("given", day="published_date").unique()
    terms = days.join(offices, left_on="given", right_on="actor_id").filter(
        pl.col("start_date") <= pl.col("day"), pl.col("end_date").is_null() | (pl.col("day") < pl.col("end_date"))
    )
    held = terms.sort("start_date", "office_id").group_by("given", "day").agg(held=pl.col("office_id").unique(maintain_order=True))
    return (
        joined.join(held, left_on=["given", "published_date"], right_on=["given", "day"], how="left", maintain_order="left")
        .with_columns(
            actor_id=pl.when(is_given).then("given").otherwise("actor_id"),
            resolved_by=pl.when(is_given).then(pl.lit("override")).otherwise("resolved_by"),
            office_ids=pl.when(is_given).then(pl.col("held").fill_null([])).otherwise("office_ids"),
            is_overridden=is_given,
        )
        .drop("given", "is_given", "held")
    )


def correct_links(links: pl.DataFrame, overrides: pl.DataFrame, known: pl.Series) -> pl.DataFrame:
    """What articles follow (article_id, follows, link_score, is_overridden) as corrected; an article that is not ``known`` is not followed."""
    said = standing(overrides).filter(pl.col("subject") == "story", pl.col("new_value").is_null() | pl.col("new_value").is_in(known.implode()))
    joined = links.join(said.select("article_id", given="new_value", is_given=pl.lit(value=True)), on="article_id", how="left", maintain_order="left")
    is_given = pl.col("is_given").fill_null(value=False)
    return joined.with_columns(
        follows=pl.when(is_given).then(pl.concat_list("given").list.drop_nulls()).otherwise("follows"),
        link_score=pl.when(~is_given).then("link_score"),
        is_overridden=is_given,
    ).drop("given", "is_given")
