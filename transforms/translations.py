"""Translations: an official text that its publisher gives in several languages, where no link and no number says so.

Two texts of one publisher in different languages are a pair where each is by far the most alike to the other: by sentence
embedding, shared names and numbers (Resnik and Smith 2003, doi:10.1162/089120103322711578, pair pages by likeness too). What
pages themselves say (``pair_id``) goes before; where two texts are about equally alike to a third, there is no pair.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from transforms.embedding import SCALE
from warehouse.tables.enriched import TRANSLATIONS

METHOD = "mutual_nearest"
VERSION = "1"
DAYS = 3             # between the versions of a text
ALIKE = 0.5          # score below which nothing is a pair
MARGIN = 0.1         # by which the nearest must be nearer than the next, seen from both
NAME, NAMES = 0.05, 2            # points of a shared name, and how many count
NUMBERS = 0.1                    # points where numbers are shared; taken off where both have some and share none
LENGTH = {"ja": math.log(0.34)}  # log of characters to those of English; near 1 in other languages
LONGER = math.log(2.5)           # times longer or shorter than that: another text, or a summary
COMPARED = ["article_id", "pair_id", "publisher", "language_code", "source_id", "published_at", "published_date", "body_length", "embedding", "phonetic_keys"]


def translations(articles: pl.DataFrame, targets: pl.Series) -> pl.DataFrame:
    """enriched.translations of the ``targets`` (article_ids): each with the earliest version of it that is earlier.

    ``articles``: COMPARED, of official publishers. Ties of time are settled by source_id and article_id. A row depends on articles
    within twice DAYS alone: those that vie for its pair, and those that vie for its pair's.
    """
    linked, alike = _linked(articles), _alike(articles)
    both = pl.concat([linked, alike.join(linked, on=["article_id", "article_id_other"], how="anti")])
    order = articles.select("article_id", "published_date", place=pl.struct("published_at", "source_id", "article_id").rank("ordinal"))
    found = (
        both.join(order, on="article_id")
        .join(order.select("place", article_id_other="article_id"), on="article_id_other", suffix="_other")
        .filter(pl.col("place_other") < pl.col("place"), pl.col("article_id").is_in(targets.implode()))
        .sort("article_id", "place_other")
        .unique("article_id", keep="first", maintain_order=True)
    )
    return TRANSLATIONS.conform(found.select(
        "article_id", pl.col("article_id_other").alias("translation_of"), "evidence", "translation_score", "published_date",
        method=pl.lit(METHOD), method_version=pl.lit(VERSION),
    ))  # fmt: skip


def _near(articles: pl.DataFrame, *on: str) -> pl.DataFrame:
    """Pairs of one publisher in two languages, DAYS apart at most; every pair both ways. ``_other`` marks the other's columns."""
    days = (pl.col("published_date") - pl.col("published_date_other")).dt.total_days().abs()
    return articles.join(articles, on=["publisher", *on], suffix="_other").filter(
        pl.col("language_code") != pl.col("language_code_other"), days <= DAYS
    )


def _linked(articles: pl.DataFrame) -> pl.DataFrame:
    """What the pages say: article_id, article_id_other, evidence, translation_score (none)."""
    return _near(articles.drop("embedding", "phonetic_keys").drop_nulls("pair_id"), "pair_id").select(
        "article_id", "article_id_other", evidence=pl.lit("link"), translation_score=pl.lit(None, pl.Float64)
    )


def _alike(articles: pl.DataFrame) -> pl.DataFrame:
    """What is by far the most alike, seen from both: the columns of ``_linked``. Pages that name different numbers are no pair."""
    told = articles.filter(pl.col("embedding").list.eval(pl.element() != 0).list.any()).with_row_index("row")
    near = _near(told.drop("embedding", "phonetic_keys")).filter(
        pl.col("pair_id").is_null() | pl.col("pair_id_other").is_null(), _of_length() <= LONGER
    )
    scored = near.with_columns(translation_score=_scores(told, near)).select(
        "article_id", "article_id_other", "language_code", "language_code_other", "translation_score"
    )
    best, following = (pl.col("translation_score").top_k(2).sort(descending=True).get(place, null_on_oob=True) for place in (0, 1))
    mine = ["article_id", "language_code_other"]
    clear = scored.filter(
        (pl.col("translation_score") == best.over(mine)) & (pl.col("translation_score") - following.over(mine).fill_null(-1) >= MARGIN)
    )
    mutual = clear.join(clear, left_on=["article_id", "article_id_other"], right_on=["article_id_other", "article_id"], how="semi")
    return mutual.filter(pl.col("translation_score") >= ALIKE).select(
        "article_id", "article_id_other", evidence=pl.lit("text"), translation_score="translation_score"
    )


def _of_length() -> pl.Expr:
    """How many times longer or shorter a text is than a translation would be, as a logarithm."""
    own, other = (
        (pl.col(f"body_length{side}") + 1).log() - pl.col(f"language_code{side}").replace_strict(LENGTH, default=0.0) for side in ("", "_other")
    )
    return (own - other).abs()


def _scores(told: pl.DataFrame, near: pl.DataFrame) -> pl.Series:
    """Cosine of the embeddings, with points for names and numbers; equal from both sides, to the last digit."""
    vectors = [np.array(vector, np.int64) for vector in told["embedding"]]
    names, numbers = ([{key for key in keys if key.startswith(kind)} for keys in told["phonetic_keys"]] for kind in ("n:", "d:"))
    scores = []
    for one, other in near.select("row", "row_other").iter_rows():
        both, either = numbers[one] & numbers[other], numbers[one] and numbers[other]
        cosine = float(vectors[one] @ vectors[other]) / SCALE**2 if len(vectors[one]) == len(vectors[other]) else 0.0
        points = NAME * min(len(names[one] & names[other]), NAMES) + (NUMBERS if both else -NUMBERS if either else 0.0)
        scores.append(round(cosine + points, 6))
    return pl.Series("translation_score", scores, pl.Float64)
