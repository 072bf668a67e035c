"""The voices benchmark: agreement by hand; labels that are whole; fiction that keeps its halves and its balance."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

import pytest

from benchmarks.voices import LABELS, POLNEAR, Labelled, agreement, marks_alone, polnear, synthetic
from transforms.voices import Voiced, voices

TONE = LABELS.with_name("tone_ja.jsonl")


def rows(path: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_agreement_by_hand() -> None:
    labelled = Labelled("one two three four", "en", ((0, 7, "quoted", "Vint"), (8, 13, "reported", "he")))
    found = {row.metric: row.value for row in agreement("nichiro", "x", [labelled], lambda text, language: [Voiced(4, 13, "quoted", "Ms Vint")])}
    assert found["quoted_precision"] == 0.5   # two, of two and three
    assert found["quoted_recall"] == 0.5
    assert found["reported_recall"] == 0
    assert found["voiced_precision"] == 1
    assert found["voiced_recall"] == round(2 / 3, 4)
    assert found["speaker_share"] == 1   # a pronoun is not asked for


def test_marks_alone() -> None:
    assert [(item.start, item.end) for item in marks_alone("a «b» c", "ru")] == [(3, 4)]


@pytest.mark.parametrize("path", [LABELS, TONE], ids=["voices", "tone_ja"])
def test_halves_are_by_the_hash_of_the_id(path: Any) -> None:
    found = rows(path)
    assert len({row["id"] for row in found}) == len({row["text"] for row in found}) == len(found)
    for row in found:
        assert row["synthetic"] is True
        assert row["part"] == ("held_out" if hashlib.sha256(row["id"].encode()).digest()[0] % 2 else "tuning")


def test_voices_lie_in_their_texts() -> None:
    for row in rows(LABELS):
        at = 0
        for span in row["spans"]:
            assert at <= span["start"] < span["end"] <= len(row["text"])
            assert span["speaker"] is None or span["speaker"] in row["text"]
            at = span["end"]


def test_the_japanese_targets_are_whole_and_balanced() -> None:
    found = rows(TONE)
    targets = [(row, target) for row in found for target in row["targets"]]
    assert len(found) >= 200
    for row, target in targets:
        assert 0 <= target["start"] < target["end"] <= len(row["text"])
        assert target["voice"] in {"author", "quoted", "reported"}
    for key in ("label", "country_code", "voice"):
        counts = Counter(target[key] for _, target in targets)
        assert min(counts.values()) >= 0.6 * max(counts.values()), counts


def test_the_rules_do_what_they_are_for() -> None:
    """The held-out half of the fiction; the floors are in floors.json."""
    for language in ("ja", "ru"):
        found = {row.metric: row.value for row in agreement("nichiro", language, synthetic(language, "held_out"), voices)}
        assert found["voiced_f1"] >= 0.95
        assert found["speaker_share"] >= 0.9


@pytest.mark.skipif(not POLNEAR.exists(), reason="PolNeAR lies in ../shared, which is not here")
def test_real_attributions() -> None:
    found = {row.metric: row.value for row in agreement("nichiro", "en", list(polnear("dev"))[:10], voices)}
    assert found["quoted_f1"] >= 0.9
    assert found["reported_f1"] >= 0.5
