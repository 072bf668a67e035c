"""Tone toward targets: whose words, which sentences, what is not scored; and what a document's mentions come to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
import pytest

from tests.transforms.frames import ROOT, frame, text
from tests.transforms.frames import load_beat as read_beat
from transforms.actors import Directory
from transforms.target_tone import (
    MOST_SENTENCES,
    Remembering,
    document_tone,
    target_tone,
    target_tone_by_document,
)
from transforms.tone_interval import mean_interval
from warehouse.columns import TONES
from warehouse.tables import enriched, marts

BEAT = read_beat(ROOT / "beats" / "japan_russia.yml")
DIRECTORY = Directory(people={"maker_ada": {
    "name": "Ada Maker", "country": "GB", "en": {"family": "Maker", "given": "Ada"}, "ja": {"family": "メイカー", "given": "エイダ"},
    "ru": {"family": "Мейкер", "given": "Ада"}, "sex": "f", "offices": [],
}})  # fmt: skip


class Words:
    """Negative where a sentence has "bad", positive where it has "good"; fiction, and counts what it reads."""

    languages = frozenset({"en"})

    def __init__(self, version: str = "fiction") -> None:
        self.version, self.read = version, 0

    def predict(self, sentences: list[str], spans: list[list[tuple[int, int]]], languages: list[str]) -> list[np.ndarray]:
        self.read += len(sentences)
        assert all(0 <= start < end <= len(sentence) for sentence, each in zip(sentences, spans, strict=True) for start, end in each)
        rows = {"bad": (0.8, 0.15, 0.05), "good": (0.05, 0.15, 0.8)}
        return [np.tile(next((row for word, row in rows.items() if word in sentence), (0.1, 0.8, 0.1)), (len(each), 1))
                for sentence, each in zip(sentences, spans, strict=True)]


def scored(body: str, *, models: Sequence[Words] = (), language: str = "en", relevance: str = "strong", mentions: pl.DataFrame | None = None,
           passages: pl.DataFrame | None = None, headline: str = "Nothing", **more: object) -> pl.DataFrame:  # fmt: skip
    articles = text(body, headline, language, **more).with_columns(relevance=pl.lit(relevance))
    return target_tone(
        articles, enriched.MENTIONS.empty() if mentions is None else mentions, enriched.PASSAGES.empty() if passages is None else passages, BEAT, DIRECTORY,
        [Remembering(model) for model in models or (Words(),)],
    )


def mention(start: int, end: int, actor: str | None) -> pl.DataFrame:
    return frame(enriched.MENTIONS, {"capture_id": "c", "field": "body", "start_offset": start, "end_offset": end, "actor_id": actor, "candidates": ["maker_ada"]})


def test_a_sentence_is_read_once_for_all_its_names() -> None:
    model = Words()
    found = scored("Japan and Russia had a bad day. Tokyo is good.", models=[model])
    assert model.read == 2
    assert found.select("target_id", "label", "voice").rows() == [("JP", "negative", "author"), ("RU", "negative", "author"), ("JP", "positive", "author")]
    row = found.row(2, named=True)
    assert (row["start_offset"], row["end_offset"], row["sentence_start"], row["sentence_end"]) == (32, 37, 32, 46)
    assert row["method_version"] == "fiction" and row["is_active"]


def test_quoted_words_are_the_speakers() -> None:
    body = "Ada Maker said: “Japan did a bad thing.” Japan did a good thing."
    found = scored(body, mentions=mention(0, 9, "maker_ada"))
    quoted = found.filter(voice="quoted").row(0, named=True)
    assert (quoted["target_id"], quoted["label"], quoted["speaker_actor_id"]) == ("JP", "negative", "maker_ada")
    assert found.filter(voice="author", target_id="JP")["label"].to_list() == ["positive"]


def test_a_lead_is_never_scored_and_no_language_without_a_model() -> None:
    lead = scored("Japan is bad.", body_state="lead")
    assert lead.select("label", "negative", "unscored_reason").rows() == [(None, None, "body_not_full")]
    other = scored("Япония плоха.", language="ru")
    assert other.select("label", "unscored_reason").rows() == [(None, "no_model")]


def test_of_a_long_text_the_headline_and_what_is_on_the_beat_first() -> None:
    sentences = [f"Japan is good, number {number}." for number in range(60)]
    body, last = " ".join(sentences), sum(len(each) + 1 for each in sentences[:-1])
    passages = frame(enriched.PASSAGES, {"capture_id": "c", "field": "body", "start_offset": last, "end_offset": len(body)})
    found = scored(body, passages=passages, headline="Russia is bad")
    assert found["label"].count() == MOST_SENTENCES
    assert found.filter(pl.col("label").is_null())["unscored_reason"].unique().to_list() == ["beyond_cap"]
    assert found.filter(field="headline")["label"].item() == "negative"
    assert found.sort("start_offset")["label"].to_list()[-1] == "positive", "the passage comes before what is only earlier"


def test_of_a_brief_only_the_passages() -> None:
    body = "Japan is bad. Other news. Russia is good."
    passages = frame(enriched.PASSAGES, {"capture_id": "c", "field": "body", "start_offset": 26, "end_offset": 41})
    assert scored(body, relevance="passage", passages=passages)["target_id"].to_list() == ["RU"]


def test_a_candidate_is_scored_beside_the_active_model() -> None:
    found = scored("Japan is bad.", models=[Words("old"), Words("new")])
    assert found.select("method_version", "is_active").rows() == [("new", False), ("old", True)]


def test_memory_gives_the_same_rows_and_reads_less() -> None:
    model, remembering = Words(), None
    remembering = Remembering(model, size=2)
    keys = [("en", sentence, ((0, 1),)) for sentence in ("a bad", "b good", "c", "a bad")]
    first = remembering.probabilities(keys)
    again = remembering.probabilities(keys[1:3])
    assert model.read == 3 and {key: row.tolist() for key, row in again.items()} == {key: first[key].tolist() for key in keys[1:3]}
    assert remembering.probabilities([]) == {}


def test_order_of_articles_changes_nothing() -> None:
    articles = pl.concat([text(f"Japan is {word}. Russia too.").with_columns(relevance=pl.lit("strong"), capture_id=pl.lit(word)) for word in ("bad", "good", "so-so")])
    both = [target_tone(each, enriched.MENTIONS.empty(), enriched.PASSAGES.empty(), BEAT, DIRECTORY, [Remembering(Words())]) for each in (articles, articles.reverse())]
    assert both[0].equals(both[1]) and both[0].height == 6


class Whole:
    METHOD = "fiction"
    LANGUAGES = frozenset({"en", "ja"})

    def scores(self, texts: Sequence[str], languages: Sequence[str]) -> np.ndarray:
        return np.array([(0.7, 0.2, 0.1) if "bad" in each else (np.nan,) * 3 for each in texts]).reshape(-1, 3)

    def version_of(self, language: str) -> str | None:
        return f"fiction-{language}"


def test_whole_documents() -> None:
    articles = pl.concat([text("All bad."), text("…").with_columns(capture_id=pl.lit("d")), text("bad", body_state="lead").with_columns(capture_id=pl.lit("e")), text("х", language="ru")])
    found = document_tone(articles, [Whole()])
    assert found.select("capture_id", "label", "unscored_reason", "method_version").rows() == [
        ("c", "negative", None, "fiction-en"), ("d", None, "no_model", "fiction-en"), ("e", None, "body_not_full", "fiction-en"),
    ]


def place(number: int, row: tuple[float, float, float] | None, target: str | None = "JP", voice: str = "author", **more: object) -> dict[str, object]:
    return {"capture_id": "c", "field": "body", "start_offset": number, "target_id": target, "voice": voice, "is_active": True, "method_version": "m",
            **dict(zip(TONES, row or (None,) * 3, strict=True)), **more}  # fmt: skip


def by_document(*places: dict[str, object], mentions: pl.DataFrame | None = None, wholes: pl.DataFrame | None = None, words: float | None = 0.25) -> pl.DataFrame:
    documents = pl.DataFrame({"article_id": ["a"], "capture_id": ["c"], "source_id": ["s"], "published_date": [date(2026, 3, 2)]})
    dictionary = frame(enriched.TONE, {"capture_id": "c", "tone_score": words, "method": "dictionary"})
    return target_tone_by_document(
        frame(enriched.TARGET_TONE, *places) if places else enriched.TARGET_TONE.empty(), marts.MENTIONS.empty() if mentions is None else mentions,
        enriched.DOCUMENT_TONE.empty() if wholes is None else wholes, dictionary, documents,
    )


def test_a_document_is_the_mean_of_its_mentions_by_voice() -> None:
    found = by_document(place(1, (0.8, 0.1, 0.1)), place(2, (0.2, 0.6, 0.2)), place(3, None), place(4, (0.0, 0.1, 0.9), voice="quoted"), place(5, (1, 0, 0), target=None),
                        place(6, (1.0, 0.0, 0.0), is_active=False, method_version="n"))  # fmt: skip
    row = found.filter(target_id="JP", voice="author").row(0, named=True)
    assert (row["mention_count"], row["scored_count"], row["label"]) == (3, 2, "negative")
    assert row["tone_score"] == pytest.approx((-0.7 + 0.0) / 2)
    assert row["label_probability"] == pytest.approx(0.5)
    # the variances of the labels: 0.9 - 0.49 and 0.4 - 0
    assert (row["tone_low"], row["tone_high"]) == pytest.approx(mean_interval([-0.7, 0.0], [0.41, 0.4]))
    assert 1.645 * row["tone_variance"] ** 0.5 == pytest.approx(max(row["tone_high"] - row["tone_score"], row["tone_score"] - row["tone_low"]))
    assert found.filter(voice="quoted")["label"].to_list() == ["positive"]
    assert found.height == 3, "an open name and a candidate's score are nobody's"


def test_the_dictionary_stands_in_where_no_model_scored() -> None:
    words = by_document().row(0, named=True)
    assert (words["target_id"], words["voice"], words["tone_score"], words["method"], words["label"]) == ("document", "all", 0.25, "dictionary", None)
    whole = frame(enriched.DOCUMENT_TONE, {"capture_id": "c", "negative": 0.1, "neutral": 0.2, "positive": 0.7, "is_active": True, "method": "learnt"})
    learnt = by_document(wholes=whole)
    assert learnt.select("tone_score", "method", "label").rows() == [(pytest.approx(0.6), "learnt", "positive")]
    unscored = frame(enriched.DOCUMENT_TONE, {"capture_id": "c", "unscored_reason": "no_model", "is_active": True, "method": "learnt"})
    assert by_document(wholes=unscored).select("tone_score", "method").rows() == [(0.25, "dictionary")]
    assert by_document(words=None).select("tone_score", "scored_count").rows() == [(None, 0)]


def test_an_analyst_who_said_who_is_meant_is_followed() -> None:
    said = frame(marts.MENTIONS, {"capture_id": "c", "field": "body", "start_offset": 1, "actor_id": "maker_ada", "is_overridden": True},
                 {"capture_id": "c", "field": "body", "start_offset": 2, "actor_id": None, "is_overridden": True})  # fmt: skip
    found = by_document(place(1, (0.8, 0.1, 0.1), target=None), place(2, (0.8, 0.1, 0.1), target="sato"), mentions=said)
    assert set(found["target_id"]) == {"document", "maker_ada"}
