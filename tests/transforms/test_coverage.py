"""Coverage: zeroes, copies, shares and what they rest on; a day is a matter of that day."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.frames import article, day, days, health, source, topics
from transforms.coverage import KEY, coverage_daily
from warehouse.tables.marts import ARTICLES, COVERAGE_DAILY
from warehouse.tables.ops import SOURCE_DAYS

SOURCES = pl.concat([
    source("jp_a"),
    source("jp_b"),
    source("ru_c", "RU", ("ru", "en"), "official_statement"),
    source("ru_old", "RU", ("ru",), "editorial", status="retired"),
])
TOPICS = topics("energy", "visits")


def cell(coverage: pl.DataFrame, topic: str = "any", country: str = "JP", language: str = "ja", genre: str = "news", number: int = 0) -> dict:
    return coverage.filter(
        published_date=day(number), topic_id=topic, country_code=country, language_code=language, genre=genre
    ).row(0, named=True)


def test_explicit_zeroes_for_what_active_sources_declare() -> None:
    coverage = coverage_daily(ARTICLES.empty(), SOURCE_DAYS.empty(), SOURCES, TOPICS, days(0, 1))
    # 2 days × 3 topics × (JP ja news, RU ru statement, RU en statement)
    assert coverage.height == 18
    assert coverage.select(pl.sum("article_count", "total_count", "healthy_source_count")).row(0) == (0, 0, 0)
    assert coverage["share_basis"].unique().to_list() == ["unknown"]
    assert coverage["attention_share"].null_count() == 18
    assert coverage.select(KEY).is_unique().all()
    assert coverage.schema == COVERAGE_DAILY.schema


def test_counts_by_hand() -> None:
    articles = pl.concat([
        article("1", "jp_a", topics=["energy"]),
        article("2", "jp_a", topics=["energy", "visits"], is_copy=True, syndicated_from="1"),
        article("3", "jp_b", topics=["visits"]),                    # not healthy
        article("4", "jp_a", relevance="passage", topics=["energy"]),
        article("5", "jp_a", relevance="none"),
        article("6", "jp_a", relevance="none", is_copy=True),
        article("7", "jp_a", 1),                                    # another day
    ])
    looked = pl.concat([health("jp_a", [0]), health("jp_b", [0], "down")])
    coverage = coverage_daily(articles, looked, SOURCES, TOPICS, days(0))
    any_, energy = cell(coverage), cell(coverage, "energy")
    counts = ("article_count", "copy_count", "original_count", "passage_count", "attention_count", "total_count")
    assert [any_[name] for name in counts] == [3, 1, 2, 1, 1, 3]
    assert [energy[name] for name in counts] == [2, 1, 1, 1, 1, 3]
    assert any_["attention_share"] == 1 / 3
    assert (any_["share_basis"], any_["healthy_source_count"], any_["source_count"]) == ("partial", 1, 2)


def test_what_the_share_rests_on() -> None:
    def basis(*looked: pl.DataFrame) -> str:
        return cell(coverage_daily(article("1"), pl.concat(looked), SOURCES, TOPICS, days(0)))["share_basis"]

    assert basis(health("jp_a", [0]), health("jp_b", [0], "empty")) == "observed"
    assert basis(health("jp_a", [0], basis="backfilled"), health("jp_b", [0], basis="backfilled")) == "backfilled"
    assert basis(health("jp_a", [0]), health("jp_b", [0], basis="backfilled")) == "mixed"
    assert basis(health("jp_a", [0])) == "partial"
    assert basis(health("jp_a", [0], "stale"), health("jp_b", [0], "held")) == "unknown"


def test_a_cell_that_nobody_declared_is_there_on_its_day_only() -> None:
    coverage = coverage_daily(article("1", genre="op_ed"), health("jp_a", [0, 1]), SOURCES, TOPICS, days(0, 1))
    assert cell(coverage, genre="op_ed")["article_count"] == 1
    assert cell(coverage, genre="op_ed")["share_basis"] == "observed"
    assert coverage.filter(pl.col("genre") == "op_ed", pl.col("published_date") == day(1)).is_empty()


@settings(max_examples=30)
@given(st.lists(
    st.tuples(st.sampled_from(["jp_a", "jp_b"]), st.integers(0, 4), st.sampled_from(["strong", "passage", "none"]), st.booleans(),
              st.sampled_from(["news", "op_ed"])),
    max_size=12,
), st.sets(st.integers(0, 4), min_size=1))
def test_a_day_depends_on_that_day_alone(made: list[tuple], wanted: set[int]) -> None:
    rows = [
        article(str(number), source_id, published, relevance=relevance, is_copy=copy, genre=genre)
        for number, (source_id, published, relevance, copy, genre) in enumerate(made)
    ]
    articles = pl.concat(rows) if rows else ARTICLES.empty()
    looked = pl.concat([health("jp_a", [0, 1, 3]), health("jp_b", [2, 3], "down")])
    whole = coverage_daily(articles, looked, SOURCES, TOPICS, days(0, 1, 2, 3, 4))
    for number in wanted:
        alone = coverage_daily(
            articles.filter(published_date=day(number)), looked.filter(day=day(number)), SOURCES, TOPICS, days(number)
        )
        assert alone.equals(whole.filter(published_date=day(number)))
