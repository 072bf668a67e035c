"""Tone by day: originals on the beat, an interval worked out by hand, and its caveat."""

from __future__ import annotations

import polars as pl
import pytest

from tests.transforms.frames import article, days, source, topics
from transforms.trends import tone_daily
from warehouse.tables.marts import ARTICLES, TONE_DAILY

SOURCES, TOPICS = source("jp_a"), topics("energy")


def test_mean_and_interval_by_hand() -> None:
    articles = pl.concat([
        article("1", tone_score=0.5),
        article("2", tone_score=-0.1, topics=["energy"]),
        article("3", tone_score=0.2),
        article("4", tone_score=None),                              # a paywalled lead
        article("5", tone_score=-1.0, is_copy=True),
        article("6", tone_score=-1.0, relevance="passage"),
        article("7", number=1, tone_score=-1.0),
    ])
    tone = tone_daily(articles, SOURCES, TOPICS, days(0))
    row = tone.filter(topic_id="any").row(0, named=True)
    assert (row["article_count"], row["scored_count"], row["scored_share"]) == (4, 3, 0.75)
    assert row["tone_mean"] == pytest.approx(0.2)
    # s = 0.3, 0.3 / sqrt(3) = 0.1732, and t(0.95, 2) = 2.91999
    assert row["tone_low"] == pytest.approx(0.2 - 2.91999 * 0.173205, abs=1e-5)
    assert row["tone_high"] == pytest.approx(0.2 + 2.91999 * 0.173205, abs=1e-5)
    energy = tone.filter(topic_id="energy").row(0, named=True)
    assert (energy["scored_count"], energy["tone_mean"], energy["tone_low"]) == (1, pytest.approx(-0.1), None)
    assert "unvalidated" in row["validation"]


def test_the_interval_stays_within_bounds() -> None:
    tone = tone_daily(pl.concat([article("1", tone_score=1.0), article("2", tone_score=-1.0)]), SOURCES, TOPICS, days(0))
    assert tone.filter(topic_id="any").select("tone_low", "tone_high").row(0) == (-1.0, 1.0)


def test_zeroes() -> None:
    tone = tone_daily(ARTICLES.empty(), SOURCES, TOPICS, days(0, 1))
    assert tone.schema == TONE_DAILY.schema
    assert tone.select("article_count", "scored_count", "scored_share", "tone_mean").unique().rows() == [(0, 0, None, None)]
    assert tone.height == 4
