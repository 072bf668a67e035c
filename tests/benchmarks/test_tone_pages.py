"""The seed op-ed: the author's tone toward Japan's government is negative, and what others said in it is theirs. Needs ../shared."""

from __future__ import annotations

import pytest

from benchmarks.tone_pages import OP_ED, Scored, first_words, is_russian, means, op_ed, side_of
from transforms.voices import voices

shared = pytest.mark.skipif(not OP_ED.exists(), reason="the seed op-ed lies in ../shared, which is not here")


def scored(side: str, speaker: str | None, negative: float = 0.8) -> Scored:
    return Scored("a", None, 1, 0, "Japan left.", "Japan", "JP", "author", speaker, side, negative, 0.1, round(0.9 - negative, 2))


@shared
def test_the_author_blames_japan() -> None:
    """The mean over all the author's mentions, of which some only name a place, and over those of the government, each of which is negative."""
    found = [item for item in op_ed() if item.target == "JP" and item.voice == "author"]
    mean, low, _ = (row.value for row in means("op_ed", "JP", found))
    assert len(found) >= 10
    assert low < mean < -0.1
    government = [item for item in found if "government" in item.surface]
    assert len(government) >= 2
    assert all(item.label == "negative" for item in government)


@shared
@pytest.mark.parametrize(
    ("words", "speaker"),
    [
        ("above all, it is important", "Prime Minister Shinzo Abe"),
        ("we haven’t interfered in your elections", "Lavrov"),
        ("obsession with the legal side", "Lavrov"),
        ("largest collective expulsion", "British Foreign Secretary Boris Johnson"),
        ("an affront to the rules-based system", "Prime Minister Theresa May"),
    ],
)
def test_what_others_said_is_theirs(words: str, speaker: str) -> None:
    text = OP_ED.read_text(encoding="utf-8")
    at = text.index(words)
    span = next(item for item in voices(text, "en") if item.start <= at < item.end)
    assert (span.voice, span.speaker) == ("quoted", speaker)


@shared
def test_names_of_schemes_are_the_authors() -> None:
    text = OP_ED.read_text(encoding="utf-8")
    for words in ("Free and Open Indo-Pacific", "quasi-alliance", "new approach"):
        at = text.index(words)
        assert next(item for item in voices(text, "en") if item.start <= at < item.end).voice == "author"


def test_sides() -> None:
    assert side_of("Shinzo Abe") == "JP"
    assert side_of("PRIME MINISTER OF JAPAN SHINZO ABE") == "JP"
    assert side_of("Vladimir Putin") == "RU"
    assert side_of("Orla Vint") == side_of(None) == ""
    assert is_russian(scored("RU", "Vladimir Putin"))
    assert is_russian(scored("", None))
    assert not is_russian(scored("", "Orla Vint"))
    assert not is_russian(scored("JP", "Shinzo Abe"))


def test_means() -> None:
    assert means("a", "b", []) == []
    mean, low, high = means("a", "b", [scored("RU", None), scored("RU", None)])
    assert (mean.metric, low.metric, high.metric) == ("b", "b_low", "b_high")
    assert mean.value == -0.7
    assert -1 <= low.value < mean.value < high.value


def test_few_words_are_shown() -> None:
    assert first_words("one two three four five six seven eight nine") == "one two three four five six seven eight …"
    assert first_words("a | b") == "a / b"
