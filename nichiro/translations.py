"""Translations brought up to date: the official texts of the days whose articles changed, and of those near enough to vie for a pair."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from nichiro.embeddings import VECTOR, with_embeddings
from nichiro.spans import Say, around, keys, spans, tell
from transforms.translations import COMPARED, translations
from warehouse.lake import Lake
from warehouse.store import Candidate
from warehouse.tables import enriched, marts


def settle_translations(lake: Lake, candidate: Candidate, days: Iterable[date], say: Say) -> None:
    """Settle what is whose translation around ``days`` (published). Texts off the beat have no embedding: links alone pair them."""
    reach = enriched.TRANSLATIONS.reach
    changed = around(set(days), reach, reach)
    for span in spans(changed):
        texts = _official(lake, candidate, around(span, reach, reach))
        mine = texts.filter(pl.col("published_date").is_in(span))["article_id"]
        candidate.replace(enriched.TRANSLATIONS, keys(span), translations(texts, mine))
        tell(say, "translations", span, changed)


def _official(lake: Lake, candidate: Candidate, days: set[date]) -> pl.DataFrame:
    """The texts of governments published on ``days``, with their embeddings, which the lake holds."""
    columns = [*(name for name in COMPARED if name not in VECTOR), "capture_id", "publisher_kind", "relevance"]
    texts = candidate.read(marts.ARTICLES, keys(days), columns).filter(pl.col("publisher_kind") == "government")
    on_beat = texts.filter(pl.col("relevance") != "none").select("capture_id")   # the others have none
    return with_embeddings(lake, candidate, texts, on_beat).select(COMPARED)
