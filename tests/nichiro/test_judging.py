"""Judging a person's own texts from JSON lines: verdicts, bad lines, exit codes. All texts are fiction."""

from __future__ import annotations

import json
from pathlib import Path

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


@pytest.mark.parametrize("judge", [judging.relevance, judging.copies, judging.stories])
def test_odd_texts_have_an_answer(judge) -> None:
    given = texts(*({"text": text} for text in ODD))
    rows = judge(given)
    assert [row["id"] for row in rows] == [text.id for text in given]
    assert {row["verdict"] for row in rows} <= {"none", "original", "too_short", "off_beat"}
    assert judge([]) == []


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
