"""The current version of a document, and each capture's one fate."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.frames import day, frame, noon, version
from transforms.documents import documents, fates
from warehouse.tables.ops import FATES_TABLE
from warehouse.tables.staging import OUTCOMES, QUARANTINE

VERSIONS = pl.concat([
    version("c1", "a", 0, content_sha256="old"),
    version("c2", "a", 1, content_sha256="old"),
    version("c3", "a", 2, content_sha256="new"),
    version("c4", "a", 3, content_sha256="print", is_alternate_view=True),
    version("c5", "b", 0, content_sha256="print", is_alternate_view=True),
    version("c6", "b", 1, content_sha256="print", is_alternate_view=True),
])


def outcomes(*rows: tuple[str, str]) -> pl.DataFrame:
    return frame(OUTCOMES, *({"capture_id": capture, "outcome": outcome} for capture, outcome in rows))


def fate_of(outcome_rows: pl.DataFrame, versions: pl.DataFrame, quarantine: pl.DataFrame | None = None) -> dict[str, tuple]:
    settled = fates(outcome_rows, versions, QUARANTINE.empty() if quarantine is None else quarantine)
    return {row[0]: row[1:] for row in settled.select("capture_id", "fate", "reason", "article_id").iter_rows()}


def test_the_latest_main_page_is_current() -> None:
    rows = {row["article_id"]: row for row in documents(VERSIONS).iter_rows(named=True)}
    assert {key: row["capture_id"] for key, row in rows.items()} == {"a": "c3", "b": "c6"}
    assert {key: row["version_count"] for key, row in rows.items()} == {"a": 2, "b": 1}
    assert (rows["a"]["first_captured_at"], rows["a"]["last_captured_at"]) == (noon(0), noon(3))


def test_equal_instants_are_settled_by_capture() -> None:
    twins = pl.concat([version("c2", "a", 0), version("c1", "a", 0)])
    assert documents(twins)["capture_id"].to_list() == ["c2"]


def test_text_columns_are_kept_or_not_needed() -> None:
    assert "body" in documents(VERSIONS).columns
    assert "body" not in documents(VERSIONS.drop("body", "lede")).columns
    assert documents(VERSIONS.clear()).is_empty()


@given(st.permutations(range(6)))
def test_order_of_rows_does_not_matter(order: list[int]) -> None:
    shuffled = pl.concat([VERSIONS[number] for number in order])
    assert documents(shuffled).equals(documents(VERSIONS))
    every = outcomes(*((f"c{number}", "article") for number in range(1, 7)))
    assert fate_of(every, shuffled) == fate_of(every, VERSIONS)


def test_one_fate_each() -> None:
    every = outcomes(*((f"c{number}", "article") for number in range(1, 7)), ("c7", "article"), ("c8", "unchanged"),
                     ("c9", "discovery"), ("d1", "redirect"), ("d2", "quarantined"))
    quarantine = frame(QUARANTINE, {"capture_id": "d2", "reason": "no_date"})
    assert fate_of(every, VERSIONS, quarantine) == {
        "c1": ("article", None, "a"),
        "c2": ("unchanged", None, "a"),
        "c3": ("revision", None, "a"),
        "c4": ("alternate_view", None, "a"),
        "c5": ("article", None, "b"),           # there is no other page of it
        "c6": ("alternate_view", None, "b"),
        "c7": ("quarantined", "held", None),    # its partition was not accepted
        "c8": ("unchanged", None, None),
        "c9": ("discovery", None, None),
        "d1": ("redirect", None, None),
        "d2": ("quarantined", "no_date", None),
    }


def test_a_main_page_takes_over_from_its_print_view() -> None:
    later = pl.concat([VERSIONS, version("c7", "b", 2, content_sha256="main")])
    every = outcomes(("c5", "article"), ("c6", "article"), ("c7", "article"))
    assert [fate for fate, _, _ in fate_of(every, later).values()] == ["alternate_view", "alternate_view", "article"]
    assert documents(later).filter(article_id="b")["capture_id"].item() == "c7"


def test_there_are_as_many_articles_as_documents() -> None:
    every = outcomes(*((f"c{number}", "article") for number in range(1, 7)))
    settled = fates(every, VERSIONS, QUARANTINE.empty())
    assert settled.filter(fate="article").height == documents(VERSIONS).height
    assert settled.schema == FATES_TABLE.schema
    assert settled["captured_date"].unique().to_list() == [day(0)]
