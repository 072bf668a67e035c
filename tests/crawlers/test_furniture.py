"""Counters, ages and tooltips are no text of a document: they differ on every visit, and would make revisions."""

from __future__ import annotations

import pytest
from lxml import html

from crawlers.furniture import is_furniture
from crawlers.paragraphs import paragraphs


@pytest.mark.parametrize("line", [
    "Views: 1,234", "1.2K shares", "12 comments", "Просмотров: 12 345", "Количество просмотров: 5", "閲覧数：1,234", "1234回閲覧",
    "コメント 12件", "いいね！ 5", "3 hours ago", "Updated: 3 hours ago", "3 часа назад", "3時間前",
])  # fmt: skip
def test_a_counter_is_furniture(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize("line", [
    "12 ships", "Article 5", "3 мая 2026 года", "2026年5月3日", "参加者100人", "Views on the treaty differ: 12 states abstained",
    "The Minister has 5 comments on the draft.", "Просмотр договора займёт 3 года",
])  # fmt: skip
def test_a_sentence_with_a_number_is_not(line: str) -> None:
    assert not is_furniture(line)


def test_tooltips_are_not_read() -> None:
    page = html.fromstring(
        "<main><p>The <b title='a biography'>Minister<span role=tooltip>Born in a lighthouse.</span></b> spoke."
        "<p class='tooltip-content'>A biography.<p>He left.<p>Views: 12</main>"
    )
    assert paragraphs(page, page.findall(".//p")) == ["The Minister spoke.", "He left."]
