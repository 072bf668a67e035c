"""Stories: what joins two reports, whose id stays, who moved first; and texts that tell nothing."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from tests.transforms.frames import day, frame, noon, text
from transforms.embedding import SCALE, embeddings
from transforms.phonetics import phonetic_keys, skeleton
from transforms.stories import COMPARED, links, merges, stories, story_documents
from warehouse.tables import enriched, marts

NEWS = {
    "en": "The coast guard towed the burning trawler Zarya into Wakkanai harbour; all nineteen sailors are safe.",
    "ja": "海上保安庁は炎上したトロール船「ザリャー」を稚内港に曳航した。乗組員十九人は全員無事だった。",
    "ru": "Береговая охрана отбуксировала горящий траулер «Заря» в порт Вакканай, все девятнадцать моряков спасены.",
}
OTHER = "Parliament in Tokyo has passed the budget for schools after a night of debate about the price of lunches."
EMPTY = {"nothing": "", "emoji": "🙂🎉", "control": "\x00\x01\x02", "blank": " \n\t"}


def embedded(*texts: tuple[str, str], relevance: str = "strong") -> pl.DataFrame:
    rows = pl.concat([
        text(body, headline="", language=language).with_columns(capture_id=pl.lit(f"c{number}")) for number, (language, body) in enumerate(texts)
    ])
    judged = rows.select("capture_id", relevance=pl.lit(relevance))
    return embeddings(rows, judged, enriched.PASSAGES.empty())


def cosine(vectors: pl.DataFrame, one: int, other: int) -> float:
    first, second = (np.array(vectors["embedding"][place].to_list()) / SCALE for place in (one, other))
    return float(first @ second)


def compared(*rows: dict) -> pl.DataFrame:
    """COMPARED of articles a, b, c …, known in this order, with vectors of two numbers."""
    plain = {"published_at": noon(0), "published_date": day(0), "syndicated_from": None, "embedding": [SCALE, 0], "phonetic_keys": []}
    filled = [{"article_id": "abcdefgh"[number], "first_captured_at": noon(0) + timedelta(minutes=number)} | plain | row for number, row in enumerate(rows)]
    schema = {name: (marts.ARTICLES.schema | enriched.EMBEDDINGS.schema)[name] for name in COMPARED}
    return pl.DataFrame(filled, schema=schema)


def told(articles: pl.DataFrame) -> pl.DataFrame:
    return articles.join(links(articles, articles["article_id"]), on="article_id")


def story_of(articles: pl.DataFrame) -> dict[str, str]:
    return dict(story_documents(told(articles)).select("article_id", "story_id").iter_rows())


def test_one_event_in_three_languages_is_nearer_than_another_event() -> None:
    vectors = embedded(*NEWS.items(), ("en", OTHER))
    same = [cosine(vectors, one, other) for one, other in ((0, 1), (0, 2), (1, 2))]
    assert min(same) > 0.3 > max(cosine(vectors, place, 3) for place in range(3))


def test_names_meet_across_scripts() -> None:
    assert skeleton("Shikotan") == skeleton("Шикотан") == skeleton("シコタン")
    assert set(phonetic_keys("The ship Baranov sank")) == set(phonetic_keys("Судно «Баранов» затонуло")) == {"n:brnb"}


def test_numbers_meet_across_scripts() -> None:
    assert {"d:2050"} <= set(phonetic_keys("2,050 tonnes")) & set(phonetic_keys("二千五十トン")) & set(phonetic_keys("２０５０トン"))


@pytest.mark.parametrize("body", EMPTY.values(), ids=EMPTY)
def test_a_text_without_letters_is_like_nothing(body: str) -> None:
    row = embedded(("ja", body)).row(0, named=True)
    assert set(row["embedding"]) <= {0} and row["phonetic_keys"] == []
    articles = compared({"embedding": row["embedding"]}, {"embedding": row["embedding"]})
    assert story_of(articles) == {"a": "a", "b": "b"}


def test_one_word_a_megabyte_and_two_languages_have_vectors() -> None:
    vectors = embedded(("en", "Sanctions"), ("ja", "制裁" * 500_000), ("ru", NEWS["ru"] + NEWS["ja"]))
    lengths = [np.linalg.norm(row.to_list()) for row in vectors["embedding"]]
    assert all(abs(length - SCALE) < 20 for length in lengths)
    assert vectors["phonetic_keys"].list.len().max() <= 64


def test_what_is_off_the_beat_has_no_vector() -> None:
    assert embedded(("en", OTHER), relevance="none").is_empty()


def test_of_an_article_with_passages_they_alone_are_told() -> None:
    body = f"{OTHER} {NEWS['en']}"
    row = text(body, headline="Morning brief")
    passages = frame(enriched.PASSAGES, {"capture_id": "c", "field": "body", "start_offset": len(OTHER) + 1, "end_offset": len(body)})
    mine = embeddings(row, pl.DataFrame({"capture_id": ["c"], "relevance": ["passage"]}), passages)
    alone = embedded(("en", NEWS["en"]))
    assert cosine(pl.concat([mine, alone]), 0, 1) > 0.95


def test_a_report_joins_the_most_alike_within_the_window() -> None:
    late = {"published_at": noon(6), "published_date": day(6)}
    articles = compared({}, {"embedding": [0, SCALE]}, {"embedding": [950, 312]}, late)
    assert story_of(articles) == {"a": "a", "b": "b", "c": "a", "d": "d"}


def test_the_older_id_stays_where_two_stories_are_joined() -> None:
    """Two that are apart; a third is like the one and copies the other."""
    articles = compared({"embedding": [SCALE, 0]}, {"embedding": [0, SCALE]}, {"embedding": [SCALE, 0], "syndicated_from": "b"})
    assert story_of(articles.head(2)) == {"a": "a", "b": "b"}
    assert story_of(articles) == {"a": "a", "b": "a", "c": "a"}
    assert merges(told(articles)) == {"a": ["b"]}


def test_a_day_that_is_added_changes_no_link() -> None:
    articles = compared(*({"embedding": [SCALE, 0] if number % 2 else [0, SCALE]} for number in range(6)))
    assert told(articles.head(4)).select("article_id", "follows", "link_score").equals(told(articles).head(4).select("article_id", "follows", "link_score"))


def test_a_copy_belongs_to_the_story_of_what_it_copies() -> None:
    articles = compared({}, {"embedding": [0, -SCALE], "syndicated_from": "a"})
    assert story_of(articles) == {"a": "a", "b": "a"}


def test_first_mover_and_official_document_before_the_press() -> None:
    documents = story_documents(told(compared({}, {}, {})))
    rows = (
        {"article_id": "a", "publisher_kind": "newspaper", "published_at": noon(0, 9), "language_code": "en", "source_id": "gb_x", "is_copy": False},
        {"article_id": "b", "publisher_kind": "government", "genre": "readout", "published_at": noon(0, 7), "language_code": "ru", "source_id": "ru_y"},
        {"article_id": "c", "publisher_kind": "wire", "published_at": noon(0, 10), "is_copy": True, "syndicated_from": "a", "source_id": "jp_z"},
    )
    row = stories(documents, frame(marts.ARTICLES, *rows)).row(0, named=True)
    assert (row["story_id"], row["first_article_id"], row["official_article_id"], row["press_article_id"]) == ("a", "b", "b", "a")
    assert (row["article_count"], row["original_count"], row["source_ids"]) == (3, 2, ["gb_x", "jp_z", "ru_y"])
    late = stories(documents, frame(marts.ARTICLES, rows[0], rows[1] | {"published_at": noon(0, 11)}, rows[2])).row(0, named=True)
    assert late["official_article_id"] is None


class Letters:
    """An encoder of someone else's: how often each of two letters stands in a text."""

    version = "letters-1"

    def encode(self, texts: list[str]) -> np.ndarray:
        counts = np.array([[text.count("a") + 1, text.count("b") + 1] for text in texts], np.float32)
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def test_another_encoder_can_be_plugged_in() -> None:
    row = text("aaaa bb", headline="a")
    made = embeddings(row, pl.DataFrame({"capture_id": ["c"], "relevance": ["strong"]}), enriched.PASSAGES.empty(), Letters())
    assert made["embedding"].to_list() == [[894, 447]]
    assert made["method_version"].to_list() == ["1+letters-1"]
