"""Tone by word lists: counts by hand, negation, what is not scored."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from nichiro.errors import ConfigError
from nichiro.lexicons import load_lexicons
from tests.transforms.frames import SHARED, text
from transforms.tone import tone


@pytest.fixture(scope="module")
def lexicons() -> pl.DataFrame:
    return load_lexicons()


def score(lexicons: pl.DataFrame, body: str, language: str = "en", **more: object) -> tuple:
    row = tone(text(body, "x", language, **more), lexicons).row(0, named=True)
    return row["positive_count"], row["negative_count"], row["tone_score"], row["unscored_reason"]


@pytest.mark.parametrize(("language", "body", "positive", "negative"), [
    ("en", "They condemned the attack.", 0, 2),
    ("en", "Trust and cooperation lasted despite a threat.", 2, 1),
    ("en", "They did not agree; it was no threat.", 1, 1),
    ("en", "The fair-weather ally", 1, 1),
    ("ja", "両国は協力と信頼を確認した。", 2, 0),
    ("ja", "協力できない。協力しなければならない。非難した。", 1, 2),
    ("ja", "安全保障の協議", 0, 0),
    ("ja", "不安定な情勢", 0, 1),
    ("ru", "МИД осудил недружественные действия.", 0, 2),
    ("ru", "Стороны выразили надежду и не угрожали друг другу.", 2, 0),
    ("ru", "Тёплый приём", 1, 0),
])
def test_counts(lexicons: pl.DataFrame, language: str, body: str, positive: int, negative: int) -> None:
    total = positive + negative
    expected = (positive - negative) / total if total else None
    assert score(lexicons, body, language) == (positive, negative, expected, None if total else "no_tone_words")


def test_a_lead_is_never_scored(lexicons: pl.DataFrame) -> None:
    assert score(lexicons, "They condemned it.", body_state="lead") == (0, 0, None, "body_not_full")
    assert score(lexicons, "They condemned it.", body_state="paywalled")[3] == "body_not_full"


def test_a_language_without_a_list(lexicons: pl.DataFrame) -> None:
    assert score(lexicons, "Une menace", "fr") == (0, 0, None, "no_dictionary")


def test_an_article_alone_scores_as_among_others(lexicons: pl.DataFrame) -> None:
    one = text("No threat").with_columns(capture_id=pl.lit("1"))
    other = text("Not good. Peace").with_columns(capture_id=pl.lit("0"))
    both = tone(pl.concat([other, one]), lexicons)
    assert both.equals(pl.concat([tone(other, lexicons), tone(one, lexicons)]))


def test_a_changed_list_is_another_version(lexicons: pl.DataFrame) -> None:
    assert tone(text("x"), lexicons)["method_version"].item() != tone(text("x"), lexicons.head(9))["method_version"].item()


def test_lists_are_large_and_of_one_mind(lexicons: pl.DataFrame) -> None:
    assert lexicons.select("language_code", "pattern").is_unique().all()
    sizes = lexicons.group_by("language_code", "polarity").len().filter(pl.col("polarity") != 0)
    assert sizes.height == 6
    assert sizes["len"].min() >= 150


def test_broken_lists_say_where(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no word list"):
        load_lexicons(tmp_path)
    (tmp_path / "en.txt").write_text("+ good\n? bad\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 2"):
        load_lexicons(tmp_path)
    (tmp_path / "en.txt").write_text("+ good\n- good\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="both good and bad"):
        load_lexicons(tmp_path)


@pytest.mark.skipif(not SHARED.exists(), reason="../shared is not here")
def test_the_op_ed_is_negative(lexicons: pl.DataFrame) -> None:
    assert score(lexicons, (SHARED / "seed" / "op-ed.txt").read_text(encoding="utf-8"))[2] < -0.1


@pytest.mark.parametrize(("language", "body"), [("ja", "あいうえお。"), ("en", "…"), ("ru", "")])
def test_a_day_without_a_listed_word(lexicons: pl.DataFrame, language: str, body: str) -> None:
    """A frame in which nothing at all was found, as on a quiet day of one source."""
    assert score(lexicons, body, language) == (0, 0, None, "no_tone_words")
