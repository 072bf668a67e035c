"""Stories brought up to date: the articles that changed, those that came to be known after them, and the stories of both.

Embeddings come from the lake, everything else from the candidate. A morning's articles are the last to be known, so that they
alone are compared, with those of the window; a full build compares all of them, in spans of days.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from nichiro.embeddings import with_embeddings
from nichiro.spans import Say, around, keys, spans, tell
from transforms.overrides import correct_links, origins
from transforms.stories import COMPARED, links, stories, story_documents
from warehouse.lake import Lake
from warehouse.store import Candidate
from warehouse.tables import marts, ops

_NEAR = marts.STORY_DOCUMENTS.reach + 1   # published days; the window counts by instants, and days are local
_KEPT = ["article_id", "capture_id", "first_captured_at", "published_at", "published_date", "syndicated_from"]
_TOLD = ["article_id", "source_id", "publisher_kind", "country_code", "language_code", "genre", "headline", "published_at", "published_date", "is_copy"]
_JOINED = ["article_id", "first_captured_at", "published_date", "follows", "link_score", "is_overridden"]


def settle_stories(lake: Lake, candidate: Candidate, affected: pl.DataFrame, say: Say) -> set[date]:
    """Settle the stories that changed with the ``affected`` articles (article_id); returns the published days of their articles."""
    before = candidate.read(marts.STORY_DOCUMENTS, affected)
    mine = _on_beat(candidate, affected)
    if before.is_empty() and mine.is_empty():
        return set()
    targets = _targets(candidate, affected, before, mine)
    joined = pl.concat([marts.STORY_DOCUMENTS.empty().select(_JOINED), *_linked(lake, candidate, targets, say)])
    said = candidate.read(ops.OVERRIDES)
    joined = correct_links(joined, said, _on_beat(candidate, origins(said, "story").select(article_id="origin"))["article_id"])

    changed = pl.concat([affected, targets.select("article_id")]).unique()
    others = joined.select(article_id="follows").explode("article_id", empty_as_null=True).drop_nulls().unique()
    reached = candidate.read(marts.STORY_DOCUMENTS, pl.concat([changed, others]).unique(), ["story_id"]).unique()
    held = candidate.read(marts.STORY_DOCUMENTS, reached)
    documents = story_documents(pl.concat([joined, held.join(changed, on="article_id", how="anti").select(_JOINED)]))
    candidate.delete(marts.STORIES, reached)
    candidate.delete(marts.STORY_DOCUMENTS, reached)
    candidate.insert(marts.STORY_DOCUMENTS, documents)
    candidate.insert(marts.STORIES, stories(documents, candidate.read(marts.ARTICLES, documents.select("article_id"), _TOLD)))
    return set(held["published_date"]) | set(documents["published_date"])


def _on_beat(candidate: Candidate, chosen: pl.DataFrame) -> pl.DataFrame:
    rows = candidate.read(marts.ARTICLES, chosen, [*_KEPT, "relevance"])
    return rows.filter(pl.col("relevance") != "none").drop("relevance")


def _targets(candidate: Candidate, affected: pl.DataFrame, before: pl.DataFrame, mine: pl.DataFrame) -> pl.DataFrame:
    """The articles of which it can have changed what they are joined to: near the affected ones, and not known before all of them."""
    days = set(before["published_date"]) | set(mine["published_date"])
    since = pl.concat([before["first_captured_at"], mine["first_captured_at"]]).min()
    touches = pl.any_horizontal(pl.col(name).is_in(affected["article_id"].implode()) for name in ("article_id", "syndicated_from")).fill_null(value=False)
    return _on_beat(candidate, keys(around(days, _NEAR, _NEAR))).filter((pl.col("first_captured_at") >= since) | touches)


def _linked(lake: Lake, candidate: Candidate, targets: pl.DataFrame, say: Say) -> list[pl.DataFrame]:
    """What the targets are joined to, a season of them at a time."""
    found, days = [], set(targets["published_date"])
    for span in spans(days):
        chosen = targets.filter(pl.col("published_date").is_in(span))
        window = _on_beat(candidate, keys(around(span, _NEAR, _NEAR)))
        told = with_embeddings(lake, candidate, window, window.select("capture_id"))
        found.append(chosen.join(links(told.select(COMPARED), chosen["article_id"]), on="article_id").select(_JOINED))
        tell(say, "stories", span, days)
    return found
