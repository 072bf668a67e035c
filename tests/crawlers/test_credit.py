"""Authors with role and parts of the name; all are fictional."""

from __future__ import annotations

import pytest

from crawlers.byline import credits_of, credits_of_all, signed


@pytest.mark.parametrize(
    ("byline", "credits"),
    [
        ("佐藤太郎記者", [("佐藤太郎", "staff", None, None)]),
        ("仮名 花子", [("仮名 花子", None, "花子", "仮名")]),
        ("山田花子・論説委員", [("山田花子", "columnist", None, None)]),
        ("佐藤健 架空大学教授", [("佐藤健", "academic", None, None)]),
        ("サトウ・タロウ", [("サトウ・タロウ", None, None, None)]),
        ("共同", [("共同", "wire", None, None)]),
        ("ТАСС", [("ТАСС", "wire", None, None)]),
        ("Выдумкин Пётр Иванович", [("Выдумкин Пётр Иванович", None, "Пётр Иванович", "Выдумкин")]),
        ("И. И. Выдумкин", [("И. И. Выдумкин", None, "И. И.", "Выдумкин")]),
        ("Выдумкин И.И.", [("Выдумкин И.И.", None, "И.И.", "Выдумкин")]),
        ("корреспондент Пётр Сидоров", [("Пётр Сидоров", "staff", "Пётр", "Сидоров")]),
        ("By Mr Bo van der Monger and Ada Maker, staff writer",
         [("Bo van der Monger", None, "Bo", "van der Monger"), ("Ada Maker", "staff", "Ada", "Maker")]),
        ("Prof. Ada Maker", [("Ada Maker", "academic", "Ada", "Maker")]),
        ("MAKER Ada", [("MAKER Ada", None, "Ada", "MAKER")]),
        ("Ada Maker; Ada Maker", [("Ada Maker", None, "Ada", "Maker")]),
        ("Meridian Wire", [("Meridian Wire", "wire", None, None)]),
        ("AFP", [("AFP", "wire", None, None)]),
        ("時事", [("時事", "wire", None, None)]),
        ("架空通信社", [("架空通信社", "wire", None, None)]),
        ("The Strait Post", [("The Strait Post", "staff", None, None)]),
        ("Invented University", [("Invented University", None, None, None)]),
        ("Пресс-служба посольства", [("Пресс-служба посольства", None, None, None)]),
        ("Ada Maker, Meridian Wire", [("Ada Maker", "wire", "Ada", "Maker")]),
        ("Ada Maker and Meridian Wire", [("Ada Maker", None, "Ada", "Maker"), ("Meridian Wire", "wire", None, None)]),
        ("Ada Maker, Senior Invented Correspondent, and Bo Monger", [("Ada Maker", "staff", "Ada", "Maker"), ("Bo Monger", None, "Bo", "Monger")]),
        ("Ada Maker in Paris", [("Ada Maker", None, "Ada", "Maker")]),
        ("Ada Maker, special to the Strait Post", [("Ada Maker", "contributor", "Ada", "Maker")]),
        ("文●仮名 花子／架空編集部", [("仮名 花子", "staff", "花子", "仮名")]),
        ("9Strait Staff", [("9Strait Staff", "staff", None, None)]),
        ("Ada Maker - Wednesday, 3 March", [("Ada Maker", None, "Ada", "Maker")]),
        ("(" * 100_000, []),
        ("Ada Maker, " + "long " * 30, [("Ada Maker", None, "Ada", "Maker")]),
        (None, []),
    ],
)  # fmt: skip
def test_credits(byline: str | None, credits: list[tuple]) -> None:
    found = credits_of(byline)
    assert [(credit.name, credit.role, credit.given_name, credit.family_name) for credit in found] == credits


def test_the_outlets_own_name_behind_a_person_is_no_author() -> None:
    assert [(each.name, each.role) for each in credits_of("Ada Maker, The Kaikyo Business", outlets=["Kaikyo"])] == [("Ada Maker", "staff")]
    assert [each.name for each in credits_of_all(["Ada Maker", "Meridian Wire"])] == ["Ada Maker", "Meridian Wire"]


@pytest.mark.parametrize(
    ("line", "credits"),
    [
        ("船は秋にまた出る。（共同）", [("共同", "wire")]),
        ("船は秋にまた出る。【時事】", [("時事", "wire")]),
        ("船は秋にまた出る。【仮名花子】", [("仮名花子", None)]),
        ("船は秋にまた出る。（モスクワ＝仮名花子）", [("仮名花子", "staff")]),
        ("船は秋にまた出る。(c)AFP/Ada MAKER", [("Ada MAKER", "wire")]),
        ("船は秋にまた出る。（敬称略）", []),
        ("船（大型）は秋にまた出る。", []),
    ],
)
def test_a_texts_last_line_may_be_signed(line: str, credits: list[tuple[str, str | None]]) -> None:
    assert [(credit.name, credit.role) for credit in signed(line)] == credits


def test_the_rules_role_is_a_default() -> None:
    assert [credit.role for credit in credits_of("Ada Maker, Prof. Bo Monger", "official")] == ["official", "academic"]
