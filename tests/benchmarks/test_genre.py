"""The labels of the genre benchmark, and its scoring."""

from __future__ import annotations

import csv

from benchmarks import genre
from benchmarks.genre import Document, f1, kappa, macro_f1
from warehouse.columns import GENRES


def _document(name: str, label: str) -> Document:
    return Document(name, label, "https://paper.example/", "", "", "", "news")


def test_f1_of_a_genre() -> None:
    members = [_document("a", "news"), _document("b", "news"), _document("c", "wire")]
    assert f1(members, ["news", "wire", "wire"], "news") == round(2 / 3, 4)
    assert f1(members, ["news", "news", "news"], "wire") == 0.0
    assert macro_f1(members, ["news", "news", "wire"], ["news", "wire"]) == 1.0


def test_labels_are_genres_of_distinct_files_without_text() -> None:
    with genre.LABELS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert list(rows[0]) == ["file", "sha256", "genre", "second"]
    assert len({row["file"] for row in rows}) == len(rows) >= 250
    assert {row["genre"] for row in rows} <= {*GENRES, *genre.UNSCORED}
    assert all(len(row["sha256"]) == 64 for row in rows)


def test_both_readings_are_compared() -> None:
    agreement, n = kappa()
    assert 0.9 < agreement <= 1
    assert n > 100


def test_a_third_is_held_out() -> None:
    share = sum(_document(f"page-{number}.html", "news").is_held_out for number in range(3_000)) / 3_000
    assert 0.3 < share < 0.37
