"""The generic path: what a page without rules says of itself, in JSON-LD, Open Graph and microdata.

The main text is trafilatura's. A date is only taken from where pages declare their publication; nothing is guessed
from the text, the URL or a copyright line.
"""

from __future__ import annotations

from lxml import etree
from trafilatura import extract as main_text

from crawlers.page import Page
from crawlers.paragraphs import one_line

PUBLISHED = (
    "json_ld:datePublished",
    "meta:article:published_time",
    "meta:og:article:published_time",
    "meta:datePublished",
    "xpath://*[@itemprop='datePublished']/@datetime",
    "meta:parsely-pub-date",
    "meta:sailthru.date",
    "meta:pubdate",
    "meta:publish-date",
    "meta:publication_date",
    "meta:DC.date.issued",
    "meta:dcterms.created",
    "meta:DC.date",
    "meta:date",
    "xpath://*[@itemprop='datePublished']",
    "xpath:(//article//header | //header[.//h1] | //*[h1])//time/@datetime",
    "xpath://time[@pubdate or contains(@class, 'publish') or contains(@class, 'entry-date')]/@datetime",
    "xpath://article//time/@datetime",
    "xpath://time/@datetime",
)
MODIFIED = ("json_ld:dateModified", "meta:article:modified_time", "meta:og:updated_time")
BYLINE = (
    "json_ld:author",
    "meta:author",
    "meta:parsely-author",
    "xpath://*[@itemprop='author']//*[@itemprop='name']",
    "xpath://*[@itemprop='author']",
    "css:a[rel~=author]",
    "xpath:(//*[contains(concat(' ', @class, ' '), ' byline ')])[1]",
)
HEADLINE = ("json_ld:headline", "xpath://article//h1", "xpath://h1", "meta:og:title", "meta:twitter:title")


def first_value(page: Page, selectors: tuple[str, ...]) -> tuple[str | None, str]:
    """The value of the first selector that gives exactly one, and the selector's kind."""
    for selector in selectors:
        values = page.values(selector)
        if len(values) == 1:
            return values[0], selector.partition(":")[0]
    return None, ""


def body_of(page: Page) -> list[str]:
    """Paragraphs of the main text by trafilatura, without its tables, comments and repeated headline."""
    text = main_text(
        etree.tostring(page.tree, encoding="unicode", method="html"),
        include_comments=False,
        include_tables=False,
        deduplicate=False,
    )
    return [line for line in map(one_line, (text or "").split("\n")) if line]
