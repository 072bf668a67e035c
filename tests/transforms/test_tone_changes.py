"""Changes of tone: told once, when they begin; not for noise, too few documents, another model, or days that are not over."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from scipy.stats import ttest_ind

from tests.transforms.frames import article, day, days, frame
from transforms.tone_changes import tone_changes
from warehouse.tables import marts

TURN = 80   # the day from which tone is another


def world(shift: float = -0.5, seed: int = 1, per_day: int = 2, length: int = 110, **more: object) -> tuple[pl.DataFrame, pl.DataFrame]:
    rng = np.random.default_rng(seed)
    numbers = [number for number in range(length) for _ in range(per_day)]
    scores = np.clip(rng.normal(0.1, 0.2, len(numbers)) + np.where(np.array(numbers) >= TURN, shift, 0), -1, 1)
    articles = pl.concat([article(f"a{place:04d}", number=number) for place, number in enumerate(numbers)])
    tones = frame(marts.TARGET_TONE, *(
        {"article_id": f"a{place:04d}", "published_date": day(number), "tone_score": float(score)} for place, (number, score) in enumerate(zip(numbers, scores, strict=True))
    ), **{"target_id": "JP", "voice": "author", "mention_count": 1, "scored_count": 1, "method_version": "m1", **more})  # fmt: skip
    return articles, tones


DONE = {"JP": day(200)}


def test_a_change_is_told_once_with_welchs_figures() -> None:
    articles, tones = world()
    found = tone_changes(articles, tones, days(*range(70, 100)), DONE)
    assert found.height == 1
    row = found.row(0, named=True)
    assert day(TURN) <= row["published_date"] <= day(TURN + 9)
    last = row["published_date"]
    side = tones.filter(pl.col("published_date").is_between(last - timedelta(days=13), last))
    before = tones.filter(pl.col("published_date").is_between(last - timedelta(days=69), last - timedelta(days=14)))["tone_score"]
    expected = ttest_ind(side["tone_score"], before, equal_var=False)
    assert row["p_value"] == pytest.approx(expected.pvalue)
    assert (row["difference_low"], row["difference_high"]) == pytest.approx(tuple(expected.confidence_interval(0.9)))
    assert row["article_ids"] == sorted(side["article_id"]) and row["after_count"] == side.height
    assert row["after_mean"] - row["before_mean"] < 0


def test_noise_is_no_change() -> None:
    told = sum(tone_changes(*world(shift=0, seed=seed), days(*range(70, 110, 10)), DONE).height for seed in range(20))
    assert told <= 12, "of 80 days at a q of 0.05, seen at two weeks' distance"


def test_each_day_by_itself_as_all_together() -> None:
    articles, tones = world()
    every = tone_changes(articles, tones, days(*range(75, 95)), DONE)
    alone = pl.concat([tone_changes(articles.reverse(), tones.reverse(), days(number), DONE) for number in range(75, 95)])
    assert every.equals(alone)


def test_too_few_documents_another_model_and_days_that_are_not_over() -> None:
    articles, tones = world(per_day=1, length=TURN + 7)
    assert tone_changes(articles, tones.filter(pl.col("published_date") >= day(TURN - 7)), days(*range(TURN, TURN + 7)), DONE).is_empty()
    articles, tones = world()
    later = pl.col("published_date") >= day(TURN)
    other = tones.with_columns(method_version=pl.when(later).then(pl.lit("m2")).otherwise("method_version"))
    assert tone_changes(articles, other, days(*range(TURN, TURN + 14)), DONE).is_empty()
    assert tone_changes(articles, tones, days(*range(70, 100)), {"JP": day(TURN)}).is_empty()
    assert tone_changes(articles.with_columns(is_copy=pl.lit(value=True)), tones, days(*range(70, 100)), DONE).is_empty()


def test_scores_that_are_all_the_same() -> None:
    articles, tones = world()
    flat = tones.with_columns(tone_score=pl.lit(0.25))
    assert tone_changes(articles, flat, days(*range(70, 100)), DONE).is_empty()
    assert tone_changes(articles, tones.clear(), days(90), DONE).equals(marts.TONE_CHANGES.empty())
