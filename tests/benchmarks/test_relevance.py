"""The relevance benchmark: bounds by hand, peers, labels that are whole, real passages where they lie."""

from __future__ import annotations

import csv

import pytest

from benchmarks import passages
from benchmarks.passages import LABELS, Passage, blind_reading, synthetic
from benchmarks.relevance import agreement, both_named, kappa, two_most_named, wilson

FICTION = {"language": "en", "country_code": "GB", "publisher_kind": "press"}


def test_bounds_by_hand() -> None:
    # Wilson's interval of 9 of 10, as in tables.
    assert wilson(9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-3)
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == pytest.approx(1)
    assert wilson(0, 0) == (0, 1)


def test_agreement() -> None:
    rows = {row.metric: row for row in agreement("x", "set", [True, True, False, False], [True, False, True, True])}
    assert (rows["precision_strong"].value, rows["precision_strong"].n) == (0.5, 2)
    assert (rows["recall_strong"].value, rows["recall_strong"].n) == (0.3333, 3)
    assert rows["recall_strong_low"].value < 0.3333 < rows["recall_strong_high"].value
    nothing = {row.metric: row.value for row in agreement("x", "set", [False], [True])}
    assert nothing["precision_strong"] == nothing["recall_strong"] == 0


def test_kappa_by_hand() -> None:
    # 3 of 4 agree; chance gives (2·3 + 2·1) / 16 = .5.
    assert kappa([("a", "a"), ("a", "a"), ("b", "a"), ("b", "b")]) == pytest.approx(0.5)
    assert kappa([("a", "a"), ("b", "b")]) == 1


def test_peers() -> None:
    both = Passage("Japan and Russia met.", "strong", **FICTION)
    crowd = Passage("China and India talk: China, India, China. Japan and Russia look on.", "none", **FICTION)
    one = Passage("Japan rests.", "none", **FICTION)
    assert both_named([both, crowd, one]) == [True, True, False]
    assert two_most_named([both, crowd, one]) == [True, False, False]
    assert both_named([Passage("Japan rests.", "none", "en", "RU", "government")]) == [True]


@pytest.mark.parametrize(
    ("language", "part", "least"), [("ja", "", 150), ("ja", "second", 130), ("ru", "", 150), ("ru", "second", 150), ("ru", "fifth", 90)]
)
def test_fictional_labels(language: str, part: str, least: int) -> None:
    labelled = synthetic(language, part)
    assert len(labelled) >= least
    assert len({passage.text for passage in labelled}) == len(labelled)
    assert {passage.label for passage in labelled} == {"strong", "passage", "none"}
    assert any(passage.is_held_out for passage in labelled) and any(not passage.is_held_out for passage in labelled)


@pytest.mark.parametrize(("language", "part"), [("ja", ""), ("ru", ""), ("ru", "second")])
def test_traps_are_held_out_too(language: str, part: str) -> None:
    assert any(passage.is_held_out for passage in synthetic(language, part) if passage.trap)


def test_real_labels_hold_no_text() -> None:
    with (LABELS / "relevance_en.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) >= 250
    assert set(rows[0]) == {"file", "start", "end", "sha256", "label", "first_reading", "second_reading"}
    assert {row["label"] for row in rows} == {"strong", "passage", "none"}


def test_later_labels_are_of_other_passages_and_hold_no_text() -> None:
    with (LABELS / "relevance_en.tsv").open(encoding="utf-8") as file:
        first = {row["sha256"] for row in csv.DictReader(file, delimiter="\t")}
    for part in ("second", "third", "tuning"):
        with (LABELS / f"relevance_en_{part}.tsv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        assert len(rows) >= 70
        assert set(rows[0]) == {"file", "start", "end", "sha256", "label"}
        hashes = {row["sha256"] for row in rows}
        assert len(hashes) == len(rows) and not first & hashes
        first |= hashes
    assert len(blind_reading()) >= 60


@pytest.mark.parametrize(("language", "hashed", "tuning", "held_out"), [
    ("ja", ("", "second"), ("tuning",), ()),
    ("ru", ("", "second", "fifth"), ("tuning", "tuning_second", "tuning_third"), ("third", "fourth")),
])
def test_parts_of_fiction_share_no_text(language: str, hashed: tuple[str, ...], tuning: tuple[str, ...], held_out: tuple[str, ...]) -> None:
    parts = [{passage.text for passage in synthetic(language, part)} for part in hashed + tuning + held_out]
    assert len(set.union(*parts)) == sum(map(len, parts))
    assert not any(passage.is_held_out for part in tuning for passage in synthetic(language, part))
    assert all(passage.is_held_out for part in held_out for passage in synthetic(language, part))


@pytest.mark.parametrize("name", ["en_headlines", "ru_news"])
def test_labels_of_lines_hold_no_text(name: str) -> None:
    with (LABELS / f"relevance_{name}.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert set(rows[0]) == {"file", "line", "sha256", "label"}
    assert len({row["sha256"] for row in rows}) == len(rows) >= 36


def test_lines_as_passages() -> None:
    assert passages.headline({"t": "talks with japan’s minister #lavrov", "s": "talks with"}) == "Talks With Japan’s Minister #Lavrov"
    assert passages.headline({"t": "\u200bJapan rests ", "s": "It rests in "}) == "\u200bJapan rests\nIt rests in"
    assert passages.sentence("{Author, Unknown} Япония спит. \n") == passages.sentence("Япония спит.\tЯпония\tCOUNTRY") == "Япония спит."


def test_lines_resolve() -> None:
    if not (passages.SHARED / "data" / "headlines").exists():
        pytest.skip("no ../shared/data: the labelled lines lie beside the repository")
    assert len(passages.headlines()) >= 370 and len(passages.news()) >= 36


def test_real_passages_resolve() -> None:
    if not (passages.REAL / "en.kremlin.ru").exists():
        pytest.skip("no ../shared/realpages: the labelled pages lie beside the repository")
    assert len(passages.kremlin()) >= 250
    for part in ("second", "third"):
        assert len(later := passages.kremlin(part)) >= 70 and all(passage.is_held_out for passage in later)
    tuning = [passage for part in ("", "tuning") for passage in passages.kremlin(part) if not passage.is_held_out]
    assert not {passage.document for passage in tuning} & {passage.document for passage in passages.kremlin("third")}
