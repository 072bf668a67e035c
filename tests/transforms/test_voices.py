"""Whose words: quotation marks and what is none of a voice, words of saying, turns; spans that cover the text; hostile texts."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.quotations import quotations
from transforms.voices import voices

LANGUAGES = ("en", "ja", "ru", "xx")


def told(text: str, language: str) -> list[tuple[str, str | None, str]]:
    return [(item.voice, item.speaker, text[item.start : item.end]) for item in voices(text, language) if item.voice != "author"]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "“The ice is thin,” said Minister Orla Vint.", [("quoted", "Minister Orla Vint", "The ice is thin")]),
        ("en", "Orla Vint, the fisheries minister, said: “The ice is thin this year.”", [("quoted", "Orla Vint", "The ice is thin this year")]),
        ("en", "Vint said that the ice was thin.", [("reported", "Vint", "that the ice was thin")]),
        ("en", "The ice was thin, according to Orla Vint.", [("reported", "Orla Vint", "The ice was thin")]),
        ("en", "According to Orla Vint, the ice was thin.", [("reported", "Orla Vint", "the ice was thin")]),
        ("en", "Vint accused the harbour office of neglect.", [("reported", "Vint", "the harbour office of neglect")]),
        ("en", "'We shall not wait any longer,' she said.", [("quoted", None, "We shall not wait any longer")]),
        ("en", "“Is it thin?” Vint asked. The boat left.", [("quoted", "Vint", "Is it thin")]),
        ("en", "Vint spoke first. She said the ice was thin.", [("reported", None, "the ice was thin")]),
        ("en", "Vint said it was late. She added that nobody came.", [("reported", "Vint", "it was late"), ("reported", "Vint", "that nobody came")]),
        ("en", "Vint was accused of neglect by nobody at all.", []),
        ("en", "The so-called “quiet diplomacy” failed, and the report was late.", []),
        ("en", "Her book “The Window of the North” is out.", []),
        ("en", "Vint wrote: “Nobody told the villages", [("quoted", "Vint", "Nobody told the villages")]),     # never closed
        ("ja", "北見次官は「氷は薄い」と述べた。", [("quoted", "北見次官", "氷は薄い")]),
        ("ja", "「氷は薄い」と北見次官は話した。", [("quoted", "北見次官", "氷は薄い")]),
        ("ja", "「氷は薄い」。北見次官はこう話した。", [("quoted", "北見次官", "氷は薄い")]),
        ("ja", "北見次官は、氷は薄いとの考えを示した。", [("reported", "北見次官", "氷は薄い")]),
        ("ja", "北見次官によると、氷は薄いという。", [("reported", "北見次官", "氷は薄い")]),
        ("ja", "展覧会「氷の道」が始まった。", []),
        ("ja", "いわゆる「静かな海」は荒れた。", []),
        ("ja", "北見次官は「村長は『待て』と言うが、待てない」と述べた。", [("quoted", "北見次官", "村長は『待て』と言うが、待てない")]),
        ("ru", "«Лёд тонкий», — сказала министр Винт.", [("quoted", "Винт", "Лёд тонкий")]),
        ("ru", "«Лёд тонкий, — сказала министр Винт. — Мы ждём». ", [("quoted", "Винт", "Лёд тонкий"), ("quoted", "Винт", "Мы ждём")]),
        ("ru", "Винт заявила, что лёд тонкий.", [("reported", "Винт", "лёд тонкий")]),
        ("ru", "По словам Винт, лёд тонкий.", [("reported", "Винт", "лёд тонкий")]),
        ("ru", "— Лёд тонкий, — сказала Винт.", [("quoted", "Винт", "Лёд тонкий")]),
        ("ru", "Завод «Северный лёд» закрыт.", []),
        ("xx", "Vint: “foo bar baz qux quux”.", [("quoted", None, "foo bar baz qux quux")]),
    ],
)
def test_whose_words(language: str, text: str, expected: list[tuple[str, str | None, str]]) -> None:
    assert told(text, language) == expected


def test_the_holder_stays_the_authors() -> None:
    text = "ロシア外務省は、日本が約束を破ったと非難した。"
    found = {text[item.start : item.end]: item.voice for item in voices(text, "ja")}
    assert found["日本が約束を破った"] == "reported"
    assert next(voice for words, voice in found.items() if "ロシア外務省" in words) == "author"


def test_a_turn_is_its_speakers() -> None:
    text = "ORLA VINT: Kono said “the ice is thin today”.\nThe room laughed."
    found = voices(text, "en", [{"start": 11, "end": 45, "speaker": "ORLA VINT", "role": None}])
    assert [(item.voice, item.speaker) for item in found] == [("author", None), ("quoted", "ORLA VINT"), ("author", None)]


def test_turns_that_are_wrong_are_endured() -> None:
    text = "One. Two. Three."
    found = voices(text, "en", [{"start": 5, "end": 99, "speaker": "A"}, {"start": 7, "end": 9, "speaker": "B"}, {"start": -3, "end": 4, "speaker": "C"}])
    assert [(item.start, item.end, item.speaker) for item in found] == [(0, 4, "C"), (4, 5, None), (5, 16, "A")]


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from([*"“”„«»「」『』\"'‘’\n.,:—()", "'' ", " said ", " that ", " Vint ", "он заявил, что ", "と述べた。", "氷は", "、", "に", "を非難した", "\ue000", "по словам ", "e\u0301"]), max_size=40).map("".join),
    st.sampled_from(LANGUAGES),
)
def test_spans_cover_the_text(text: str, language: str) -> None:
    found = voices(text, language)
    assert "".join(text[item.start : item.end] for item in found) == text
    assert all(item.start < item.end for item in found)
    assert all((item.voice != "author") or item.speaker is None for item in found)
    assert found == voices(text, language)


@pytest.mark.parametrize("language", ["en", "ja", "ru"])
@pytest.mark.parametrize("piece", ["“", '"', "said ", "he said, ", "заявил, что ", "と述べた", "日本は、", "「あ」と", "x", "“\n", "according to "])
def test_a_hostile_text_ends(piece: str, language: str) -> None:
    """60,000 characters take 0.8 s at worst, a megabyte 14; what grew with the square of the length took 16 s here."""
    text = piece * (60_000 // len(piece))
    start = time.process_time()
    assert voices(text, language)[-1].end == len(text)
    assert time.process_time() - start < 5


def test_nested_and_unclosed_marks() -> None:
    text = "«А „б“ в» “x\ny” z"
    assert [(text[item.start : item.end], item.is_closed) for item in quotations(text)] == [("А „б“ в", True), ("x", False)]


def test_an_apostrophe_closes_nothing() -> None:
    text = "‘It’s the diplomats’ meeting,’ she said."
    assert [text[item.start : item.end] for item in quotations(text)] == ["It’s the diplomats’ meeting,"]
