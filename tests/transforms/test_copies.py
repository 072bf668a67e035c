"""Copies: edited reprints are found, others are not, and a window gives the same as everything."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.frames import day, noon, text
from transforms.copies import SCALE, copies, repeating, signatures

WORDS = [f"{first}{second}" for first in ("ka", "mo", "ri", "te", "zu", "ne", "so", "hu") for second in "bcdfghjklmnpqrst"]
SIGNS = "山川田中村上下東西南北大小長短高低新古春夏秋冬朝昼夜雨雪風雲海空星月日火水木金土石草花鳥魚虫犬猫馬牛羊"


def prose(seed: int, words: int = 220) -> list[str]:
    """Paragraphs of made-up words."""
    random = Random(seed)
    made = [random.choice(WORDS) for _ in range(words)]
    return [" ".join(made[start : start + 40]) for start in range(0, words, 40)]


def documents(*texts: tuple[str, int, str, str]) -> pl.DataFrame:
    """(article_id, day, source_id, body) -> what ``copies`` takes."""
    rows = []
    for article_id, number, source_id, body in texts:
        language = "ja" if body[0] in SIGNS else "en"
        signed = signatures(text(body, language=language)).select("signature", "shingle_count")
        rows.append(signed.with_columns(
            article_id=pl.lit(article_id), source_id=pl.lit(source_id), language_code=pl.lit(language),
            published_at=pl.lit(noon(number)), published_date=pl.lit(day(number)), first_captured_at=pl.lit(noon(number)),
        ))
    return pl.concat(rows)


def origins(articles: pl.DataFrame, *numbers: int) -> dict[str, str]:
    return dict(copies(articles, on(articles, *numbers)).select("article_id", "syndicated_from").iter_rows())


def on(articles: pl.DataFrame, *numbers: int) -> pl.Series:
    """The articles published on these days."""
    return articles.filter(pl.col("published_date").is_in([day(number) for number in numbers]))["article_id"]


def test_a_signature_is_a_sample() -> None:
    row = signatures(text("\n".join(prose(1, 2000)))).row(0, named=True)
    assert row["shingle_count"] == 1996
    assert abs(len(row["signature"]) * SCALE / row["shingle_count"] - 1) < 0.15
    assert row["signature"] == sorted(set(row["signature"]))
    assert all(value % SCALE == 0 for value in row["signature"])


def test_a_signature_is_the_same_everywhere() -> None:
    """Pinned: a signature in an old lake must still match. Another value needs another VERSION."""
    assert signatures(text("one two three four five six seven eight"))["signature"].to_list() == [[159799228401891034]]


def test_case_marks_and_punctuation_do_not_count() -> None:
    plain, written = text("a b c d e f g h i j k l"), text("A, b; «C» d — é F g. H! I j k L".replace("é", "e\u0301"))
    assert signatures(plain)["signature"].to_list() == signatures(written)["signature"].to_list()


def test_a_name_is_its_initial() -> None:
    here = text("on friday the envoy Nozdrev met fishermen of Kunashir and NATO guests in the harbour")
    there = text("on friday the envoy Nozdryov met fishermen of Kunashiri and nato guests in the harbour")
    other = text("on friday the envoy Ivanov met fishermen of Kunashir and NATO guests in the harbour")
    mine, its, strange = (set(signatures(written)["signature"][0]) for written in (here, there, other))
    assert mine == its
    assert mine != strange


@pytest.mark.parametrize("body", ["", "word", "🦀🐟 🐠" * 500, "\x00\x01\x1b" * 500, "。、！" * 500, "word " * 200_000, "魚" * 300_000, "２０２６"])
def test_a_text_without_shingles_is_nobodys_copy(body: str) -> None:
    signed = signatures(text(body, language="ja" if "魚" in body else "en"))
    assert signed["shingle_count"][0] <= 1
    twice = documents(("a", 0, "s1", body or " "), ("b", 1, "s2", body or " "))
    assert origins(twice, 0, 1) == {}


def test_a_megabyte_and_two_languages_in_one_text() -> None:
    mixed = "\n".join([*prose(5, 60), "".join(Random(6).choice(SIGNS) for _ in range(200)), *prose(7, 250_000)])
    assert len(mixed) > 1_000_000
    assert origins(documents(("a", 0, "s1", mixed), ("b", 1, "s2", "\n".join(prose(5, 60)))), 0, 1) == {"b": "a"}


def test_edited_reprints_are_found() -> None:
    wire = prose(1)
    cut = [*wire[:3], wire[3][: len(wire[3]) // 3]]   # the last 40 % are gone
    new_lede = [*prose(90, 40), *wire[1:]]
    inserted = [*wire[:2], *prose(91, 40), *wire[2:]]
    respelled = [paragraph.replace("kab", "qab").replace("moc", "moq") for paragraph in wire]
    texts = documents(
        ("wire", 0, "gb_wire", "\n".join(wire)),
        *((name, 1, f"jp_{name}", "\n".join(paragraphs)) for name, paragraphs in {
            "cut": cut, "new_lede": new_lede, "inserted": inserted, "respelled": respelled,
        }.items()),
        ("other", 1, "jp_other", "\n".join(prose(2))),
    )
    found = origins(texts, 0, 1)
    assert {name: found.get(name) for name in ("cut", "new_lede", "inserted", "respelled")} == dict.fromkeys(
        ("cut", "new_lede", "inserted", "respelled"), "wire"
    )
    assert "other" not in found
    assert "wire" not in found


def test_japanese_by_characters() -> None:
    random = Random(3)
    body = "".join(random.choice(SIGNS) for _ in range(400))
    cut = body[40:240]
    assert origins(documents(("a", 0, "jp_a", body), ("b", 0, "jp_b", cut[:100] + "。" + cut[100:])), 0) == {"b": "a"}


def test_a_lead_of_one_stock_sentence_is_no_evidence() -> None:
    random = Random(4)
    body = "".join(random.choice(SIGNS) for _ in range(300))
    assert origins(documents(("lead", 0, "jp_a", body[:25]), ("whole", 1, "jp_b", body)), 0, 1) == {}


def test_the_earliest_match_within_thirty_days() -> None:
    body = "\n".join(prose(1))
    texts = documents(("a", 0, "s1", body), ("b", 20, "s2", body), ("c", 30, "s3", body), ("d", 45, "s4", body), ("e", 90, "s5", body))
    assert origins(texts, 0, 20, 30, 45, 90) == {"b": "a", "c": "a", "d": "b"}


def test_ties_are_settled_by_source_then_id() -> None:
    body = "\n".join(prose(1))
    assert origins(documents(("z", 0, "s1", body), ("a", 0, "s2", body)), 0) == {"a": "z"}
    assert origins(documents(("z", 0, "s1", body), ("a", 0, "s1", body)), 0) == {"z": "a"}


def test_other_languages_and_short_texts_are_no_copies() -> None:
    body = "\n".join(prose(1))
    english = documents(("a", 0, "s1", body))
    german = documents(("b", 1, "s2", body)).with_columns(language_code=pl.lit("de"))
    assert origins(pl.concat([english, german]), 0, 1) == {}
    assert origins(documents(("a", 0, "s1", "one two three four five six"), ("b", 0, "s2", "one two three four five six")), 0) == {}


def test_an_earlier_instant_with_a_later_local_date() -> None:
    """Tokyo's early morning is Moscow's evening before."""
    body = "\n".join(prose(1))
    tokyo = documents(("tokyo", 1, "jp", body)).with_columns(published_at=pl.lit(noon(0, 18)))
    moscow = documents(("moscow", 0, "ru", body)).with_columns(published_at=pl.lit(noon(0, 20)))
    assert origins(pl.concat([tokyo, moscow]), 0, 1) == {"moscow": "tokyo"}


def test_no_targets_no_copies() -> None:
    assert copies(documents(("a", 0, "s1", "x")), pl.Series([], dtype=pl.String)).is_empty()


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 80), st.integers(1, 3)), min_size=1, max_size=14),
    st.sets(st.integers(0, 80), min_size=1, max_size=3),
)
def test_a_window_gives_the_same_as_everything(made: list[tuple[int, int, int]], targets: set[int]) -> None:
    """The law: the rows of some days are the same from ±30 days around them as from all there is."""
    texts = documents(*(
        (f"a{number}", published, f"s{number % 4}", "\n".join(prose(story)[kept:]))
        for number, (story, published, kept) in enumerate(made)
    ))
    everything = copies(texts, texts["article_id"]).filter(pl.col("published_date").is_in([day(number) for number in targets]))
    near = pl.any_horizontal(
        pl.col("published_date").is_between(day(number) - timedelta(days=30), day(number) + timedelta(days=30)) for number in targets
    )
    window = copies(texts.filter(near), on(texts, *targets))
    key = ["published_date", "article_id"]
    assert window.sort(key).equals(everything.sort(key))


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 80), st.integers(1, 3)), min_size=2, max_size=14), st.integers(0, 13)
)
def test_without_an_article_only_the_rows_of_those_that_repeat_it_change(made: list[tuple[int, int, int]], number: int) -> None:
    texts = documents(*(
        (f"a{number}", published, f"s{number % 4}", "\n".join(prose(story)[kept:]))
        for number, (story, published, kept) in enumerate(made)
    ))
    gone = texts["article_id"][number % len(made)]
    left = texts.filter(pl.col("article_id") != gone)
    before = copies(texts, left["article_id"])
    changed = before.join(copies(left, left["article_id"]), on=["article_id", "syndicated_from"], how="anti")
    assert set(changed["article_id"]) <= set(repeating(texts, pl.Series([gone])))
