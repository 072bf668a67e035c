"""benchmarks.translations: its labels, its rates and its peers."""

from __future__ import annotations

from collections import Counter

from benchmarks.translations import by_length, by_number, load, rates


def test_versions_of_a_text_lie_in_one_part_and_two_languages() -> None:
    parts = {part: load(part) for part in ("tuning", "held_out")}
    assert not {text["text"] for text in parts["tuning"]} & {text["text"] for text in parts["held_out"]}
    for texts in parts.values():
        versions = Counter(text["text"] for text in texts)
        assert set(versions.values()) == {1, 2}, "some have no translation"
        assert len({text["id"] for text in texts}) == len(texts)


def test_rates_by_hand() -> None:
    wanted, named = ({frozenset(pair) for pair in pairs} for pairs in (("ab", "cd", "ef", "gh"), ("ba", "cd", "eg")))
    told = {(row.metric): (row.value, row.n) for row in rates("x", "y", wanted, named)}
    assert told["precision"] == (0.6667, 3) and told["recall"] == (0.5, 4) and told["recall_low"][0] < 0.5 < told["recall_high"][0]
    assert {row.metric for row in rates("x", "y", wanted, set())} == {"recall", "recall_low", "recall_high"}


def test_peers_look_within_the_publisher_and_its_days() -> None:
    def text(text_id: str, language: str, day: int, body: str, publisher: str = "p") -> dict:
        return {"id": text_id, "language": language, "publisher": publisher, "published_at": f"2031-03-{day:02d}T00:00:00+00:00", "body": body}

    texts = [
        text("ru", "ru", 3, "Погибли 17 человек."), text("en", "en", 4, "The number of dead is 17."), text("far", "en", 9, "Again there are 17."),
        text("other", "en", 3, "Elsewhere 17 died.", "q"), text("none", "en", 3, "Nobody."),
    ]
    assert by_number(texts) == {frozenset(("ru", "en"))}
    assert by_length(texts) <= {frozenset(("ru", "en")), frozenset(("ru", "none"))}
