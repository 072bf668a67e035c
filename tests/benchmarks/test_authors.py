"""The labels of the authors benchmark, and what of a name it compares."""

from __future__ import annotations

import csv

from benchmarks import authors
from warehouse.columns import AUTHOR_ROLES


def test_labels_are_places_without_names() -> None:
    with authors.LABELS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert list(rows[0]) == ["file", "sha256", "language", "start", "end", "role"]
    assert len({row["sha256"] for row in rows}) == len({row["file"] for row in rows}) >= 190
    assert {row["role"] for row in rows} <= {*AUTHOR_ROLES, "none", authors.OPTIONAL, ""}
    assert all(int(row["start"]) < int(row["end"]) for row in rows if row["role"])


def test_names_are_compared_by_their_letters() -> None:
    assert authors.letters("ADA  O'Maker-Jr.") == authors.letters("Ada O’Maker Jr") != authors.letters("Ada Maker")
    assert authors.letters("仮名　花子") == authors.letters("仮名花子")
