"""Who wrote a page without rules; pages, people and outlets are fictional."""

from __future__ import annotations

import pytest

from crawlers.authorship import authors_in
from crawlers.headline import headline_of
from crawlers.page import Page
from crawlers.vicinity import below

HEADLINE = "A ferry between two invented harbours"
TEXT = f"<p>{'The ferry runs again from the autumn. ' * 8}</p>"


def read(head: str, below_headline: str, url: str = "https://www.kaikyo.example/a", text: str = TEXT * 3) -> tuple[str | None, list[tuple[str, str | None]]]:
    html = f"<html><head><title>{HEADLINE}</title>{head}</head><body><nav><a>Sport</a></nav><h1>{HEADLINE}</h1>{below_headline}{text}</body></html>"
    page = Page(html, url)
    byline, credits = authors_in(page, below(page, headline_of(page)))
    return byline, [(credit.name, credit.role) for credit in credits]


def ld(author: str, more: str = "") -> str:
    return f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{HEADLINE}","author":{author}{more}}}</script>'


SITE = '<meta property="og:site_name" content="The Kaikyo">'


@pytest.mark.parametrize(
    ("head", "shown", "authors"),
    [
        (ld('{"name":"Ada Maker"}'), "", [("Ada Maker", None)]),
        ("", '<div class="byline">By <a>Ada Maker</a> and <a>Bo Monger</a><span>3 March 2026, 10:00</span></div>', [("Ada Maker", None), ("Bo Monger", None)]),
        ("", "<p>By Ada Maker</p>", [("Ada Maker", None)]),
        ("", "<p>March 3, 2026 at 6:08 PM by Ada Maker</p>", [("Ada Maker", None)]),
        (SITE + ld('{"name":"The Kaikyo"}'), '<p class="author">Ada Maker</p>', [("Ada Maker", None)]),
        (SITE + ld('{"name":"The Kaikyo"}'), "", [("The Kaikyo", "staff")]),
        (ld('{"name":"Ada Maker"}'), "<p>By Ada Maker, Cy Baker and Bo Monger</p>", [("Ada Maker", None), ("Cy Baker", None), ("Bo Monger", None)]),
        (ld('{"name":"Ada Maker"}'), "<div>By <b>Ada Maker</b> <i>Political Editor</i></div>", [("Ada Maker", "staff")]),
        (ld('{"name":"Ada Maker"}', ',"publisher":{"name":"Reuters"}'), "", [("Ada Maker", "wire")]),
        ('<meta name="author" content="Owner Group">', "<p>By Ada Maker</p>", [("Ada Maker", None)]),
        ("", '<span class="writer">仮名 花子</span>', [("仮名 花子", None)]),
        ("", '<p>Текст: <span>Пётр Выдумкин</span></p>', [("Пётр Выдумкин", None)]),
        ("", '<p class="byline"><script>var name = "Bo"</script>Ada Maker</p>', [("Ada Maker", None)]),
        ("", "<p>The ferry is late</p>", []),
    ],
)  # fmt: skip
def test_authors(head: str, shown: str, authors: list[tuple[str, str | None]]) -> None:
    assert read(head, shown)[1] == authors


def test_a_note_tells_the_role() -> None:
    note = TEXT * 3 + "<p><a>Ada Maker</a> is a columnist of this paper.</p>"
    assert read(ld('{"name":"Ada Maker"}'), "", text=note)[1] == [("Ada Maker", "columnist")]


def test_bylines_of_other_articles_below_the_text_are_not_taken() -> None:
    others = TEXT * 4 + '<div><a rel="author">Bo Monger</a></div><div><a rel="author">Cy Baker</a></div><p class="byline">By Di Baker</p>'
    assert read("", "", text=others) == (None, [])


def test_an_authority_writes_on_its_own_site() -> None:
    assert read("", "<p>By Ada Maker</p>", "https://www.invented.gov/blog/1")[1] == [("Ada Maker", "official")]


def test_what_stands_below_a_headline_ends_where_the_text_begins() -> None:
    page = Page(f"<body><h1>{HEADLINE}</h1><div><p>Standfirst</p><div><span>By</span> <a>Ada</a></div></div>{TEXT * 5}<p>Behind</p></body>", "https://a.example/")
    lines = [" ".join(line.pieces) for line in below(page, HEADLINE) or []]
    assert lines == ["Standfirst By Ada"]
    assert below(page, None) is None and below(Page("<p>no heading</p>", "https://a.example/"), HEADLINE) is None
