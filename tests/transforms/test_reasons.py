"""Reasons of a spike: each sentence rests on rows and goes with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log, sqrt

import numpy as np
import polars as pl
import pytest

from tests.transforms.frames import article, day, frame, noon
from transforms.growth import Grown, distinct, growth, log_odds
from transforms.phrases import phrases, stem
from transforms.reasons import spike_reasons
from transforms.wording import Names
from warehouse.tables import marts
from warehouse.tables.reasons import KINDS

NAMES = Names({"JP": "Japan", "RU": "Russia"}, {"en": "English"}, {"energy": "Energy"}, {"a_cook": "Ann Cook"})
DAY = 60
HEADLINES = ["Gas terminal at Port Fiction halted", "Why the gas terminal stands still", "Gas terminal: owners meet", "Halted gas terminal costs dear", "A lighthouse reopens"]


@dataclass(frozen=True)
class World:
    """A spike of five articles on day 60, four of one story that a ministry's statement began, and four weeks before it."""

    spikes: pl.DataFrame
    articles: pl.DataFrame
    story_documents: pl.DataFrame
    stories: pl.DataFrame
    mentions: pl.DataFrame

    def reasons(self, names: Names = NAMES) -> pl.DataFrame:
        return spike_reasons(self.spikes, self.articles, self.story_documents, self.stories, self.mentions, names)

    def without(self, row_table: str, row_ids: list[str]) -> World:
        """The world without the rows that a sentence names."""
        key = "spike_id" if row_table == "marts.coverage_spikes" else "article_id"
        held = {"marts.articles": "articles", "marts.coverage_spikes": "spikes", "marts.mentions": "mentions", "marts.story_documents": "story_documents"}
        name = held[row_table]
        return replace(self, **{name: getattr(self, name).filter(~pl.col(key).is_in(row_ids))})

    def shuffled(self, seed: int) -> World:
        return World(**{name: table.sample(fraction=1, shuffle=True, seed=seed) for name, table in self.__dict__.items()})


def world(level: str = "storm", topic: str = "energy", **series: str) -> World:
    behind = [
        article(f"s{number}", f"jp_{'abcda'[number]}", DAY, headline=headline, language_code="en", topics=["energy"], published_precision="minute",
                published_at=noon(DAY, 5 + number), publisher=f"Paper {'abcda'[number]}", relevance="strong")
        for number, headline in enumerate(HEADLINES)
    ]
    act = article("act", "ru_m", DAY - 1, headline="On the terminal", language_code="en", country_code="RU", genre="official_statement", topics=["energy"],
                  published_precision="minute", published_at=noon(DAY - 1, 20), publisher="Ministry", publisher_kind="government")
    past = [
        article(f"p{number}-{copy}", f"jp_{'abcd'[copy % 4]}", number, headline=f"Pipeline number {copy} is built", language_code="en", topics=["energy"],
                published_precision="minute")
        for number in range(DAY - 31, DAY - 3) for copy in range(2)
    ]
    told = ["act", "s0", "s1", "s2", "s3"]
    spike = {
        "spike_id": "k1", "published_date": day(DAY), "topic_id": topic, "country_code": "JP", "observed_count": 5, "expected_count": 1.04,
        "article_ids": [f"s{number}" for number in range(5)], "level": level, "duration_days": 2, "outlet_count": 4,
        "language_code": "any", "genre": "any", "actor_id": "any", "period": "day",
    } | series
    return World(
        frame(marts.COVERAGE_SPIKES, {name: value for name, value in spike.items() if name in marts.COVERAGE_SPIKES.schema}),
        pl.concat([*behind, act, *past]),
        frame(marts.STORY_DOCUMENTS, *({"article_id": article_id, "story_id": "act", "published_date": day(DAY)} for article_id in told),
              {"article_id": "s4", "story_id": "s4", "published_date": day(DAY)}),
        frame(marts.STORIES, {"story_id": "act", "first_article_id": "act", "official_article_id": "act"}, {"story_id": "s4", "first_article_id": "s4"}),
        frame(marts.MENTIONS, *({"article_id": f"s{number}", "actor_id": "a_cook", "start_offset": number} for number in range(4))),
    )


def test_a_spike_is_told_in_a_paragraph() -> None:
    told = world().reasons()
    assert told["kind"].to_list() == ["count", "storm", "story", "first_mover", "act", "sources", "terms", "actors"]
    assert set(told["kind"]) == set(KINDS), "each kind is tried by the tests below"
    assert told["number"].to_list() == list(range(1, 9))
    assert " ".join(told["sentence"]) == (
        "On 1 May 2026 publishers in Japan had 5 originals on the topic “Energy”, where 1.0 were expected. "
        "It is a storm: 4 outlets, and so far 2 days of twice the expected and more. "
        "4 of them tell one story: “Gas terminal at Port Fiction halted”. "
        "Ministry (Russia) was the first to tell it, at 20:00 UTC on 30 April 2026, 9 hours before Paper a. "
        "An official document came before: “On the terminal”, official statement of Ministry (Russia), at 20:00 UTC on 30 April 2026, "
        "9 hours before the first of them; it tells the same story as articles behind the spike, a candidate for the cause and no more. "
        "4 publishers had it: Paper a (2), Paper b (1), Paper c (1) and Paper d (1). "
        "Terms that grew most, against 56 articles of the four weeks before: “Gas terminal” (4 of 5 in English, none before). "
        "Named more than in 56 articles of the four weeks before: Ann Cook (4 of 5, none before)."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_goes_with_its_rows(kind: str) -> None:
    """Delete the rows that a sentence names, and it disappears; the sentences that rest on other rows stay."""
    before = world()
    sentence = before.reasons().filter(kind=kind).row(0, named=True)
    assert sentence["row_ids"]
    after = before.without(sentence["row_table"], sentence["row_ids"]).reasons()
    assert sentence["sentence"] not in after["sentence"].to_list()
    if kind in ("story", "first_mover", "act", "actors"):
        assert "count" in after["kind"].to_list()


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_that_a_sentence_names_counts(kind: str) -> None:
    """Delete one of the rows, and the sentence is no longer told of it."""
    before = world()
    sentence = before.reasons().filter(kind=kind).row(0, named=True)
    for row_id in sentence["row_ids"]:
        after = before.without(sentence["row_table"], [row_id]).reasons().filter(kind=kind)
        assert not any(row_id in row_ids for row_ids in after["row_ids"])


def test_neither_order_nor_other_rows_matter() -> None:
    plain = world().reasons()
    for seed in range(3):
        assert world().shuffled(seed).reasons().equals(plain)
    stranger = article("x", "jp_z", DAY, headline="Gas terminal elsewhere", language_code="en")
    later = article("y", "jp_z", DAY + 3, headline="Gas terminal reopened", language_code="en", topics=["energy"])
    more = replace(world(), articles=pl.concat([world().articles, stranger, later]))
    assert more.reasons().equals(plain)


def test_other_levels_and_series() -> None:
    assert "storm" not in world("spike").reasons()["kind"].to_list()
    if "level" in marts.COVERAGE_SPIKES.schema:
        assert "slow rise" in world("slow_rise").reasons().filter(kind="storm")["sentence"].item()
        week = world(period="week", language_code="en", genre="news", actor_id="a_cook").reasons()["sentence"]
        assert week[0] == "In the week up to 1 May 2026 publishers in Japan had 5 originals in English of the genre news on the topic “Energy” naming Ann Cook, where 1.0 were expected."
        assert not any("Named more" in sentence for sentence in week), "the actor of the series is no news in it"


def test_an_act_that_only_shares_the_topic_says_so() -> None:
    alone = replace(world(), stories=world().stories.with_columns(official_article_id=pl.lit(None, pl.String)))
    assert "nothing but topic and time joins it" in alone.reasons().filter(kind="act")["sentence"].item()
    assert alone.reasons().filter(kind="act")["row_ids"].to_list() == [["act"]]
    whole = replace(world(topic="any"), stories=alone.stories)
    assert "act" not in whole.reasons()["kind"].to_list(), "of the whole beat any document would do"


def test_what_is_told_in_passing_is_called_so() -> None:
    passing = world().articles.with_columns(relevance=pl.when(article_id="act").then(pl.lit("passage")).otherwise("relevance"))
    told = replace(world(), articles=passing).reasons()
    assert "was the first to tell it in a passage, at 20:00" in told.filter(kind="first_mover")["sentence"].item()
    assert "of Ministry (Russia) in a passage, at 20:00" in told.filter(kind="act")["sentence"].item()


def test_an_hour_that_nobody_told_is_not_told() -> None:
    vague = replace(world(), articles=world().articles.with_columns(published_precision=pl.lit("day")))
    mover = vague.reasons().filter(kind="first_mover")
    assert mover["value"].item() is None
    assert "at an hour that is not known; next was" in mover["sentence"].item()


def test_nothing_in_nothing_out() -> None:
    empty = [table.empty() for table in (marts.COVERAGE_SPIKES, marts.ARTICLES, marts.STORY_DOCUMENTS, marts.STORIES, marts.MENTIONS)]
    assert spike_reasons(*empty, Names()).equals(marts.SPIKE_REASONS.empty())
    bare = replace(world("spike"), stories=marts.STORIES.empty(), story_documents=marts.STORY_DOCUMENTS.empty(), mentions=marts.MENTIONS.empty())
    alone = replace(bare, articles=bare.articles.filter(pl.col("article_id").str.starts_with("s")))
    assert alone.reasons(Names())["kind"].to_list() == ["count", "sources"]


def test_codes_without_a_name_and_hostile_headlines_stay_as_they_are() -> None:
    told = world()
    hostile = told.articles.with_columns(headline=pl.when(article_id="s0").then(pl.lit("<script>alert(1)</script>\n=1+1")).otherwise("headline"))
    sentence = replace(told, articles=hostile).reasons(Names()).filter(kind="story")["sentence"].item()
    assert sentence == "4 of them tell one story: “<script>alert(1)</script> =1+1”."
    assert "publishers in JP" in told.reasons(Names())["sentence"][0]


def test_log_odds_are_those_of_the_paper() -> None:
    """By hand: 8 of 10 against 5 of 100; prior of 20 articles at the share of both together."""
    prior = 20 * 13.5 / 111
    ours = log((8 + prior) / (10 - 8 + 20 - prior)) - log((5 + prior) / (100 - 5 + 20 - prior))
    variance = 1 / (8 + prior) + 1 / (2 + 20 - prior) + 1 / (5 + prior) + 1 / (95 + 20 - prior)
    assert log_odds(8, 10, 5, 100) == pytest.approx(ours / sqrt(variance))
    assert log_odds(5, 100, 8, 10) == pytest.approx(-log_odds(8, 10, 5, 100))
    assert log_odds(1, 10, 0, 10_000) < log_odds(5, 10, 0, 10_000)


def test_noise_rarely_grows() -> None:
    """Twelve articles against sixty of the same make, four hundred terms of every rarity: fewer than 2 in 100 pass."""
    random = np.random.default_rng(5)
    shares = random.beta(0.5, 4, 400)
    passed = 0
    for _ in range(20):
        drawn = [{f"t{number}" for number in np.flatnonzero(random.random(400) < shares)} for _ in range(72)]
        now = {f"n{number}": terms for number, terms in enumerate(drawn[:12])}
        passed += len(growth(now, {f"b{number}": terms for number, terms in enumerate(drawn[12:])}, dict.fromkeys(now, "s")))
    assert passed / (20 * 400) < 0.02


def test_the_habit_of_one_source_is_no_growth() -> None:
    now = {f"n{number}": {"by our desk"} for number in range(4)} | {"n4": set()}
    before = {f"b{number}": set() for number in range(40)}
    alone = dict.fromkeys(now, "s") | {"n4": "t"}
    assert growth(now, before, alone) == []
    assert [each.key for each in growth(now, before, alone | {"n3": "t"})] == ["by our desk"]
    assert growth(now, {}, dict.fromkeys(now, "s")) == [], "nothing before: nothing grew"


def test_words_are_compared_without_their_endings() -> None:
    assert {stem(word, "ru") for word in ("переговоры", "переговоров", "переговорам", "Переговорами")} == {"переговор"}
    assert {stem(word, "en") for word in ("Islands", "island", "islands'", "island's")} == {"island"}
    assert phrases("«Сэйун-мару» задержан", "ru").keys() == {"сэйун-мар", "задержан"}
    assert phrases("Talks on a peace treaty. Japan waits", "en") == {
        "talk": "Talks", "peace": "peace", "treaty": "treaty", "peace treaty": "peace treaty", "japan": "Japan", "wait": "waits", "japan wait": "Japan waits"}


def test_japanese_is_counted_in_parts_and_told_whole() -> None:
    found = phrases("日ロ首脳会談、サハリンで", "ja")
    assert {"首脳会談", "会談", "日ロ"} - found.keys() == {"日ロ"}, "ロ is katakana: another run"
    assert "サハリン" in found
    now = {f"n{number}": phrases("平和条約交渉を中断", "ja") for number in range(4)}
    before = {f"b{number}": phrases("漁業の協定", "ja") for number in range(30)}
    grown = distinct(growth(now, before, dict.fromkeys(now, "s")), 5)
    assert [each.key for each in grown] == ["平和条約交渉", "中断"]


def test_days_and_grammar_are_no_terms() -> None:
    assert phrases("On Wednesday in the whole of April", "en").keys() == {"whole"}
    assert phrases("В среду, 3 апреля", "ru") == {}
    assert phrases("Harbour https://harbour.example/news", "en").keys() == {"harbour"}
    assert phrases("水曜日に", "ja") == {}
    assert "end" not in phrases("word " * 9000 + "end", "en"), "a long text is not read to its end"


def test_phrases_that_share_words_are_told_once() -> None:
    def grown(key: str, articles: str, z_score: float) -> Grown:
        return Grown(key, frozenset(articles), len(articles), 0.0, z_score)

    found = [grown("maru", "abcd", 3.0), grown("seiun maru", "abc", 2.8), grown("seiun", "abc", 2.8), grown("crew", "xyz", 2.5)]
    assert [each.key for each in distinct(found, 5)] == ["seiun maru", "crew"]
    assert [each.key for each in distinct(found, 1)] == ["seiun maru"]
    sri = [grown("sri", "abcdefghij", 3.9), grown("lanka", "abcdef", 3.0), grown("sri lanka", "abcde", 2.9)]
    assert [each.key for each in distinct(sri, 5)] == ["sri"], "a longer one is no second term either"
