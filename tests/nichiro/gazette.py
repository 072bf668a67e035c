"""A fictional gazette on loopback: front page, feed, sitemap, articles with JSON-LD. Every word of it is fiction."""

from __future__ import annotations

from pathlib import Path

from tests.crawlers.web import Answer

HOST = "http://gazette.example"
XML = {"Content-Type": "application/rss+xml; charset=utf-8"}
PATHS = [f"/world/2026/{4 + number % 2:02d}/kelp-{number}" for number in range(4)]
PARAGRAPHS = [
    "The harbour master of a fictional port met her colleague from an equally fictional cape on Tuesday.",
    "They agreed that the kelp boats would leave in June, and that the next talks would be held in a third town.",
    "The head of an invented shipowners' union said that his members had fished in one strait for a hundred years.",
]
RULES = """\
extract:
  - headline: "css:h1.headline"
    body: "css:div.story"
    byline: "css:p.byline"
    published: {select: ["json_ld:datePublished"]}
"""


def page(path: str, number: int, body: str = "story") -> bytes:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return f"""\
<!doctype html><html lang="en"><head><title>Fiction {number} | The Gazette</title>
<link rel="alternate" type="application/rss+xml" href="/feed.xml"><link rel="canonical" href="{HOST}{path}">
<meta property="og:site_name" content="The Gazette"><meta name="robots" content="noimageai">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Kelp boats leave, part {number}",
"datePublished": "2026-05-03T1{number}:00:00+09:00", "author": {{"name": "Ida Invented"}},
"publisher": {{"name": "The Gazette"}}}}</script></head>
<body><nav><a href="/terms">Terms of use</a></nav><article><h1 class="headline">Kelp boats leave, part {number}</h1>
<p class="byline">By Ida Invented</p><div class="{body}">{text}</div></article></body></html>""".encode()


def feed(paths: list[str] = PATHS) -> bytes:
    items = "".join(
        f"<item><title>Fiction</title><link>{HOST}{path}</link><pubDate>Sun, 03 May 2026 1{number}:00:00 +0900</pubDate></item>"
        for number, path in enumerate(paths)
    )
    return f"<rss version='2.0'><channel><title>The Gazette</title>{items}</channel></rss>".encode()


def site(body: str = "story") -> dict[str, Answer]:
    """The gazette's pages; ``body`` is the class of the element that holds an article's text."""
    front = f"""<html lang="en-JP"><head><title>The Gazette</title><meta property="og:site_name" content="The Gazette">
<link rel="alternate" type="application/rss+xml" href="/feed.xml"><link rel="alternate" hreflang="ja" href="/ja/"></head>
<body><a href="/terms">Terms of use</a>{"".join(f'<a href="{path}">Fiction</a>' for path in PATHS)}</body></html>"""
    robots = f"User-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nContent-Signal: ai-train=no\nDisallow: /private\nSitemap: {HOST}/news-sitemap.xml\n"
    return {
        f"{HOST}/robots.txt": Answer(robots.encode(), headers={"Content-Type": "text/plain"}),
        f"{HOST}/": Answer(front.encode()),
        f"{HOST}/feed.xml": Answer(feed(), headers=XML),
        **{f"{HOST}{path}": Answer(page(path, number, body)) for number, path in enumerate(PATHS)},
    }


def declare(catalog: Path, rules: str = RULES, feed: str = "/feed.xml") -> None:
    """Write the gazette's YAML."""
    catalog.mkdir(exist_ok=True)
    (catalog / "jp_gazette_world.yml").write_text(
        f"""\
title: A fictional gazette
publisher: {{name: The Gazette, name_en: The Gazette, country: JP, kind: newspaper}}
genre: news
language: [en]
timezone: Asia/Tokyo
status: active
discover: [{{kind: rss, url: "{HOST}{feed}"}}]
follow: {{allow: ['/world/']}}
politeness: {{delay_seconds: 0, timeout_seconds: 10}}
{rules}""",
        encoding="utf-8",
    )
