"""The labels of the genre benchmark, and its scoring."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import documents
from benchmarks.documents import PAGES, TEXTS, Document, labels
from benchmarks.genre import f1, kappa, macro_f1
from warehouse.columns import GENRES


def _document(name: str, label: str) -> Document:
    return Document(name, label, "https://paper.example/", "", "", "", "news")


def test_f1_of_a_genre() -> None:
    members = [_document("a", "news"), _document("b", "news"), _document("c", "wire")]
    assert f1(members, ["news", "wire", "wire"], "news") == round(2 / 3, 4)
    assert f1(members, ["news", "news", "news"], "wire") == 0.0
    assert macro_f1(members, ["news", "news", "wire"], ["news", "wire"]) == 1.0


@pytest.mark.parametrize("path", [PAGES, TEXTS])
def test_labels_are_genres_of_distinct_files_without_text(path: Path) -> None:
    rows = labels(path)
    assert list(rows[0]) == ["file", "sha256", "genre", "second"]
    assert len({row["file"] for row in rows}) == len(rows) >= 250
    assert {row["genre"] for row in rows} <= {*GENRES, *documents.UNSCORED}
    assert all(len(row["sha256"]) == 64 for row in rows)


def test_pages_and_texts_are_distinct() -> None:
    assert not {row["sha256"] for row in labels(PAGES)} & {row["sha256"] for row in labels(TEXTS)}


def test_op_eds_are_enough_to_be_measured() -> None:
    held_out = [row for path in (PAGES, TEXTS) for row in labels(path) if _document(row["file"], row["genre"]).is_held_out]
    assert sum(row["genre"] == "op_ed" for row in held_out) >= 20


def test_both_readings_are_compared() -> None:
    agreement, n = kappa()
    assert 0.9 < agreement <= 1
    assert n > 100


def test_a_third_is_held_out() -> None:
    share = sum(_document(f"page-{number}.html", "news").is_held_out for number in range(3_000)) / 3_000
    assert 0.3 < share < 0.37
