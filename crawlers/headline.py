"""The headline of a page without rules, from its h1 elements, JSON-LD, Open Graph and <title>, which check one another."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawlers.page import Page
from crawlers.paragraphs import paragraphs

DECLARED = ("json_ld:headline", "meta:og:title", "meta:twitter:title")
# Google's translator adds an h1 of its own
HEADINGS = "xpath://h1[not(ancestor-or-self::*[contains(@class, 'skiptranslate')])]"
TITLE = "xpath:(//title[not(ancestor::svg)])[1]"
SHORT = 20  # characters; what JSON-LD and <title> have in common may be the site's name
CUT = 100  # characters; many a program cuts a headline for JSON-LD at the 110 that search engines once asked for
_PARTS = re.compile(r"\s+[-–—•·»«*]+\s+|\s*[|｜]\s*|\s+[:：]\s+")
_QUOTES = (("‘", "'"), ("’", "'"), ("“", '"'), ("”", '"'))


def headline_of(page: Page) -> str | None:
    """The longest h1 that <title>, JSON-LD or Open Graph repeat; else what these declare, without the site's name.

    Where no h1 stands in <title>, and a declared headline is a whole part of it, these two outvote the h1.
    Where the page declares nothing it is the only h1; where there is none, the h1 is the site's name, or that of one story on
    a front page, the longest part of <title>. A declared headline that was cut short counts as its h1.
    """
    title = next(iter(page.values(TITLE)), "")
    parts = [part for part in _PARTS.split(title) if part]
    shown = [" ".join(paragraphs(element)) for element in page.elements(HEADINGS)]  # empty where it is an image
    declared = [_uncut(values[0], shown) for where in DECLARED if len(values := page.values(where)) == 1]
    confirmed = [text for text in declared if bare(text) in bare(title)]
    named = max(confirmed, key=len, default=next(iter(declared), ""))
    # an icon's <title> stands in many an h1
    headings = [text for text in shown if text not in parts[1:]]
    repeated = [text for text in headings if any(bare(text) in bare(other) for other in (title, *declared))]
    heading = max(filter(None, repeated), key=len, default="")
    agreed = [text for text in declared if len(text) > SHORT and bare(text) in map(bare, (title, *parts))]
    if agreed and not any(bare(text) in bare(title) for text in headings if text):
        return agreed[0]
    if named:
        is_headline = _is_whole(heading, named) or (bare(heading) in bare(title) and not confirmed)
        return heading if heading and is_headline else _without_site(page, named)
    longest = max(parts, key=len, default=None)
    if heading and _is_whole(heading, longest or ""):
        return heading
    is_only = len(headings) == 1 and headings[0] and not (longest and _is_front(page))
    return headings[0] if is_only else longest


def bare(text: str) -> str:
    """What is compared: no white space, no case, straight quotation marks."""
    text = "".join(text.split()).casefold()
    if not text.isascii():
        for curled, straight in _QUOTES:  # far faster than a translation table
            text = text.replace(curled, straight)
    return text


def _uncut(declared: str, shown: list[str]) -> str:
    """The h1 that a declared headline is the beginning of, where it is as long as those that programs cut."""
    begun = bare(declared.rstrip(".… "))
    return next((text for text in shown if len(declared) >= CUT and bare(text).startswith(begun)), declared)


def _is_front(page: Page) -> bool:
    address = urlsplit(page.url)
    return bool(address.netloc) and not address.path.strip("/") and not address.query


def _is_whole(heading: str, named: str) -> bool:
    """Whether an h1 is what the page declares, or more; a much shorter one may be the section's."""
    return len(heading) >= len(named) or (2 * len(heading) >= len(named) and bare(heading) in bare(named))


def _without_site(page: Page, declared: str) -> str:
    for name in [*page.values("meta:og:site_name"), *page.values("json_ld:publisher")]:
        declared = re.sub(rf"\s*[-–—|｜:：•]\s*{re.escape(name)}$", "", declared)
    return declared
