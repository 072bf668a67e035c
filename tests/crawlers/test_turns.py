"""Speaker turns: fictional transcripts in three languages; offsets give the words."""

from __future__ import annotations

import pytest

from crawlers.turns import role_of, speakers_of, turns_of

EN = "Intro of the day.\nPresident of Norland Ada Maker: Good day.\nMore words.\nQuestion: What of cod?\nAda Maker: Enough.\nNote: no turn."
JA = "【港新聞　仮名記者】船は何隻ですか。\n【架空外務大臣】三隻です。\n以上です。"
RU = "Вопрос: Сколько судов?\nПётр Выдумкин: Три.\nИ вот что: я всё сказал."
MINUTES = "○仮名委員長　開会します。\n○架空外務大臣　お答えします。"


@pytest.mark.parametrize(
    ("body", "turns"),
    [
        (EN, [("President of Norland Ada Maker", "statement", "Good day.\nMore words."), ("Question", "question", "What of cod?"),
              ("Ada Maker", "answer", "Enough.\nNote: no turn.")]),
        (JA, [("港新聞　仮名記者", "question", "船は何隻ですか。"), ("架空外務大臣", "answer", "三隻です。\n以上です。")]),
        (RU, [("Вопрос", "question", "Сколько судов?"), ("Пётр Выдумкин", "answer", "Три.\nИ вот что: я всё сказал.")]),
        (MINUTES, [("仮名委員長", None, "開会します。"), ("架空外務大臣", None, "お答えします。")]),
        ("（問）船は。\n（外務大臣）三隻。", [("問", "question", "船は。"), ("外務大臣", "answer", "三隻。")]),
    ],
)  # fmt: skip
def test_turns(body: str, turns: list[tuple[str, str | None, str]]) -> None:
    assert [(turn.speaker, turn.role, body[turn.start : turn.end]) for turn in turns_of(body)] == turns


@pytest.mark.parametrize("body", ["", "A storm hit. The result: three ships.\nSecond: more.", "【東京共同】船が三隻。", "The Harbour Office: closed."])
def test_running_text_has_none(body: str) -> None:
    assert turns_of(body) == []


def test_marks_of_the_rules_decide() -> None:
    body = "Ada Maker: Friends.\nBo Monger: no speaker here.\nAda Maker Yes."
    assert [(turn.speaker, body[turn.start : turn.end]) for turn in turns_of(body, ["Ada Maker:"])] == [
        ("Ada Maker", "Friends.\nBo Monger: no speaker here."), ("Ada Maker", "Yes."),
    ]  # fmt: skip
    assert turns_of(body, []) == []


def test_one_who_speaks_alone_makes_no_exchange_but_speaks() -> None:
    body = "President of Norland Ada Maker: Good day.\nThe result: three ships."
    assert turns_of(body) == []
    assert speakers_of(body) == ["President of Norland Ada Maker"]
    assert speakers_of(EN) == ["President of Norland Ada Maker", "Question", "Ada Maker"]


@pytest.mark.parametrize(("speaker", "role"), [("Question", "question"), ("記者", "question"), ("Ответ", "answer"), ("Реплика", "other"), ("Ada Maker", None)])
def test_a_label_tells_its_role(speaker: str, role: str | None) -> None:
    assert role_of(speaker) == role
