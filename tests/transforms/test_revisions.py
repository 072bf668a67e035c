"""The words that a publisher changed, in the three languages; what the terms and the archive allow to show of them."""

from __future__ import annotations

import polars as pl
import pytest

from tests.transforms.frames import day, noon, source, version
from transforms.revisions import changes, revisions

GOOD = source("jp_a", access="full", archive_days=None)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("The islands are occupied.", "The islands are illegally occupied.", [("", "illegally", "The islands are")]),
        ("Острова незаконно заняты.", "Острова заняты.", [("незаконно", "", "Острова")]),
        ("政府は強く抗議した。", "政府は厳重に抗議した。", [("強く", "厳重に", "政府は")]),
        ("四島は不法占拠されている。", "四島は占拠されている。", [("不法占拠", "占拠", "四島は")]),
        ("One.\nTwo ships left.\nThree.", "One.\nTen ships left.\nThree.", [("Two", "Ten", "")]),
        ("One.\nTwo.", "One.\nNew paragraph.\nTwo.", [("", "New paragraph", "")]),
        ("It said «peace» - soon", "It said “peace” – soon.", []),
        ("It is the old red lamp of ours", "It is a new blue lamp of ours", [("the old red", "a new blue", "It is")]),
        ("1,200 tonnes", "1,300 tonnes", [("1,200", "1,300", "")]),
    ],
)  # fmt: skip
def test_the_words_that_changed(old: str, new: str, found: list[tuple[str, str, str]]) -> None:
    assert [(each.removed, each.added, each.context) for each in changes(old, new)] == found


def test_words_are_counted() -> None:
    (change,) = changes("政府は強く抗議した。", "政府は厳重に抗議した。")
    assert change.counts == (2, 2)
    (change,) = changes("a b c", "a b c, as Mr. Lamp said")
    assert change.counts == (0, 4)


def test_very_long_passages_are_compared_as_a_whole() -> None:
    old, new = (" ".join(f"{word}{number}" for number in range(3_000)) for word in ("lamp", "buoy"))
    (change,) = changes(old, new)
    assert (change.removed, change.added) == (old, new)


VERSIONS = pl.concat([
    version("c1", "a", 0, headline="Old", body="One lamp.", content_sha256="1", source_id="jp_a"),
    version("c2", "a", 1, headline="Old", body="One lamp.", content_sha256="1", source_id="jp_a"),
    version("c3", "a", 3, headline="New", body="One red lamp.", content_sha256="2", source_id="jp_a"),
    version("c4", "a", 4, headline="Print", body="Print", content_sha256="3", is_alternate_view=True, source_id="jp_a"),
    version("c5", "a", 7, headline="New", body="One lamp.", content_sha256="4", source_id="jp_a"),
]).with_columns(body_length=pl.col("body").str.len_chars().cast(pl.Int64))  # fmt: skip
DOCUMENTS = pl.DataFrame({"article_id": ["a"], "published_date": [day(5)]})


def test_each_version_is_compared_with_the_one_before() -> None:
    rows = revisions(VERSIONS, DOCUMENTS, GOOD)
    columns = ("capture_id", "number", "previous_capture_id", "part", "removed", "added")
    assert rows.select(columns).rows() == [
        ("c3", 0, "c2", "headline", "Old", "New"),
        ("c3", 1, "c2", "body", None, "red"),
        ("c5", 0, "c3", "body", "red", None),
    ]
    assert rows["published_date"].unique().to_list() == [day(5)], "that of the document as it is now"
    assert rows.select("previous_at", "revised_at").row(0) == (noon(1), noon(3))
    assert revisions(VERSIONS.reverse(), DOCUMENTS, GOOD).equals(rows)


def test_what_is_not_kept_for_good_is_not_compared() -> None:
    assert revisions(VERSIONS, DOCUMENTS, source("jp_a", archive_days=30)).is_empty()
    expired = VERSIONS.with_columns(body=pl.col("body").str.head(4))   # before the terms were changed
    assert revisions(expired, DOCUMENTS, GOOD).is_empty()


def test_where_the_terms_allow_to_derive_an_excerpt_of_words_is_served() -> None:
    long = " ".join(["lamp"] * 100)
    edited = VERSIONS.with_columns(body=pl.when(pl.col("capture_id") == "c3").then(pl.lit(f"One {long}")).otherwise("body"))
    edited = edited.with_columns(body_length=pl.col("body").str.len_chars().cast(pl.Int64))
    rows = revisions(edited, DOCUMENTS, source("jp_a", access="derive", archive_days=None)).filter(capture_id="c3")
    assert rows.select("part", "removed", "added", "added_count").rows() == [("headline", "Old", "New", 1), ("body", None, None, 99)]
