"""Every date that a page without rules gives; pages are fictional."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawlers.confidence import CANDIDATES, confidence_of_candidate
from crawlers.extract import Extracted, extract

AT = datetime(2026, 6, 30, tzinfo=UTC)
HEADLINE = "A ferry between two invented harbours"
TEXT = "".join(f"<p>The ferry of line {number} runs again from the autumn, its owners said, and nobody was there to ask why it had stopped.</p>" for number in range(12))


def read(head: str = "", below: str = "", url: str = "https://www.kaikyo.example/a", behind: str = "", lang: str = "en") -> list[tuple[str, str, str, date | None]]:
    html = f"<html lang={lang}><head><title>{HEADLINE}</title>{head}</head><body><h1>{HEADLINE}</h1>{below}<article>{TEXT}</article>{behind}</body></html>"
    found = extract(html.encode(), url, AT)
    assert isinstance(found, Extracted), found
    return [(each.field, each.method, each.text, each.instant.date() if each.instant else None) for each in found.candidates]


META = '<meta property="article:published_time" content="2026-06-28T10:00:00Z">'
DECLARED = ("published", "meta", "2026-06-28T10:00:00Z", date(2026, 6, 28))


@pytest.mark.parametrize(
    ("below", "url", "lang", "more"),
    [
        ('<time datetime="2026-06-27">yesterday</time>', "", "en", [("published", "time", "2026-06-27", date(2026, 6, 27))]),
        ('<p class="updated">Updated <time datetime="2026-06-29">today</time></p>', "", "en", [("modified", "time", "2026-06-29", date(2026, 6, 29))]),
        ("<p>27 June 2026</p>", "", "en", [("published", "text", "27 June 2026", date(2026, 6, 27))]),
        ("<p>令和8年6月27日</p>", "", "ja", [("published", "text", "令和8年6月27日", date(2026, 6, 27))]),
        ("<p>27 июня 2026 г.</p>", "", "ru", [("published", "text", "27 июня 2026 г.", date(2026, 6, 27))]),
        ("<p>更新：2026年6月29日</p>", "", "ja", [("modified", "text", "更新：2026年6月29日", date(2026, 6, 29))]),
        ("<p><b>Updated</b> <i>29 June 2026</i></p>", "", "en", [("modified", "text", "29 June 2026", date(2026, 6, 29))]),
        ("", "https://www.kaikyo.example/2026/06/27/ferry.html?id=20250101", "en", [("published", "url", "2026-06-27", date(2026, 6, 27))]),
        ("<p>31 February 2026</p>", "", "en", [("published", "text", "31 February 2026", None)]),
        ("<p>The ferry of 2026</p>", "", "en", [("published", "text", "The ferry of 2026", None)]),
    ],
)  # fmt: skip
def test_each_place_gives_its_date(below: str, url: str, lang: str, more: list[tuple]) -> None:
    assert read(META, below, url or "https://www.kaikyo.example/a", lang=lang) == [DECLARED, *more]


def test_a_date_behind_the_text_is_not_beside_the_headline() -> None:
    assert read(META, behind="<p>26 June 2026</p>") == [DECLARED]


def test_what_the_article_got_is_among_them() -> None:
    assert read(behind='<span itemprop="datePublished">2026-06-28</span>') == [("published", "xpath", "2026-06-28", date(2026, 6, 28))]


def test_candidates_say_what_they_are() -> None:
    html = f'<html><head><title>{HEADLINE}</title>{META}</head><body><h1>{HEADLINE}</h1><p>28 June 2026, 19:00 JST</p><article>{TEXT}</article></body></html>'
    found = extract(html.encode(), "https://www.kaikyo.example/a", AT)
    assert isinstance(found, Extracted)
    assert [(each.precision, each.zone, each.confidence) for each in found.candidates] == [
        ("minute", "+00:00", confidence_of_candidate("meta")), ("minute", "+09:00", confidence_of_candidate("text")),
    ]  # fmt: skip
    assert all(0 < (confidence_of_candidate(method) or 0) < 1 for method in CANDIDATES) and confidence_of_candidate("never met") is None
