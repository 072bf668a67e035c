"""Authors with role and parts of the name; all are fictional."""

from __future__ import annotations

import pytest

from crawlers.byline import credits_of


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
        (None, []),
    ],
)  # fmt: skip
def test_credits(byline: str | None, credits: list[tuple]) -> None:
    found = credits_of(byline)
    assert [(credit.name, credit.role, credit.given_name, credit.family_name) for credit in found] == credits


def test_the_rules_role_is_a_default() -> None:
    assert [credit.role for credit in credits_of("Ada Maker, Prof. Bo Monger", "official")] == ["official", "academic"]
