"""Normalisation keeps its way back; sentences end where they end."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.text import normalise, sentences

CLUSTERS = ["a", "Я", "日", "ｶﾞ", "ﾊﾟ", "２", "\u3000", "\u00a0", "\u00ad", "\u200b", "é", "e\u0301", "㌔", "ﬁ", "Ё", "."]


@given(st.lists(st.sampled_from(CLUSTERS), max_size=30), st.data())
def test_a_slice_leads_back_to_its_stored_text(clusters: list[str], data: st.DataObject) -> None:
    normalised = normalise("".join(clusters))
    lengths = [len(normalise("".join(clusters[:number])).text) for number in range(len(clusters) + 1)]
    start, end = sorted((data.draw(st.sampled_from(lengths)), data.draw(st.sampled_from(lengths))))
    stored = "".join(clusters)[normalised.stored(start) : normalised.stored(end)]
    assert normalise(stored).text == normalised.text[start:end]


@given(st.text(max_size=200))
def test_offsets_rise_and_stay_inside(stored: str) -> None:
    normalised = normalise(stored)
    offsets = [normalised.stored(number) for number in range(len(normalised.text) + 1)]
    assert offsets == sorted(offsets)
    assert 0 <= offsets[0] <= offsets[-1] <= len(stored)


def test_known_letters_do_not_change() -> None:
    ranges = [(0x00, 0x7F), (0x400, 0x45F), (0x3041, 0x3096), (0x30A1, 0x30FA), (0x4E00, 0x9FFF)]
    letters = [chr(code) for first, last in ranges for code in range(first, last + 1)]
    assert all(unicodedata.normalize("NFKC", letter) == letter for letter in letters)


def test_full_width_and_no_break_space() -> None:
    stored = "サハリン２ of\u00a0Japan"
    normalised = normalise(stored)
    assert normalised.text == "サハリン2 of Japan"
    start = normalised.text.index("Japan")
    assert stored[normalised.stored(start) : normalised.stored(start + 5)] == "Japan"


@pytest.mark.parametrize(("paragraph", "expected"), [
    ("Mr. Alder met Ms. Birch. They talked.", ["Mr. Alder met Ms. Birch.", "They talked."]),
    ("In the U.S. Senate it rained. J. Smith left!", ["In the U.S. Senate it rained.", "J. Smith left!"]),
    ("首相は「行く。必ずだ」と述べた。終わった！次は？", ["首相は「行く。", "必ずだ」と述べた。", "終わった！", "次は？"]),
    ("В 2019 г. они встретились. А. Б. Иванов молчал.", ["В 2019 г. они встретились.", "А. Б. Иванов молчал."]),
    ("  blanks around  ", ["blanks around"]),
])
def test_sentences(paragraph: str, expected: list[str]) -> None:
    (spans,) = sentences(paragraph)
    assert [paragraph[start:end] for start, end in spans] == expected


def test_a_line_is_a_paragraph() -> None:
    assert [len(spans) for spans in sentences("One. Two.\n\n \nThree.")] == [2, 1]
