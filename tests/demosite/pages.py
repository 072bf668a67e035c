"""HTML of the fictional web: article pages with their defects, other views, lists of articles."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from tests.demosite.articles import Article
from tests.demosite.dates import IMPOSSIBLE, dateline
from tests.demosite.outlets import Outlet

LAYOUTS = Path(__file__).parent / "layouts"
WORDS = {
    "en": {
        "about": "About",
        "search": "Search",
        "updated": "Updated:",
        "related": "Also today",
        "fiction": "This is fiction made for nichiro's tests: the outlet, its people and its news do not exist.",
    },
    "ja": {
        "about": "このサイトについて",
        "search": "検索",
        "updated": "更新：",
        "related": "関連記事",
        "fiction": "このページは試験用の架空のものです。登場する媒体、人物、出来事はすべて実在しません。",
    },
    "ru": {
        "about": "О сайте",
        "search": "Поиск",
        "updated": "Обновлено:",
        "related": "Также сегодня",
        "fiction": "Это вымысел, написанный для тестов nichiro: издание, люди и события не существуют.",
    },
}


@cache
def environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(LAYOUTS),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def render(layout: str, outlet: Outlet, **values: Any) -> str:
    """Fill a layout; everything is escaped."""
    return environment().get_template(layout).render(outlet=outlet, words=WORDS[outlet.language], **values)


def encoded(text: str, encoding: str) -> bytes:
    """The page's bytes; what the encoding lacks becomes a character reference."""
    return text.encode(encoding, errors="xmlcharrefreplace")


def article_page(article: Article, layout: str, as_of: datetime, related: list[Article]) -> str:
    """The page of an article as it stood at that instant."""
    outlet = article.outlet
    at = article.published_at
    style = outlet.dates
    if article.defect == "future":
        at += timedelta(days=400)  # still ahead on the last day
    date = dateline(at, style)
    if article.defect == "undated":
        date = ""
    elif article.defect == "impossible":
        date = IMPOSSIBLE[outlet.language]
    paragraphs = article.text(as_of)
    if article.defect == "paywalled":
        paragraphs = paragraphs[:1]
    elif article.defect == "empty_body":
        paragraphs = []
    modified = article.revised_at if article.is_revised(as_of) else None
    return render(
        layout,
        outlet,
        url=article.url,
        amp=amp_url(article),
        headline=article.headline,
        paragraphs=paragraphs,
        byline=article.byline,
        dateline=date,
        modified=dateline(modified.astimezone(outlet.zone), style) if modified else "",
        json_ld=_json_ld(article, date),
        paywalled=article.defect == "paywalled",
        two_headlines=article.defect == "two_headlines",
        more=related,
    )


def amp_url(article: Article) -> str:
    """Address of the AMP view, where the outlet has one."""
    outlet = article.outlet
    return f"{outlet.root}/amp{article.path}" if outlet.source_id == "jp_hokuto_shimbun" else ""


def _json_ld(article: Article, date: str) -> Markup:
    content: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "OpinionNewsArticle" if article.genre == "op_ed" else "NewsArticle",
        "headline": article.headline,
        "url": article.url,
        "publisher": {"@type": "Organization", "name": article.outlet.name},
    }
    if date:
        content["datePublished"] = date
    if article.byline:
        content["author"] = [{"@type": "Person", "name": article.byline}]
    if article.defect == "paywalled":
        content["isAccessibleForFree"] = False
    text = json.dumps(content, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c"))  # JSON in a script element is not HTML-escaped
