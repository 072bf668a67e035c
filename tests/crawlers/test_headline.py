from __future__ import annotations

import json

import pytest

from crawlers.headline import headline_of
from crawlers.page import Page

LD = '<script type="application/ld+json">{}</script>'


def page(head: str, body: str) -> Page:
    return Page(f"<html><head>{head}</head><body>{body}</body></html>", "https://paper.example/kelp")


@pytest.mark.parametrize(
    ("head", "body", "headline"),
    [
        ("<title>Kelp returns - Harbour Post</title>", "<h1>Kelp returns</h1>", "Kelp returns"),
        ("<title>Kelp returns - Harbour Post</title>", "<h1>Harbour Post</h1>", "Kelp returns"),
        ("<title>Kelp returns - Harbour Post</title>", "<h1>Harbour Post <svg><title>Logo</title></svg></h1>", "Kelp returns"),
        ("<title>Kelp returns | Opinion | Harbour Post</title>", "<h1>Opinion</h1><h1>Kelp returns</h1>", "Kelp returns"),
        ("<title>Harbour Post</title>", "<h1>Kelp returns</h1>", "Kelp returns"),
        ("<title>Kelp returns</title>", "<div class=skiptranslate><h1>Original text</h1></div>", "Kelp returns"),
        ("<title>昆布が戻る｜港日報</title>", "<p>昆布</p>", "昆布が戻る"),
        (f'<title>Kelp returns</title>{LD.format(json.dumps({"headline": "cms"}))}', "<h1>Kelp returns</h1>", "Kelp returns"),
        (f'<title>x</title>{LD.format(json.dumps({"headline": "Kelp &#8216;returns&#8217;"}))}', "", "Kelp ‘returns’"),
        (
            '<title>All about kelp</title><meta property="og:title" content="Kelp returns - Harbour Post">'
            '<meta property="og:site_name" content="Harbour Post">', "<h1>Sea</h1>", "Kelp returns",
        ),
        ('<title>Why kelp returns to us</title><meta property="og:title" content="Kelp">', "<h1>Why kelp returns</h1>", "Why kelp returns"),
        (
            f'<title>Kelp returns to the northern bay | Post</title>{LD.format(json.dumps({"headline": "Kelp returns to the northern bay"}))}'
            '<meta property="og:title" content="What kelp did next">', "<h1>What kelp did next</h1>", "Kelp returns to the northern bay",
        ),
        (
            f'<title>All of the bay | Harbour Post</title>{LD.format(json.dumps({"headline": "Harbour Post"}))}'
            '<meta property="og:title" content="What kelp did next">', "<h1>What kelp did next</h1>", "What kelp did next",
        ),
        ("", "<p>Kelp</p>", None),
        ("<title>Kelp</title>", "", "Kelp"),
    ],
)  # fmt: skip
def test_what_a_page_calls_itself_is_checked_against_its_title(head: str, body: str, headline: str | None) -> None:
    assert headline_of(page(head, body)) == headline


def test_a_story_on_a_front_page_does_not_name_the_page() -> None:
    html = "<html><head><title>Harbour Post - News of the whole bay</title></head><body><h1>Kelp returns</h1></body></html>"
    assert headline_of(Page(html, "https://paper.example/")) == "News of the whole bay"
    assert headline_of(Page(html, "https://paper.example/kelp")) == "Kelp returns"
    assert headline_of(Page(html, "https://paper.example/?p=7")) == "Kelp returns"
    assert headline_of(Page(html, "")) == "Kelp returns"


@pytest.mark.parametrize("end", ["", "...", "…"])
def test_a_headline_that_was_cut_for_json_ld_is_read_in_full(end: str) -> None:
    whole = "Kelp returns to the bay after years, and those who fish there say that they had never believed it would come back at all"
    ld = LD.format(json.dumps({"headline": whole[:107] + end}))
    assert headline_of(page(f"<title>Kelp is back</title>{ld}", f"<h1>{whole}</h1>")) == whole
    assert headline_of(page(f"<title>Kelp is back</title>{LD.format(json.dumps({'headline': whole[:29]}))}", f"<h1>{whole}</h1>")) == whole[:29]
