"""Stories: reports of one event, across languages, joined as they come in.

Single pass with the nearest earlier report (Allan et al. 1998, doi:10.1145/290941.290954): whether two articles tell one event is
a logistic judgement on the pair; an article joins the most alike one that was known before it, and no other. That depends on pairs
alone, so that stories are brought up to date day by day and are the same when they are made anew.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from transforms.embedding import SCALE, model
from warehouse.tables.marts import STORIES, STORY_DOCUMENTS

METHOD = "nearest_earlier"
VERSION = "1"
WINDOW_DAYS = STORY_DOCUMENTS.reach
JOINS = -0.25        # log odds of one event from which an article joins the most alike
LIKELY = -0.1        # cosine below which nothing else makes up for it
BLOCK = 500          # articles that are compared with their window in one go: some 50 MB
FEATURES = ("cosine", "names", "numbers", "kanji", "days")
OFFICIAL = ("official_statement", "readout", "press_conference")
COMPARED = ["article_id", "first_captured_at", "published_at", "published_date", "syndicated_from", "embedding", "phonetic_keys"]


def features(articles: pl.DataFrame, later: pl.Expr, kept: pl.Expr | None = None) -> pl.DataFrame:
    """FEATURES of each article that is ``later`` with each that was known before it and published within WINDOW_DAYS.

    ``articles``: COMPARED. Known before: first captured earlier, ties by article_id. Returns article_id, article_id_earlier and
    FEATURES; pairs whose vectors point apart are left out, and those of which ``kept``, of FEATURES, is not true.
    """
    known = articles.sort("first_captured_at", "article_id").with_columns(later=later).with_row_index("number")
    lengths = known["embedding"].list.len().to_numpy()
    width = int(lengths.max(initial=0))
    vectors = np.zeros((known.height, width), np.float32)   # whole numbers of length SCALE: their products are exact, in whatever blocks they are made
    if width:
        vectors[lengths == width] = known["embedding"].filter(lengths == width).explode(empty_as_null=True).to_numpy().reshape(-1, width)
    days = known["published_at"].dt.epoch("s").to_numpy() / 86400
    asked = known.filter("later").sort("published_at", "number")["number"].to_numpy()
    found = [_SCHEMA.to_frame()]
    for block in np.array_split(asked, math.ceil(len(asked) / BLOCK)) if len(asked) else ():
        window = np.flatnonzero((days >= days[block].min() - WINDOW_DAYS) & (days <= days[block].max() + WINDOW_DAYS))
        cosines = (vectors[block] @ vectors[window].T).astype(float) / SCALE**2
        apart = np.abs(days[block][:, None] - days[window][None, :])
        rows, places = np.nonzero((apart <= WINDOW_DAYS) & (window[None, :] < block[:, None]) & (cosines >= LIKELY))
        pairs = {"number": block[rows], "earlier": window[places], "cosine": cosines[rows, places], "days": np.log1p(apart[rows, places])}
        found.append(
            pl.DataFrame(pairs, schema_overrides={"number": pl.UInt32, "earlier": pl.UInt32, "cosine": pl.Float64})
            .join(_shared(known[window], block), on=["number", "earlier"], how="left")
            .select("number", "earlier", *(pl.col(name).fill_null(0).cast(pl.Float64) for name in FEATURES))
            .filter(True if kept is None else kept)
        )
    ids = known.select("number", "article_id")
    return (
        pl.concat(found)
        .join(ids, on="number")
        .join(ids, left_on="earlier", right_on="number", suffix="_earlier")
        .select("article_id", "article_id_earlier", *FEATURES)
    )


_SCHEMA = pl.Schema({"number": pl.UInt32, "earlier": pl.UInt32} | dict.fromkeys(FEATURES, pl.Float64))


def _shared(known: pl.DataFrame, asked: np.ndarray) -> pl.DataFrame:
    """What keys the articles ``asked`` (numbers) share with others of their window, by kind: number, earlier, names, numbers, kanji.

    A key counts 1 where no other article of the window before had it and 0 where all had: inverse document frequency over its
    greatest. Numbers count by their length as well.
    """
    later = known.filter(pl.col("number").is_in(asked))
    numbers, instants = known["number"].to_numpy(), known["published_at"].dt.epoch("us").to_numpy()
    mine, at = later["number"].to_numpy(), later["published_at"].dt.epoch("us").to_numpy()
    near = np.abs(at[:, None] - instants) <= WINDOW_DAYS * 86_400_000_000
    before = later.select("number", before=pl.Series(((mine[:, None] > numbers) & near).sum(axis=1), dtype=pl.Int64))
    keys = known.select("number", "published_at", key="phonetic_keys").explode("key", empty_as_null=True).drop_nulls("key")
    pairs = (
        keys.join(later.select("number"), on="number", how="semi").join(keys.select("key", earlier="number", earlier_at="published_at"), on="key")
        .filter(pl.col("earlier") < pl.col("number"), (pl.col("published_at") - pl.col("earlier_at")).abs() <= pl.duration(days=WINDOW_DAYS))
        .join(before, on="number")
        .with_columns(worth=1 - pl.len().over("number", "key").log() / (pl.col("before") + 1).log(), kind=pl.col("key").str.slice(0, 1))
    )
    worth, kind = pl.col("worth"), pl.col("kind")
    return pairs.group_by("number", "earlier").agg(
        names=worth.filter(kind == "n").sum().clip(upper_bound=3),
        numbers=(worth * (pl.col("key").str.len_chars() - 2)).filter(kind == "d").sum().clip(upper_bound=4),
        kanji=worth.filter(kind == "k").sum().clip(upper_bound=3),
    )


def odds() -> pl.Expr:
    """Log odds that a pair with FEATURES tells one event."""
    weights = model()["weights"]
    return (pl.sum_horizontal(pl.col(name) * weights[name] for name in FEATURES) + weights["constant"]).round(6)


def links(articles: pl.DataFrame, targets: pl.Series) -> pl.DataFrame:
    """What each of the ``targets`` (article_ids) among ``articles`` (COMPARED) is joined to: article_id, follows, link_score, is_overridden (false).

    ``follows`` names the most alike earlier one and, where it was published within the window, the article that it copies;
    ``link_score`` is of the former. Both are empty where it stands alone.
    """
    mine = articles.filter(pl.col("article_id").is_in(targets.implode()))
    scored = features(articles, pl.col("article_id").is_in(targets.implode()), odds() >= JOINS)
    scored = scored.select("article_id", "article_id_earlier", score=odds()).sort(["article_id", "score", "article_id_earlier"], descending=[False, True, False])
    alike = scored.unique("article_id", keep="first", maintain_order=True).rename({"score": "link_score"})
    origins = articles.select(syndicated_from="article_id", origin="article_id", origin_at="published_at")
    apart = (pl.col("published_at") - pl.col("origin_at")).abs()
    return (
        mine.select("article_id", "published_at", "syndicated_from")
        .join(origins, on="syndicated_from", how="left")
        .join(alike, on="article_id", how="left")
        .with_columns(origin=pl.when(apart <= pl.duration(days=WINDOW_DAYS)).then("origin"))
        .select(
            "article_id",
            follows=pl.concat_list("article_id_earlier", "origin").list.drop_nulls().list.unique(maintain_order=True),
            link_score="link_score",
            is_overridden=pl.lit(value=False),
        )
    )


def story_documents(documents: pl.DataFrame) -> pl.DataFrame:
    """marts.story_documents of whole stories: article_id, first_captured_at, published_date, follows, link_score, is_overridden of all their articles.

    A story bears the id of the article of it that was known first, so that no later day changes it; where a copy joins two stories,
    the older id stays.
    """
    story_of, _ = _joined(documents)
    told = documents.with_columns(
        pl.Series("story_id", [story_of[article_id] for article_id in documents["article_id"]], pl.String),
        method=pl.lit(METHOD), method_version=pl.lit(VERSION),
    )
    return STORY_DOCUMENTS.conform(told.select(STORY_DOCUMENTS.schema.names()).sort("published_date", "article_id"))


def merges(documents: pl.DataFrame) -> dict[str, list[str]]:
    """story_id -> the ids that were joined to it, oldest joining first; ``documents`` as above."""
    return _joined(documents)[1]


def _joined(documents: pl.DataFrame) -> tuple[dict[str, str], dict[str, list[str]]]:
    """article_id -> story_id, and story_id -> the ids of the stories that were joined to it, in the order of the joining."""
    ordered = documents.sort("first_captured_at", "article_id")
    place = {article_id: number for number, article_id in enumerate(ordered["article_id"])}
    near: dict[str, set[str]] = {article_id: set() for article_id in place}
    for article_id, follows in ordered.select("article_id", "follows").iter_rows():
        for other in follows:
            if other in place:
                first, second = sorted((article_id, other), key=place.__getitem__)
                near[second].add(first)
    story_of: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    merged: dict[str, list[str]] = {}
    for article_id, others in near.items():
        roots = sorted({story_of[other] for other in others}, key=place.__getitem__) or [article_id]
        oldest, *younger = roots
        for root in younger:
            merged.setdefault(oldest, []).extend([root, *merged.pop(root, [])])
            for member in members.pop(root):
                story_of[member] = oldest
                members[oldest].append(member)
        story_of[article_id] = oldest
        members.setdefault(oldest, []).append(article_id)
    return story_of, merged


def stories(documents: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """marts.stories of marts.story_documents with the marts.articles that they name.

    The first press report is the earliest of a publisher that is no government; an official document came before it where a
    government published one of the OFFICIAL genres earlier. Where only days are known, noon stands for them.
    """
    told = documents.select("story_id", "article_id").join(articles, on="article_id").sort("published_at", "source_id", "article_id")
    _, merged = _joined(documents)
    press = pl.col("publisher_kind") != "government"
    first_press = pl.col("published_at").filter(press).first()
    official = ~press & pl.col("genre").is_in(OFFICIAL)
    grouped = told.group_by("story_id", maintain_order=True).agg(
        published_date=pl.col("published_date").first(),
        last_published_date=pl.col("published_date").max(),
        first_article_id=pl.col("article_id").first(),
        first_source_id=pl.col("source_id").first(),
        first_published_at=pl.col("published_at").first(),
        headline=pl.col("headline").first(),
        article_count=pl.len(),
        original_count=(~pl.col("is_copy")).sum(),
        source_ids=pl.col("source_id").unique().sort(),
        country_codes=pl.col("country_code").unique().sort(),
        language_codes=pl.col("language_code").unique().sort(),
        official_article_id=pl.col("article_id").filter(official & (pl.col("published_at") < first_press)).first(),
        press_article_id=pl.col("article_id").filter(press).first(),
    )
    return STORIES.conform(
        grouped.with_columns(
            pl.Series("merged_story_ids", [sorted(merged.get(story_id, [])) for story_id in grouped["story_id"]], pl.List(pl.String)),
            method=pl.lit(METHOD), method_version=pl.lit(VERSION),
        ).select(STORIES.schema.names())
    )
