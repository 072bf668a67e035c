"""Validation: figures against those worked out by hand, and files that are refused."""

from __future__ import annotations

import json

import pytest

from nichiro import judging
from nichiro.errors import ConfigError, ContractError
from nichiro.texts import read
from nichiro.validation import TASKS, validate


def lines(*rows: dict) -> list:
    return list(read(json.dumps({"text": "x", "language": "en"} | row).encode() for row in rows))


def labelled(*pairs: tuple[str, str], **more: str) -> list[dict]:
    return [{"gold": gold, "answer": answer} | more for gold, answer in pairs]


def figures(found: dict) -> dict:
    return {(row["language"], row["class"], row["metric"]): (row["value"], row["n"]) for row in found["rows"]}


def test_classes_by_hand() -> None:
    pairs = [("strong", "strong")] * 8 + [("strong", "none")] * 2 + [("none", "strong")] * 4 + [("none", "none")] * 6
    found = validate("relevance", lines(*labelled(*pairs)))
    told = figures(found)
    assert found["answers"] == "file" and found["n"] == 20
    assert told["en", "strong", "precision"] == (0.6667, 12) and told["en", "strong", "recall"] == (0.8, 10)
    assert told["en", "strong", "f1"] == (round(16 / 22, 4), 10) and told["en", "all", "accuracy"] == (0.7, 20)
    recall = next(row for row in found["rows"] if (row["class"], row["metric"]) == ("strong", "recall"))
    assert recall["interval"] == [0.4902, 0.9433], "Wilson's for 8 of 10"
    assert all(low <= row["value"] <= high for row in found["rows"] for low, high in [row["interval"]])


def test_languages_are_told_apart() -> None:
    found = validate("relevance", lines(
        *labelled(("strong", "strong"), ("none", "none")), *labelled(("strong", "none"), language="ja"),
    ))  # fmt: skip
    told = figures(found)
    assert told["en", "all", "accuracy"] == (1.0, 2) and told["ja", "all", "accuracy"] == (0.0, 1) and told["all", "all", "accuracy"] == (0.6667, 3)
    assert told["ja", "strong", "recall"] == (0.0, 1) and ("ja", "strong", "precision") not in told, "nothing was called so"


def test_groups_by_hand() -> None:
    """Gold aaa bb, answers 11 2 2 2: two of the four pairs called are right, two of the four wanted found."""
    told = figures(validate("copies", lines(*labelled(("a", "1"), ("a", "1"), ("a", "2"), ("b", "2"), ("b", "2")))))
    assert told["all", "pairs", "precision"] == (0.5, 4) and told["all", "pairs", "recall"] == (0.5, 4)
    assert told["all", "b_cubed", "precision"] == (round((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5, 4), 5)
    assert told["all", "b_cubed", "recall"] == (round((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5, 4), 5)


def test_without_answers_nichiro_answers() -> None:
    words = " ".join(f"word{number}" for number in range(80))
    found = validate("copies", lines({"text": words, "gold": "a"}, {"text": words, "gold": "a"}, {"text": words[::-1], "gold": "b"}))
    assert found["answers"] == "nichiro" and figures(found)["all", "pairs", "f1"] == (1.0, 1)
    language = validate("language", lines({"text": "Рыбаки вернулись в порт.", "gold": "ru"}, {"text": "漁船は港に戻った。", "gold": "ru"}))
    assert figures(language)["all", "ru", "recall"] == (0.5, 2) and figures(language)["all", "ja", "f1"] == (0.0, 0)
    genre = validate("genre", lines({"text": "Short.", "url": "https://daily.example/editorial/1", "gold": "editorial"}))
    assert figures(genre)["en", "editorial", "recall"] == (1.0, 1)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_answers_each_text_in_its_order(task: str) -> None:
    texts = lines({"text": "Рыбаки вернулись в порт."}, {"text": ""}, {"text": "Boats came home.", "headline": "Boats"})
    answers = TASKS[task].answers(texts)
    assert len(answers) == 3 and all(isinstance(answer, str) and answer for answer in answers)
    assert not TASKS[task].classes or set(answers) <= {*TASKS[task].classes, judging.UNSCORED}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "no labelled text"),
        ([{"gold": "maybe"}], "'maybe', not one of strong, passage, none"),
        ([{"gold": "none"}, {}], 'id 2: no "gold"'),
        ([*labelled(("none", "none")), {"gold": "none"}], 'id 2: no "answer", which other lines have'),
        ([{"gold": "none", "text": 7}], "line 1: text: Input should be a valid string"),
    ],
)
def test_a_file_that_cannot_be_judged_is_refused(rows: list[dict], told: str) -> None:
    with pytest.raises(ContractError) as refused:
        validate("relevance", lines(*rows))
    assert told in str(refused.value) and "gold" in refused.value.hint


def test_tone_is_of_the_text_or_toward_its_one_target() -> None:
    good, bad = "The fictional accord was praised as an excellent success.", "The fictional minister, a corrupt liar, was condemned for brutal attacks."
    found = validate("tone", lines({"text": good, "gold": "positive"}, {"text": bad, "gold": "negative"}))
    assert found["answers"] == "nichiro" and figures(found)["en", "all", "macro_f1"] == (1.0, 2)
    assert figures(validate("tone", lines({"text": "🦀", "gold": "neutral"})))["en", "all", "accuracy"] == (0.0, 1)   # unscored is wrong
    with pytest.raises(ContractError, match="2 targets; one line for each"):
        validate("tone", lines({"text": "xy", "gold": "neutral", "targets": [{"start": 0, "end": 1}, {"start": 1, "end": 2}]}))
    with pytest.raises(ContractError, match="not one of negative, neutral, positive"):
        validate("tone", lines({"gold": "good"}))


def test_an_unknown_task_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match="no task weather → one of relevance, tone"):
        validate("weather", [])
