"""Relevance at passage level: which windows of two sentences are on the beat, and what that makes of the article.

A passage is on the beat by an *anchor* (a term that is enough alone, once both countries are named in the document or
implied by its publisher) or by *co-occurrence* (both countries and a topic in one window). Terms come from the beat.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import polars as pl

from transforms.beat import Beat
from transforms.terms import LanguageTerms, candidates, terms_of
from transforms.text import Normalised, normalise, sentences
from warehouse.tables.enriched import PASSAGES, RELEVANCE_TABLE, TOPICS

METHOD = "beat_terms"
VERSION = "1"

# Points, as drawn up in the study of the beat on 7,235 pages of one official site.
HEADLINE_ANCHOR, HEADLINE_BOTH = 3.0, 2.0
ANCHOR_WINDOW, ANCHOR_WINDOWS = 2.0, 3
CO_OCCURRENCE_WINDOW, CO_OCCURRENCE_WINDOWS = 1.0, 4
NEGATIVE = 1.5
STRONG_SCORE, PASSAGE_SCORE = 2.0, 1.0
STRONG_WINDOWS, STRONG_SHARE = 3, 0.15


@dataclass(frozen=True)
class Judged:
    """What the beat makes of articles: enriched.relevance, enriched.passages, enriched.topics."""

    relevance: pl.DataFrame
    passages: pl.DataFrame
    topics: pl.DataFrame


@dataclass(frozen=True)
class Passage:
    field: str
    start: int
    end: int
    evidence: str
    terms: list[str]
    topics: list[str]
    negatives: int


def judge(articles: pl.DataFrame, beat: Beat) -> Judged:
    """Judge each row of ``articles`` against the beat.

    ``articles``: staging.articles (any superset of capture_id, source_id, captured_date, language_code, headline,
    body) joined with ``country_code`` and ``publisher_kind`` of the source. A page of the government of one of the
    beat's countries implies that side in each passage; any publisher of it implies that side for anchors.
    """
    version = {"method": METHOD, "method_version": f"{VERSION}+{beat.sha256()[:12]}"}
    languages = {language: terms_of(beat, language) for language in beat.languages}
    promising = set(candidates(articles, beat, languages)["capture_id"].to_list())
    columns = ("capture_id", "source_id", "captured_date", "language_code", "country_code", "publisher_kind", "headline", "body")
    verdicts: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for row in articles.select(columns).iter_rows(named=True):
        key = {name: row[name] for name in columns[:3]} | version
        if row["capture_id"] not in promising:
            verdicts.append(key | _verdict([], 0))
            continue
        passages, windows = _passages(row, languages[row["language_code"]])
        verdict = _verdict(passages, windows)
        verdicts.append(key | verdict)
        if verdict["relevance"] == "none":
            continue
        found += [
            key | {
                "start_offset": passage.start, "end_offset": passage.end, "field": passage.field,
                "evidence": passage.evidence, "terms": passage.terms, "topics": passage.topics,
            }
            for passage in passages
        ]
    passages = PASSAGES.conform(pl.DataFrame(found, schema=PASSAGES.schema))
    return Judged(
        RELEVANCE_TABLE.conform(pl.DataFrame(verdicts, schema=RELEVANCE_TABLE.schema)), passages, topics(passages)
    )


def topics(passages: pl.DataFrame) -> pl.DataFrame:
    """enriched.topics: passages counted per article version and topic."""
    counted = (
        passages.explode("topics", empty_as_null=True).drop_nulls("topics")
        .group_by("capture_id", "source_id", "captured_date", "method", "method_version", pl.col("topics").alias("topic_id"))
        .agg(pl.len().alias("passage_count"))
        .sort("capture_id", "topic_id")
    )
    return TOPICS.conform(counted)


def _passages(row: dict[str, Any], terms: LanguageTerms) -> tuple[list[Passage], int]:
    """The passages of one article and the number of windows that its body has."""
    headline, body = normalise(row["headline"]), normalise(row["body"])
    texts = {"headline": terms.without_traps(headline.text), "body": terms.without_traps(body.text)}
    home = {row["country_code"]} & set(terms.countries)
    implied = home if row["publisher_kind"] == "government" else set()
    named = home.union(*(terms.named(text, home) for text in texts.values()))
    window = _Window(terms, home, implied, named)
    passages = []
    if texts["headline"].strip() and (passage := window.headline(headline, texts["headline"])):
        passages.append(passage)
    windows = 0
    for spans in sentences(texts["body"]):
        windows += (len(spans) + 1) // 2
        place = 0
        while place < len(spans):
            last = min(place + 1, len(spans) - 1)
            passage = window.body(body, texts["body"], spans[place][0], spans[last][1])
            if passage:
                passages.append(passage)
            place += 2 if passage else 1   # windows slide by a sentence, passages do not overlap
    return passages, windows


@dataclass(frozen=True)
class _Window:
    """Looks at one window after the other of an article whose sides are known."""

    terms: LanguageTerms
    home: set[str]
    implied: set[str]
    named: set[str]

    def headline(self, stored: Normalised, text: str) -> Passage | None:
        """A headline counts with an anchor, or where it names both sides, whatever the subject."""
        return self._look("headline", stored, text, 0, len(text), any_subject=True)

    def body(self, stored: Normalised, text: str, start: int, end: int) -> Passage | None:
        return self._look("body", stored, text, start, end, any_subject=False)

    def _look(
        self, field: str, stored: Normalised, text: str, start: int, end: int, *, any_subject: bool
    ) -> Passage | None:
        part = text[start:end]
        sides = self.terms.named(part, self.home)
        both = set(self.terms.countries)
        anchors = self.terms.anchors_in(part, sides | self.home, self.named)
        together = bool(sides) and sides | self.implied == both
        if not anchors and not together:
            return None
        subjects = self.terms.topics_in(part)
        if not anchors and not subjects and not any_subject:
            return None
        matched = [term for anchor in anchors for term in anchor.found]
        if together:
            matched += self.terms.country_words(part, self.home)
        matched += [term for words in subjects.values() for term in words]
        return Passage(
            field=field,
            start=stored.stored(start),
            end=stored.stored(end),
            evidence="anchor" if anchors else "co_occurrence",
            terms=list(dict.fromkeys(matched)),
            topics=sorted({*subjects, *(topic for anchor in anchors for topic in anchor.topics)}),
            negatives=self.terms.negatives_in(part),
        )


def _verdict(passages: list[Passage], windows: int) -> dict[str, Any]:
    """Points and class. None keeps its points, but no passages."""
    headline = [passage for passage in passages if passage.field == "headline"]
    in_body = [passage for passage in passages if passage.field == "body"]
    count = Counter(passage.evidence for passage in in_body)
    score = (
        ANCHOR_WINDOW * min(count["anchor"], ANCHOR_WINDOWS)
        + CO_OCCURRENCE_WINDOW * min(count["co_occurrence"], CO_OCCURRENCE_WINDOWS)
        + sum(HEADLINE_ANCHOR if passage.evidence == "anchor" else HEADLINE_BOTH for passage in headline)
    )
    if passages and sum(passage.negatives for passage in passages) >= len(passages):
        score -= NEGATIVE
    share = len(in_body) / windows if windows else 0.0
    if score >= STRONG_SCORE and (headline or (len(in_body) >= STRONG_WINDOWS and share >= STRONG_SHARE)):
        relevance = "strong"
    elif score >= PASSAGE_SCORE:
        relevance = "passage"
    else:
        relevance = "none"
    kept = relevance != "none"
    return {
        "relevance": relevance,
        "relevance_score": score,
        "passage_count": len(passages) if kept else 0,
        "passage_share": share if kept else 0.0,
    }
