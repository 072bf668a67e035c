"""The main text of pages without rules; all texts are fiction."""

from __future__ import annotations

import json

from crawlers.maintext import main_text
from crawlers.page import Page

LONG = (
    "The harbour master of Port Kelp said on Tuesday that the herring had come back to the inner bay in number {0}, "
    "and that the boats of the {0} quays would not be counted before the end of the week."
)
TEXTS = [LONG.format(number) for number in ("one", "two", "three", "four")]


def read(body: str, head: str = "", headline: str = "Herring are back") -> list[str]:
    html = f"<html><head><title>{headline}</title>{head}</head><body><article><h1>{headline}</h1>{body}</article></body></html>"
    return main_text(Page(html, "https://paper.example/herring"), headline)


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def test_the_text_without_its_headline() -> None:
    assert read(paragraphs(*TEXTS)) == TEXTS


def test_a_short_list_full_of_links_stays_where_it_stands() -> None:
    towns = '<a href="/a">Aker</a>: <a href="/b">Bor</a>, <a href="/c">Corr</a>'
    assert read(paragraphs(*TEXTS[:2], towns, *TEXTS[2:])) == [*TEXTS[:2], "Aker: Bor, Corr", *TEXTS[2:]]


def test_a_link_to_something_else_does_not_come_back() -> None:
    other = '(<a href="/cod">The cod are dear</a>)'
    assert read(paragraphs(*TEXTS[:2], other, *TEXTS[2:])) == TEXTS


def test_captions_and_tooltips_are_left_out() -> None:
    picture = '<figure><img src="x.jpg"><figcaption>The inner bay on Tuesday, taken from the old quay of the town.</figcaption></figure>'
    old = '<div><p class="caption">A herring boat leaves the harbour at dawn, as seen from the lighthouse.</p></div>'
    tip = '<div class="js-tooltip-content"><p>Follow this category and read all of its articles on a page of your own.</p></div>'
    assert read(paragraphs(*TEXTS[:2]) + picture + old + tip + paragraphs(*TEXTS[2:])) == TEXTS


def test_json_ld_gives_the_text_where_the_page_shows_hardly_any() -> None:
    declared = json.dumps({"@type": "NewsArticle", "articleBody": "\n\n".join(TEXTS)})
    assert read("<p>Herring are back.</p>", f'<script type="application/ld+json">{declared}</script>') == TEXTS


def test_json_ld_that_is_cut_short_gives_nothing() -> None:
    declared = json.dumps({"@type": "NewsArticle", "articleBody": TEXTS[0]})
    assert read(paragraphs(*TEXTS), f'<script type="application/ld+json">{declared}</script>') == TEXTS


def test_a_page_without_text() -> None:
    assert read("") == []
