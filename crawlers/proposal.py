"""Rules proposed from what pages show: selectors that pick exactly one thing on each, a pattern of article URLs. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawlers import generic
from crawlers.authorship import BYLINE
from crawlers.dates import UnreadableDate, read_date
from crawlers.headline import DECLARED, headline_of
from crawlers.maintext import main_text
from crawlers.page import Page
from crawlers.paragraphs import one_line

HEADLINES = ("css:h1", "css:article h1", "css:main h1", "css:[itemprop=headline]", *DECLARED)
BLOCKS = ("main", "article", "section", "div", "td")
ENOUGH = 0.9  # share of the main text's lines that an element must hold to be the body
PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z_-]*(?:[A-Za-z_-]|\d(?!\d))*")  # a longer number is an id of the page, or made anew by a build
FEED_TYPES = {"application/rss+xml": "rss", "application/atom+xml": "atom", "application/rdf+xml": "rdf"}
VALUES = ("meta:", "json_ld:", "url:")


def count(page: Page, selector: str) -> int:
    """How often the parser would see it: elements as they stand, values of another kind once each."""
    is_value = selector.startswith(VALUES) or "@" in selector
    return len(page.values(selector) if is_value else page.elements(selector))


def headline_selector(pages: Sequence[Page]) -> str | None:
    """The first selector that gives one headline on every page, and not the same one on all of them."""
    own = [f"css:h1.{name}" for heading in pages[0].elements("css:h1") for name in _names(heading)]
    for selector in (HEADLINES[0], *own, *HEADLINES[1:]):
        if _picks_one(pages, selector) and _differs([page.values(selector) for page in pages]):
            return selector
    return None


def date_selectors(pages: Sequence[Page], zone: str, languages: Sequence[str], today: date) -> list[str]:
    """At most two of the places where pages declare their publication, that read on every page."""
    return [
        selector
        for selector in generic.PUBLISHED
        if all(len(values := page.values(selector)) == 1 and _reads(values[0], zone, languages, today) for page in pages)
    ][:2]


def byline_selector(pages: Sequence[Page]) -> str | None:
    """Where most pages name their authors."""
    rated = [(sum(bool(page.values(selector)) for page in pages), selector) for selector in BYLINE]
    best, selector = max(rated, key=lambda pair: pair[0])  # the first of equals
    return selector if 2 * best > len(pages) else None


def body_selector(pages: Sequence[Page]) -> str | None:
    """The smallest element of the first page that holds its main text and can be named so that it is the only one on all."""
    lines = main_text(pages[0], headline_of(pages[0]))
    if not lines:
        return None
    blocks = [(one_line(element.text_content()), element) for element in pages[0].tree.iter(*BLOCKS)]
    holders = [
        (len(text), -number, element)  # of two that hold the same the inner one
        for number, (text, element) in enumerate(blocks)
        if sum(line in text for line in lines) >= ENOUGH * len(lines)
    ]
    for _, _, element in sorted(holders, key=lambda holder: holder[:2]):
        for selector in _selectors(element):
            if _picks_one(pages, selector):
                return selector
    return None


def article_pattern(urls: Sequence[str]) -> str | None:
    """A regex that all URLs of the most frequent host match: what they share stands as it is, numbers become ``\\d``."""
    hosts = Counter(urlsplit(url).netloc for url in urls)
    if not hosts:
        return None
    host = hosts.most_common(1)[0][0]
    paths = [parts.path.strip("/").split("/") for url in dict.fromkeys(urls) if (parts := urlsplit(url)).netloc == host]
    written = []
    for column in zip(*paths, strict=False):
        written.append(_segment(set(column)))
        if written[-1] == "[^/?#]+":
            break
    return rf"^https?://{re.escape(host)}/" + "/".join(written)


def feeds_of(page: Page) -> list[tuple[str, str]]:
    """Kind and address of the feeds that a page declares, its comments' left out."""
    return list(
        dict.fromkeys(
            (FEED_TYPES[kind], urljoin(page.url, link.get("href", "")))
            for link in page.elements("css:link[rel~=alternate][href]")
            if (kind := link.get("type", "").strip().lower()) in FEED_TYPES and "comment" not in link.get("href", "").lower()
        )
    )


def _picks_one(pages: Sequence[Page], selector: str) -> bool:
    return all(count(page, selector) == 1 and page.values(selector) for page in pages)


def _differs(found: Sequence[list[str]]) -> bool:
    return len(found) < 2 or len({values[0] for values in found}) > 1


def _reads(text: str, zone: str, languages: Sequence[str], today: date) -> bool:
    try:
        read_date(text, (), zone, languages, today)
    except UnreadableDate:
        return False
    return True


def _names(element: HtmlElement) -> Iterator[str]:
    return (name for name in element.get("class", "").split() if PLAIN_NAME.fullmatch(name))


def _selectors(element: HtmlElement) -> Iterator[str]:
    """Ways to name an element, what lasts longest first."""
    if element.get("itemprop") == "articleBody":
        yield "css:[itemprop=articleBody]"
    yield from (f"css:{element.tag}.{name}" for name in _names(element))
    if PLAIN_NAME.fullmatch(element.get("id", "")):
        yield f"css:{element.tag}#{element.get('id')}"
    if element.tag in ("article", "main"):
        yield f"css:{element.tag}"


def _segment(values: set[str]) -> str:
    if len(values) == 1 and not (only := next(iter(values))).isdigit():
        return re.escape(only) if "." not in only and only else "[^/?#]+"
    if all(value.isdigit() for value in values):
        lengths = {len(value) for value in values}
        return rf"\d{{{lengths.pop()}}}" if len(lengths) == 1 and max(lengths) <= 4 else r"\d+"
    return "[^/?#]+"
