"""Tone by day: originals on the beat, an interval worked out by hand, and how far the method was validated."""

from __future__ import annotations

import polars as pl
import pytest

from tests.transforms.frames import article, day, frame
from transforms.trends import tone_daily
from warehouse.tables import marts, ops

VALIDATION = frame(ops.TONE_VALIDATION, {
    "task": "target_tone", "method_version": "m1", "language_code": "ja", "dataset": "fiction", "metric": "macro_f1", "value": 0.6, "example_count": 205, "note": "synthetic",
})  # fmt: skip


def tone(article_id: str, score: float | None, target: str = "JP", voice: str = "author", number: int = 0, **more: object) -> pl.DataFrame:
    return frame(marts.TARGET_TONE, {
        "article_id": article_id, "target_id": target, "voice": voice, "published_date": day(number), "mention_count": 2, "method_version": "m1",
        "scored_count": 0 if score is None else 2, "tone_score": score, "tone_variance": None if score is None else 0.0, **more,
    })  # fmt: skip


def test_mean_and_interval_by_hand() -> None:
    articles = pl.concat([
        article("1"), article("2"), article("3"), article("4"),
        article("5", is_copy=True), article("6", relevance="passage"), article("7", number=1), article("8"),
    ])
    tones = pl.concat([
        tone("1", 0.5), tone("2", -0.1), tone("3", 0.2),
        tone("4", None),                                        # a paywalled lead
        tone("5", -1.0), tone("6", -1.0), tone("7", -1.0, number=1),
        tone("8", 0.9, voice="quoted"), tone("8", 0.1, target="RU"),
    ])
    found = tone_daily(articles, tones, VALIDATION)
    row = found.filter(published_date=day(0), target_id="JP", voice="author").row(0, named=True)
    assert (row["article_count"], row["scored_count"], row["scored_share"], row["mention_count"]) == (4, 3, 0.75, 8)
    assert row["tone_mean"] == pytest.approx(0.2)
    # the model is certain: what is left is the spread, s = 0.3, 0.3 / sqrt(3) = 0.1732
    assert row["tone_low"] < 0.2 - 1.6 * 0.1732 and row["tone_high"] > 0.2 + 1.6 * 0.1732
    assert (row["validation"], row["validation_value"]) == ("macro_f1 0.6 on fiction (n = 205); synthetic", 0.6)
    assert found.height == 4, "no row where nothing names the target"


def test_uncertainty_of_the_model_widens_the_interval() -> None:
    articles = pl.concat([article("1"), article("2")])
    sure = tone_daily(articles, pl.concat([tone("1", 0.1), tone("2", 0.2)]), VALIDATION).row(0, named=True)
    unsure = tone_daily(articles, pl.concat([tone(each, score, tone_variance=0.3) for each, score in (("1", 0.1), ("2", 0.2))]), VALIDATION).row(0, named=True)
    assert unsure["tone_mean"] == sure["tone_mean"]
    assert unsure["tone_high"] - unsure["tone_low"] > 1.5 * (sure["tone_high"] - sure["tone_low"])


def test_what_no_language_was_measured_for_is_not_validated() -> None:
    articles = pl.concat([article("1", language_code="ru"), article("2")])
    found = tone_daily(articles, pl.concat([tone("1", 0.1), tone("2", 0.1, target="document", voice="all")]), VALIDATION)
    assert found["validation"].to_list() == ["not validated"] * 2
    assert found["validation_value"].null_count() == 2


def test_two_versions_in_a_cell_are_both_named() -> None:
    articles = pl.concat([article("1"), article("2")])
    row = tone_daily(articles, pl.concat([tone("1", 0.1), tone("2", 0.1, method_version="m2")]), VALIDATION).row(0, named=True)
    assert (row["method_version"], row["validation"]) == ("m1, m2", "not validated")


def test_order_changes_nothing() -> None:
    articles = pl.concat([article(str(number)) for number in range(20)])
    tones = pl.concat([tone(str(number), (number * 7 % 13) / 13 - 0.5, tone_variance=number / 99) for number in range(20)])
    assert tone_daily(articles.reverse(), tones.sample(fraction=1, shuffle=True, seed=3), VALIDATION).equals(tone_daily(articles, tones, VALIDATION))


def test_nothing() -> None:
    assert tone_daily(marts.ARTICLES.empty(), marts.TARGET_TONE.empty(), VALIDATION).equals(marts.TONE_DAILY.empty())
