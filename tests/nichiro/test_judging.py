"""Judging a person's own texts from JSON lines: verdicts, bad lines, exit codes. All texts are fiction."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nichiro import judging
from nichiro.errors import ConfigError
from nichiro.texts import Fault, Text, opened, read
from tests.nichiro.command import Command

MEETING = (
    "The fictional foreign ministers of Japan and Russia met in a fictional town and spoke of the Kuril Islands. They agreed "
    "that fishermen of both sides may cross the line in summer, and that a list of boats will be kept by two coast guards."
)
BREAD = "A bakery in the fictional town of Marlow sold nine hundred loaves on its first day and closed early for want of flour."
ODD = ("", "word", "🦀🐟", "\x00\x01\x1b", "。、！" * 500, "a" * 1_000_000, "two languages 二つの言語 два языка " * 3)


def texts(*lines: object) -> list[Text]:
    found = list(read(json.dumps(line).encode() for line in lines))
    assert all(isinstance(text, Text) for text in found), found
    return [text for text in found if isinstance(text, Text)]


def test_what_is_no_text_is_told_by_its_number() -> None:
    lines = [
        b"\xef\xbb\xbf" + json.dumps({"id": "a", "text": "x"}).encode(), b"", b"nonsense", b"\xff\xfe", b"[1]", b'{"id": "a", "text": "y"}',
        b'{"id": "c"}', b'{"text": "x", "published_date": "May"}', b'{"text": "\\ud800"}', b"[" * 100_000, b'{"id": 7, "headline": "z", "text": null}',
    ]  # fmt: skip
    found = list(read(lines))
    assert [text.id for text in found if isinstance(text, Text)] == ["a", "7"]
    faults = [line for line in found if isinstance(line, Fault)]
    assert [fault.number for fault in faults] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert str(faults[3]) == "line 6: id 'a' was there before" and str(faults[4]) == 'line 7: "text" or "headline" is needed'
    assert "published_date" in str(faults[5])


def test_relevance_with_passages_that_can_be_cut_out() -> None:
    on, off = judging.relevance(texts({"id": "on", "text": MEETING}, {"id": "off", "text": BREAD}))
    assert (on["verdict"], off["verdict"], off["passages"]) == ("strong", "none", []) and "territory" in on["topics"]
    passage = on["passages"][0]
    assert "Kuril" in MEETING[passage["start_offset"] : passage["end_offset"]] and on["method_version"] and on["method"]


def test_copies_name_the_first_of_the_chain_and_what_is_kept() -> None:
    first = "\n".join(f"{BREAD} {number} {MEETING} {number}" for number in range(5))
    rows = judging.copies(texts(
        {"id": "late", "text": first[: len(first) * 7 // 10], "published_date": "2026-05-09"},
        {"id": "first", "text": first, "published_date": "2026-05-03"},
        {"id": "far", "text": first, "published_date": "2026-06-07"},
        {"id": "undated", "text": first}, {"id": "brief", "text": "Six words are not enough here."},
    ))  # fmt: skip
    told = {row["id"]: (row["verdict"], row["cluster"], row["copy_of"]) for row in rows}
    assert told == {
        "late": ("copy", "first", "first"), "first": ("original", "first", None), "undated": ("original", "undated", None),
        "far": ("copy", "first", "late"), "brief": ("too_short", "brief", None),
    }
    assert rows[0]["share_kept"] > 0.95 > rows[0]["resemblance"] > 0.5 and rows[1]["score"] is None


def test_of_one_day_the_earlier_line_is_first() -> None:
    rows = judging.copies(texts({"id": "z", "source": "zz", "text": MEETING}, {"id": "a", "source": "aa", "text": MEETING}))
    assert [row["copy_of"] for row in rows] == [None, "z"]
    timed = judging.copies(texts(
        {"id": "moscow", "text": MEETING, "published_at": "2026-05-03T09:00:00+03:00"},
        {"id": "tokyo", "text": MEETING, "published_at": "2026-05-03T14:30:00+09:00"},
    ))  # fmt: skip
    assert [row["copy_of"] for row in timed] == ["tokyo", None]
    assert isinstance(next(read([b'{"text": "x", "published_at": "2026-05-03T09:00:00"}'])), Fault), "an hour of nowhere"


@pytest.mark.parametrize("judge", [judging.relevance, judging.tone, judging.copies, judging.stories])
def test_odd_texts_have_an_answer(judge) -> None:
    given = texts(*({"text": text} for text in ODD))
    rows = judge(given)
    assert [row["id"] for row in rows] == [text.id for text in given]
    assert {row["verdict"] for row in rows} <= {"none", "original", "too_short", "off_beat", "unscored", *judging.LABELS}
    assert judge([]) == []


class Fixed:
    """Blames what stands first in its sentence, praises what stands later; knows English only."""

    version = "fixed-1"
    languages = frozenset({"en"})

    def predict(self, sentences: list[str], spans: list[list[tuple[int, int]]], languages: list[str]) -> list[np.ndarray]:
        assert all(0 <= start < end <= len(sentence) for sentence, found in zip(sentences, spans, strict=True) for start, end in found)
        return [np.array([[0.7, 0.2, 0.1] if start == 0 else [0.1, 0.2, 0.7] for start, _ in found]) for found in spans]


def test_tone_of_the_text_and_toward_each_target_in_its_voice() -> None:
    text = "Boats came home. Marlow lied to all, said Ada Quill of Selby. “Selby is a splendid port,” said Ada Quill."
    places = [text.index("Marlow"), text.index("of Selby") + 3, text.index("Selby is")]
    spans = [{"start": start, "end": start + len(name)} for start, name in zip(places, ("Marlow", "Selby", "Selby"), strict=True)]
    (row,) = judging.tone(texts({"id": "a", "text": text, "target": spans[0], "targets": spans[1:]}), Fixed())
    assert [target["text"] for target in row["targets"]] == ["Marlow", "Selby", "Selby"]
    assert [target["verdict"] for target in row["targets"]][:2] == ["negative", "positive"]
    assert row["targets"][2]["voice"] == "quoted" and row["targets"][0]["score"] == -0.6
    assert row["verdict"] in judging.LABELS and round(sum(row["probabilities"].values()), 3) == 1 and row["method_version"]
    assert row["targets"][0]["method_version"] == "fixed-1"


def test_a_target_over_a_full_stop_is_judged_in_both_sentences() -> None:
    text = "The fictional U. S. Marlow fleet came. It left."
    whole = {"start": 0, "end": len(text)}
    (row,) = judging.tone(texts({"text": text, "targets": [whole, whole]}), Fixed())
    assert [target["verdict"] for target in row["targets"]] == ["negative", "negative"]


def test_without_a_model_nothing_is_scored() -> None:
    row, blank = judging.tone(texts({"text": "Bateaux.", "language": "fr", "target": {"start": 0, "end": 7}}, {"text": "", "language": "en"}), Fixed())
    assert (row["verdict"], row["score"], row["probabilities"], row["method_version"]) == ("unscored", None, None, None)
    assert row["targets"][0]["verdict"] == "unscored" and blank["verdict"] == "unscored"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"text": "abc", "target": {"start": 1, "end": 4}}, "a target ends at 4, the text at 3"),
        ({"text": "abc", "target": {"start": 2, "end": 2}}, '"end" is not after "start"'),
        ({"text": "abc", "targets": [{"start": -1, "end": 2}]}, "greater than or equal to 0"),
        ({"headline": "abc", "target": {"start": 0, "end": 1}}, "the text at 0"),
    ],
)
def test_a_target_outside_its_text_is_a_fault(line: dict, told: str) -> None:
    (fault,) = read([json.dumps(line).encode()])
    assert isinstance(fault, Fault) and told in fault.reason


def test_stories_join_reports_and_leave_out_what_is_off_the_beat() -> None:
    rows = judging.stories(texts(
        {"id": "a", "text": MEETING, "published_date": "2026-05-03"}, {"id": "b", "text": MEETING, "published_date": "2026-05-04"},
        {"id": "c", "text": BREAD, "published_date": "2026-05-04"},
    ))  # fmt: skip
    assert [(row["verdict"], row["story"], row["follows"]) for row in rows] == [("begins", "a", []), ("joins", "a", ["a"]), ("off_beat", None, [])]
    assert [row["verdict"] for row in judging.stories(texts({"text": BREAD}), every=True)] == ["begins"]


def test_the_command_loses_nothing_but_the_bad_line(tmp_path: Path) -> None:
    (tmp_path / "texts.jsonl").write_text(f'{{"id": "a", "text": {json.dumps(MEETING)}}}\nbad\n{{"id": "b", "text": "x"}}\n')
    done = Command(tmp_path)("relevance", "texts.jsonl", "--jsonl")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["a", "b"]
    assert done.returncode == 65 and "line 2: no JSON" in done.stderr
    with pytest.raises(ConfigError, match="cannot be read"), opened(tmp_path / "nothing.jsonl"):
        pass


def test_tone_as_a_command(tmp_path: Path) -> None:
    blame = "Critics condemned Marlow for a brutal and shameful attack."
    lines = [
        {"id": "a", "text": blame, "language": "en", "target": {"start": 18, "end": 24}}, {"id": "b", "text": "x", "target": {"start": 0, "end": 9}},
        {"id": "c", "text": "Вымышленный порт работает.", "language": "ru"},
    ]  # fmt: skip
    (tmp_path / "texts.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = Command(tmp_path)("tone", "texts.jsonl", "--jsonl")
    first, last = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 65 and "line 2: a target ends at 9" in done.stderr
    assert (first["targets"][0]["text"], first["targets"][0]["verdict"], first["verdict"]) == ("Marlow", "negative", "negative")
    assert last["id"] == "c" and last["targets"] == []


def test_a_target_cannot_write_to_the_terminal() -> None:
    from nichiro.cli.judging import _line

    row = {"id": "a", "verdict": "neutral", "score": 0.0, "targets": [{"text": "\x1b[2Jport\n", "verdict": "neutral", "voice": "author"}]}
    assert "\x1b" not in _line(row) and "\n" not in _line(row) and "port" in _line(row)
