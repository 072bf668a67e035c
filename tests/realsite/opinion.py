"""A press site on a fictional host that serves one real op-ed, read at run time; headline and dateline are ours."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

HOST = "http://opinion.press.example"
PATH = "/2018/03/28/opinion/tokyo-answer-to-salisbury/"
HEADLINE = "Tokyo’s quiet answer to Salisbury puts its value as a partner in doubt"
AUTHOR = "James D.J. Brown"
DAY = "2018-03-28"  # a stand-in: the Monday that the text opens with is 26 March 2018
PLEA_LINES = 2  # the last lines of the file are the publisher's plea for subscriptions


def read_op_ed(path: Path) -> tuple[list[str], list[str]]:
    """Paragraphs of the text, and the lines of the plea that follows it."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return lines[:-PLEA_LINES], lines[-PLEA_LINES:]


def article(paragraphs: list[str], plea: list[str]) -> str:
    """The page: headline, byline, dateline, body; the plea stands outside the body."""
    content = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": HEADLINE,
        "datePublished": DAY,
        "author": [{"@type": "Person", "name": AUTHOR}],
        "articleSection": "Opinion",
        "url": HOST + PATH,
    }
    marked = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
    body = "\n".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    boilerplate = "\n".join(f"<p>{escape(text)}</p>" for text in plea)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(HEADLINE)} | Opinion</title>
<link rel="canonical" href="{HOST}{PATH}"><meta property="og:title" content="{escape(HEADLINE)}">
<meta property="article:section" content="Opinion">
<script type="application/ld+json">{marked}</script></head>
<body><header><a href="{HOST}/">Opinion</a></header>
<article><h1 class="headline">{escape(HEADLINE)}</h1><p class="byline">By {escape(AUTHOR)}</p>
<time class="dateline" datetime="{DAY}">March 28, 2018</time>
<div class="article-body">
{body}
</div></article>
<aside class="subscribe">{boilerplate}</aside></body></html>
"""


def feed() -> str:
    """RSS 2.0 with the one item."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Opinion</title><link>{HOST}/</link><description>One op-ed</description>
<item><title>{escape(HEADLINE)}</title><link>{HOST}{PATH}</link><guid>{HOST}{PATH}</guid>
<pubDate>Wed, 28 Mar 2018 00:00:00 +0900</pubDate></item></channel></rss>
"""
