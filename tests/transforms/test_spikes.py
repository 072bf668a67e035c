"""Spikes: found when they are real, not when our sources change; nothing from the future, nothing from too far back."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from tests.transforms.frames import day, days, frame, health, noon, source, topics
from transforms.spikes import coverage_spikes
from transforms.tail import expectation, weekday_factors_of
from warehouse.tables.marts import ARTICLES, COVERAGE_SPIKES, MENTIONS
from warehouse.tables.ops import SOURCE_DAYS

TOPICS = topics("energy", "visits")
NAMES = ("country_code", "topic_id", "language_code", "genre", "actor_id", "period")
NOBODY = MENTIONS.empty()
SOURCES = pl.concat([source("jp_a"), source("jp_b"), source("ru_c", "RU", ("ru",))])
END = {"JP": day(200), "RU": day(200)}


def articles(counts: dict[str, dict[int, tuple[int, int]]], topic: str = "energy") -> pl.DataFrame:
    """source -> day -> (originals on the beat, others)."""
    rows = [
        {
            "article_id": f"{source_id}-{number}-{relevance}-{copy}", "source_id": source_id, "published_date": day(number),
            "published_at": noon(number), "relevance": relevance, "topics": [topic] if relevance == "strong" else [],
            "country_code": source_id[:2].upper(), "language_code": "ja" if source_id[:2] == "jp" else "ru", "genre": "news",
        }
        for source_id, by_day in counts.items() for number, pair in by_day.items()
        for relevance, count in zip(("strong", "none"), pair, strict=True) for copy in range(count)
    ]
    return frame(ARTICLES, *rows)


def steady(first: int = 0, last: int = 70, beat: int = 1, others: int = 4, weekend: float = 1.0) -> dict[int, tuple[int, int]]:
    """The same every day, in an even rhythm; ``weekend`` scales Saturdays and Sundays."""
    size = {number: weekend if day(number).weekday() >= 5 else 1.0 for number in range(first, last + 1)}
    return {number: (round((beat + number % 2) * factor), round(others * factor)) for number, factor in size.items()}


HEALTH = pl.concat([health(source_id, range(111)) for source_id in ("jp_a", "jp_b", "ru_c")])


def spikes(counts: dict[str, dict[int, tuple[int, int]]], *numbers: int, looked: pl.DataFrame = HEALTH, sources: pl.DataFrame = SOURCES,
           last_complete: dict[str, date] = END) -> list[tuple[str, ...]]:
    """Country and topic of each spike, and what else its series is cut by."""
    found = coverage_spikes(articles(counts), NOBODY, looked, sources, TOPICS, days(*(numbers or (70,))), last_complete)
    return [row[:2] + tuple(part for part in row[2:] if part not in ("any", "day")) for row in found.select(*NAMES).iter_rows()]


def world(**changed: dict[int, tuple[int, int]]) -> dict[str, dict[int, tuple[int, int]]]:
    return {source_id: steady() | changed.get(source_id, {}) for source_id in ("jp_a", "jp_b", "ru_c")}


def test_a_spike_is_found_with_its_rows() -> None:
    counts = world(jp_a={70: (9, 4)}, jp_b={70: (7, 4)})
    found = coverage_spikes(articles(counts), NOBODY, HEALTH, SOURCES, TOPICS, days(70), END)
    assert set(found.select(*NAMES[:4]).iter_rows()) == {
        *((country, topic, "any", "any") for country in ("any", "JP") for topic in ("any", "energy")),
        ("any", "any", "ja", "any"), ("any", "energy", "ja", "any"), ("any", "any", "any", "news"), ("JP", "any", "any", "news"),
    }
    row = found.filter(country_code="JP", topic_id="energy", language_code="any", genre="any").row(0, named=True)
    assert (row["observed_count"], row["baseline_days"]) == (16, 56)
    # Each of two sources has 1 and 2 by turns, half an article is added: 3 + 0.5 / 56 a day; even weeks, no more volume.
    assert row["expected_count"] == pytest.approx(3 + 0.5 / 56, rel=0.02)
    assert row["article_ids"] == sorted([f"jp_a-70-strong-{n}" for n in range(9)] + [f"jp_b-70-strong-{n}" for n in range(7)])
    assert 0 <= row["p_value"] <= row["q_value"] <= 0.01
    assert found.schema == COVERAGE_SPIKES.schema


def test_a_steady_world_has_none() -> None:
    assert spikes(world(), *range(62, 71)) == []


def test_the_second_day_of_a_spike_is_one_too() -> None:
    """The lag keeps a spike out of its own baseline."""
    counts = world(jp_a={68: (9, 4), 69: (9, 4), 70: (9, 4)})
    assert ("JP", "energy") in spikes(counts, 70)


def test_an_old_peak_does_not_hide_a_new_one() -> None:
    counts = world(jp_a={40: (30, 4), 41: (30, 4), 70: (16, 4)})
    assert ("JP", "energy") in spikes(counts, 70)


def test_weekdays_are_compared_with_their_like() -> None:
    """Day 68 is a Saturday: a Monday's count on it is a spike, and on a Monday it is none."""
    weekly = {source_id: steady(beat=6, others=20, weekend=0.2) for source_id in ("jp_a", "jp_b", "ru_c")}
    assert day(68).weekday() == 5
    assert spikes(weekly, 68, 70) == []
    raised = {source_id: counts | {68: (8, 4)} for source_id, counts in weekly.items()}
    assert ("any", "energy") in spikes(raised, 68)


def test_a_doubled_source_is_no_spike() -> None:
    doubled = {number: (beat * 2, others * 2) for number, (beat, others) in steady(67, beat=8, others=40).items()}
    counts = {source_id: steady(beat=8, others=40) for source_id in ("jp_a", "jp_b", "ru_c")}
    assert spikes(counts | {"jp_a": counts["jp_a"] | doubled}, 67, 68, 69, 70) == []
    beat_only = {number: (beat * 2, others // 2) for number, (beat, others) in doubled.items()}
    assert ("JP", "energy") in spikes(counts | {"jp_a": counts["jp_a"] | beat_only}, 67)


def test_an_added_source_is_no_spike() -> None:
    sources = pl.concat([SOURCES, source("jp_new")])
    looked = pl.concat([HEALTH, health("jp_new", range(60, 101))])
    assert spikes(world() | {"jp_new": steady(60, beat=20)}, *range(60, 71), looked=looked, sources=sources) == []


def test_an_added_source_whose_archive_vouches_for_the_past_is_none_either() -> None:
    """Its days before day 60 are healthy by a backfill, on which it published nothing."""
    sources, looked = pl.concat([SOURCES, source("sg_new", "SG")]), pl.concat([HEALTH, health("sg_new", range(111))])
    end = END | {"SG": day(200)}
    assert spikes(world() | {"sg_new": steady(60, beat=4)}, *range(60, 71), looked=looked, sources=sources, last_complete=end) == []


def test_an_outage_before_or_today_is_no_spike() -> None:
    looked = pl.concat([health("jp_a", range(101)), health("ru_c", range(101)), health("jp_b", [*range(40), *range(66, 101)])])
    gap = dict.fromkeys(range(40, 66), (0, 0))
    assert spikes(world(jp_b=gap), *range(62, 71), looked=looked) == []
    # What an unhealthy source shows does not count.
    down = HEALTH.filter(~((pl.col("source_id") == "jp_a") & (pl.col("day") == day(70))))
    assert spikes(world(jp_a={70: (30, 4)}), 70, looked=down) == []


def test_copies_passages_and_small_counts_are_no_spike() -> None:
    many = articles(world(jp_a={70: (12, 4)}))
    today = pl.col("published_date") == day(70)
    copied = many.with_columns(is_copy=today & (pl.col("relevance") == "strong"))
    passages = many.with_columns(relevance=pl.when(today & (pl.col("relevance") == "strong")).then(pl.lit("passage")).otherwise("relevance"))
    for rows in (copied, passages):
        assert coverage_spikes(rows, NOBODY, HEALTH, SOURCES, TOPICS, days(70), END).is_empty()
    quiet = {source_id: dict.fromkeys(range(71), (0, 4)) for source_id in ("jp_a", "jp_b", "ru_c")}
    assert spikes(quiet | {"jp_a": quiet["jp_a"] | {70: (2, 4)}}) == []
    assert spikes(quiet | {"jp_a": quiet["jp_a"] | {70: (3, 4)}}) != []


def test_no_alarm_without_history() -> None:
    counts = {source_id: steady(0, 30) | {30: (12, 4)} for source_id in ("jp_a", "jp_b", "ru_c")}
    assert spikes(counts, 29, looked=HEALTH) == []     # 27 baseline days
    assert spikes(counts, 30, looked=HEALTH) != []     # 28


def test_a_day_that_is_not_over_is_not_evaluated() -> None:
    counts = world(jp_a={70: (9, 4)}, ru_c={70: (9, 4)})
    found = spikes(counts, 70, last_complete={"JP": day(70), "RU": day(69)})
    assert {country for country, *_ in found if country != "any"} == {"JP"}
    assert "any" not in {country for country, *_ in found}, "all together wait for the last"
    assert spikes(counts, 70, last_complete={}) == []


def test_a_day_depends_on_the_days_up_to_it_and_no_further_back() -> None:
    counts = {source_id: steady(0, 110) for source_id in ("jp_a", "jp_b", "ru_c")}
    counts["jp_a"] |= {100: (16, 4), 105: (40, 4), 5: (40, 4)}
    rows, first = articles(counts), day(100 - COVERAGE_SPIKES.reach)
    assert first > day(5)
    near, looked = rows.filter(pl.col("published_date").is_between(first, day(100))), HEALTH.filter(pl.col("day").is_between(first, day(100)))
    alone = coverage_spikes(near, NOBODY, looked, SOURCES, TOPICS, days(100), END)
    among = coverage_spikes(rows, NOBODY, HEALTH, SOURCES, TOPICS, days(*range(95, 100), *range(100, 110)), END).filter(published_date=day(100))
    assert not alone.is_empty()
    assert alone.equals(among)


def test_nothing_in_nothing_out() -> None:
    empty = (ARTICLES.empty(), NOBODY, SOURCE_DAYS.empty(), SOURCES, TOPICS)
    assert coverage_spikes(*empty, days(), END).is_empty()
    assert coverage_spikes(*empty, days(0), END).is_empty()
    assert coverage_spikes(ARTICLES.empty(), NOBODY, SOURCE_DAYS.empty(), SOURCES.clear(), TOPICS, days(0), {}).is_empty()


def test_false_alarms_are_rare_on_noise() -> None:
    """Negative-binomial noise with weekends (k = 6, mean 6): below one p <= 0.001 in a hundred series-days."""
    random = np.random.default_rng(7)
    weekdays = np.arange(59) % 7
    level = 6 * np.where(weekdays < 5, 1.15, 0.6)
    counts = random.negative_binomial(6, 6 / (6 + level), (1500, 59))
    factors = weekday_factors_of(counts[:, :56], np.ones((1500, 56), bool), weekdays[:56])
    found = expectation(counts[:, 58], counts[:, :56], factors[:, weekdays[:56]], factors[:, weekdays[58]])
    assert (found.p_value <= 0.001).mean() < 0.01


def test_window_of_the_contract_covers_the_baseline() -> None:
    from transforms.panel import REACH_DAYS

    assert COVERAGE_SPIKES.window_days >= REACH_DAYS - 1


def named(counts: dict[str, dict[int, tuple[int, int]]], actor: str, every: int) -> pl.DataFrame:
    """Mentions of an actor in every so-manieth article on the beat, and in all of day 70."""
    rows = articles(counts).filter(pl.col("relevance") == "strong").with_row_index()
    return frame(MENTIONS, *(
        {"article_id": row["article_id"], "source_id": row["source_id"], "published_date": row["published_date"], "actor_id": actor, "start_offset": 0}
        for row in rows.iter_rows(named=True) if row["index"] % every == 0 or row["published_date"] == day(70)
    ))


def test_an_actor_who_is_named_more_is_a_series() -> None:
    counts = world()
    counts = {source_id: by_day | {70: (5, 4)} for source_id, by_day in counts.items()}
    found = coverage_spikes(articles(counts), named(counts, "maker_ada", 40), HEALTH, SOURCES, TOPICS, days(70), END)
    row = found.filter(actor_id="maker_ada", country_code="any").row(0, named=True)
    assert (row["observed_count"], row["topic_id"], row["genre"], row["period"]) == (15, "any", "any", "day")


def test_a_thin_series_that_no_day_lifts_is_found_by_its_week() -> None:
    """An article a week; in the week up to Sunday, day 69, two a day in six days, and one more of either source, on days 63 and 64."""
    thin = {source_id: {number: (int(number % 21 == place), 4) for number in range(77)} for place, source_id in enumerate(("jp_a", "jp_b", "ru_c"))}
    assert day(69).weekday() == 6
    busy = thin | {"jp_a": thin["jp_a"] | dict.fromkeys(range(64, 70), (2, 4))}
    found = coverage_spikes(articles(busy), NOBODY, HEALTH, SOURCES, TOPICS, days(*range(64, 71)), END)
    row = found.filter(country_code="JP", topic_id="any", genre="any", period="week").row(0, named=True)
    assert row["published_date"] == day(69)
    assert (row["observed_count"], len(row["article_ids"]), row["duration_days"]) == (14, 14, 7)
    assert coverage_spikes(articles(thin), NOBODY, HEALTH, SOURCES, TOPICS, days(*range(64, 71)), END).is_empty()


def test_many_days_and_outlets_make_a_storm() -> None:
    many = [f"jp_{number}" for number in range(6)]
    sources = pl.concat([source(source_id) for source_id in many])
    looked = pl.concat([health(source_id, range(111)) for source_id in many])
    counts = {source_id: steady() | {68: (12, 4), 69: (10, 4), 70: (8, 4)} for source_id in many}
    found = coverage_spikes(articles(counts), NOBODY, looked, sources, TOPICS, days(70), END).filter(country_code="any", topic_id="any", genre="any", language_code="any")
    assert found.select("level", "duration_days", "outlet_count").row(0) == ("storm", 3, 6)
    counts = {source_id: steady() for source_id in many} | {many[0]: steady() | {68: (70, 4), 69: (60, 4), 70: (50, 4)}, **{name: dict.fromkeys(range(71), (0, 4)) for name in many[2:]}}
    found = coverage_spikes(articles(counts), NOBODY, looked, sources, TOPICS, days(70), END).filter(country_code="any", topic_id="any", genre="any", language_code="any")
    assert found["level"].to_list() == ["spike"], "the noise of one outlet is no storm"


def test_sensitivities_follow_from_false_discoveries() -> None:
    from warehouse.columns import SENSITIVITY_Q

    counts = world(jp_a={70: (12, 4)}, jp_b={70: (4, 4)})
    found = coverage_spikes(articles(counts), NOBODY, HEALTH, SOURCES, TOPICS, days(70), END)
    for row in found.iter_rows(named=True):
        assert row["sensitivity"] == next(name for name, bound in SENSITIVITY_Q.items() if row["q_value"] <= bound)
