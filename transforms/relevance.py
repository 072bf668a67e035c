"""Relevance at passage level: which windows of two sentences are on the beat, and what that makes of the article.

A passage is on the beat by an *anchor* (a term that is enough alone, once both countries are named in the document or
implied by its publisher) or by *co-occurrence* (both countries and a topic in one window). Terms come from the beat.
A brief is then put before the beat's second judge, where it has one: for what terms miss and what they take too much.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import polars as pl

from transforms.beat import Beat
from transforms.second_judge import Brief, Publisher, SecondJudge, features, is_brief
from transforms.terms import LanguageTerms, Located, all_terms, candidates
from transforms.text import Normalised, normalise, sentences
from warehouse.tables.enriched import PASSAGES, RELEVANCE_TABLE, TOPICS

METHOD = "beat_terms"
VERSION = "5"

# Points, as drawn up in the study of the beat on 7,235 pages of one official site.
HEADLINE_ANCHOR, HEADLINE_BOTH = 3.0, 2.0
ANCHOR_WINDOW, ANCHOR_WINDOWS = 2.0, 3
CO_OCCURRENCE_WINDOW, CO_OCCURRENCE_WINDOWS = 1.0, 4
NEGATIVE = 1.5
STRONG_SCORE, PASSAGE_SCORE = 2.0, 1.0
STRONG_WINDOWS, STRONG_SHARE = 3, 0.15
BRIEF_SCORE, BRIEF_SHARE = 1.0, 0.5   # of windows or characters: a brief cannot have three windows, nor many points


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
    subjects: int      # words of topics
    is_crowded: bool   # third countries are named as often as one of the two: a passage, but none that makes a brief strong


def version_of(beat: Beat) -> str:
    """Method version of rows by this beat."""
    return f"{VERSION}+{beat.sha256()[:12]}"


def judge(articles: pl.DataFrame, beat: Beat) -> Judged:
    """Judge each row of ``articles`` against the beat.

    ``articles``: staging.articles (any superset of capture_id, source_id, captured_date, language_code, headline,
    body) joined with ``country_code`` and ``publisher_kind`` of the source. A page of the government of one of the
    beat's countries implies that side; other publishers of it name it also by its home terms.
    """
    version = {"method": METHOD, "method_version": version_of(beat)}
    languages = all_terms(beat)
    second = beat.second_judge
    promising = set(candidates(articles, beat, languages, one_is_enough=second is not None)["capture_id"].to_list())
    columns = ("capture_id", "source_id", "captured_date", "language_code", "country_code", "publisher_kind", "headline", "body")
    verdicts: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for row in articles.select(columns).iter_rows(named=True):
        key = {name: row[name] for name in columns[:3]} | version
        if row["capture_id"] not in promising:
            verdicts.append(key | _verdict([], 0, 0))
            continue
        terms = languages[row["language_code"]]
        passages, windows = _passages(row, terms)
        verdict = _verdict(passages, windows, len(row["body"].strip()))
        if second and not any(passage.field == "headline" for passage in passages):
            passages, verdict = _second_look(row, terms, second, passages, verdict)
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
    rows = PASSAGES.conform(pl.DataFrame(found, schema=PASSAGES.schema))
    return Judged(RELEVANCE_TABLE.conform(pl.DataFrame(verdicts, schema=RELEVANCE_TABLE.schema)), rows, topics(rows))


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
    home = {row["country_code"]} & set(terms.countries)
    implied = home if row["publisher_kind"] == "government" else set()
    fields = {name: _Field.of(name, row[name], terms, home) for name in ("headline", "body")}
    named = implied.union(*(field.located.sides(0, len(field.text)) for field in fields.values()))
    sides = _Sides(terms, implied, named)
    # A headline counts where it names both sides, whatever the subject.
    found = [sides.passage(fields["headline"], 0, len(fields["headline"].text), any_subject=True)]
    windows = 0
    body = fields["body"]
    for spans in sentences(body.text):
        windows += (len(spans) + 1) // 2
        place = 0
        while place < len(spans):
            last = min(place + 1, len(spans) - 1)
            passage = sides.passage(body, spans[place][0], spans[last][1], any_subject=False)
            found.append(passage)
            place += 2 if passage else 1   # windows slide by a sentence, passages do not overlap
    return [passage for passage in found if passage], windows


def features_of(row: dict[str, Any], terms: LanguageTerms) -> Brief | None:
    """What the second judge looks at in a brief, headline and body as one text; None where it is no brief, or not of both.

    A headline that names nobody ("Talks on the islands") says nothing by itself and is left out.
    ``row``: language_code, country_code, publisher_kind, headline, body.
    """
    if not row["body"].strip():
        return None
    home = {row["country_code"]} & set(terms.countries)
    publisher = Publisher(home, home if row["publisher_kind"] == "government" else set())
    headline = _Field.of("headline", row["headline"], terms, home)
    names = any(map(any, (headline.located.countries.values(), headline.located.anchors)))
    field = _Field.of("body", f"{row['headline'] if names else ''}\n{row['body']}".strip(), terms, home)
    if not is_brief(field.text):
        return None
    return features(field.text, field.located, terms, publisher, row["language_code"])


def _second_look(
    row: dict[str, Any], terms: LanguageTerms, second: SecondJudge, passages: list[Passage], verdict: dict[str, Any],
) -> tuple[list[Passage], dict[str, Any]]:
    """Passages and verdict as the second judge has them: a brief is strong where it says so, and nowhere else."""
    found = features_of(row, terms)
    if found is None:
        return passages, verdict
    if second.probability(found) < second.threshold:
        return passages, verdict | {"relevance": "passage"} if verdict["relevance"] == "strong" else verdict
    if verdict["relevance"] == "none":   # the terms saw nothing in it: all of it is the passage
        passages = [_whole(row, terms)]
        verdict = {"relevance_score": BRIEF_SCORE, "passage_count": 1, "passage_share": 1.0}
    return passages, verdict | {"relevance": "strong"}


def _whole(row: dict[str, Any], terms: LanguageTerms) -> Passage:
    home = {row["country_code"]} & set(terms.countries)
    body = _Field.of("body", row["body"], terms, home)
    words = terms.topics_in(body.text)
    sides = body.located.sides(0, len(body.text))
    start = len(row["body"]) - len(row["body"].lstrip())
    return Passage(
        field="body", start=start, end=len(row["body"].rstrip()), evidence="co_occurrence",
        terms=list(dict.fromkeys([*sides.values(), *(word for found in words.values() for word in found)])),
        topics=sorted(words), negatives=0, subjects=sum(map(len, words.values())), is_crowded=False,
    )


@dataclass(frozen=True)
class _Field:
    """Headline or body: normalised, traps cut, with the places of countries and anchors."""

    name: str
    text: str
    stored: Normalised
    located: Located

    @classmethod
    def of(cls, name: str, raw: str, terms: LanguageTerms, home: set[str]) -> _Field:
        stored = normalise(raw)
        text = terms.without_traps(stored.text)
        return cls(name, text, stored, terms.locate(text, home))


@dataclass(frozen=True)
class _Sides:
    """What an article and its publisher name, against which each window is held."""

    terms: LanguageTerms
    implied: set[str]
    named: set[str]

    def passage(self, field: _Field, start: int, end: int, *, any_subject: bool) -> Passage | None:
        """The window as a passage, or None where it is not on the beat."""
        both = set(self.terms.countries)
        sides = field.located.sides(start, end)
        anchors = {
            number: words for number, words in field.located.anchors_between(start, end).items()
            if self.terms.anchors[number].needs <= sides.keys() | self.implied
            and self.named | self.terms.anchors[number].names >= both
        }
        together = bool(sides) and sides.keys() | self.implied == both
        if not anchors and not together:
            return None
        part = field.text[start:end]
        subjects = self.terms.topics_in(part)
        negatives = self.terms.negatives_in(part)
        if not subjects and (negatives or not (anchors or any_subject)):
            return None   # sport, quakes, weather, fashion: both names and no subject of the beat
        matched = [word for words in anchors.values() for word in words]
        matched += sides.values() if together else []
        matched += [word for words in subjects.values() for word in words]
        return Passage(
            field=field.name,
            start=field.stored.stored(start),
            end=field.stored.stored(end),
            evidence="anchor" if anchors else "co_occurrence",
            terms=list(dict.fromkeys(matched)),
            topics=sorted({*subjects, *(topic for number in anchors for topic in self.terms.anchors[number].topics)}),
            negatives=negatives,
            subjects=sum(map(len, subjects.values())),
            is_crowded=not anchors and self.terms.others_in(part) >= field.located.fewest(start, end),
        )


def _verdict(passages: list[Passage], windows: int, length: int) -> dict[str, Any]:
    """Points and class; ``length``: the body's characters. None keeps its points, but no passages."""
    headline = [passage for passage in passages if passage.field == "headline"]
    in_body = [passage for passage in passages if passage.field == "body"]
    count = Counter(passage.evidence for passage in in_body)
    score = (
        ANCHOR_WINDOW * min(count["anchor"], ANCHOR_WINDOWS)
        + CO_OCCURRENCE_WINDOW * min(count["co_occurrence"], CO_OCCURRENCE_WINDOWS)
        + sum(HEADLINE_ANCHOR if passage.evidence == "anchor" else HEADLINE_BOTH for passage in headline)
    )
    negatives = sum(passage.negatives for passage in passages)
    if passages and negatives >= len(passages) and negatives >= sum(passage.subjects for passage in passages):
        score -= NEGATIVE
    share = len(in_body) / windows if windows else 0.0
    throughout = len(in_body) >= STRONG_WINDOWS and share >= STRONG_SHARE
    clear = [passage for passage in in_body if not passage.is_crowded]
    is_half = len(clear) >= BRIEF_SHARE * windows or sum(passage.end - passage.start for passage in clear) >= BRIEF_SHARE * length
    is_brief = bool(clear) and is_half and score >= BRIEF_SCORE
    if (score >= STRONG_SCORE and (headline or throughout)) or is_brief:
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
