"""What stands below a headline before the text begins: standfirst, byline, dateline, buttons. Read where it stands, at little cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lxml.html import HtmlElement

from crawlers.headline import SHORT, bare
from crawlers.page import Page
from crawlers.paragraphs import UNREAD, one_line

LONG = 200       # characters; what holds more is looked into
SENTENCE = 100   # characters; a longer paragraph is of the text
PARAGRAPHS = 3   # long ones after which the text has begun
ELEMENTS = 120   # looked at at most
LINES = 24       # given at most


class Line(NamedTuple):
    """A short element and its pieces of text, normalised."""

    element: HtmlElement
    pieces: list[str]


def below(page: Page, headline: str | None) -> list[Line] | None:
    """The short elements below the heading that reads as ``headline``, in order; None where no heading does."""
    if (top := _heading(page, headline) if headline else None) is None:
        return None
    lines: list[Line] = []
    begun = 0
    for element in _following(top):
        pieces = [text for piece in element.itertext() if (text := one_line(piece))]
        length = sum(map(len, pieces))
        begun += length > (SENTENCE if element.tag == "p" else LONG)
        if pieces and length < LONG:
            lines.append(Line(element, pieces))
        if begun == PARAGRAPHS or len(lines) == LINES:
            break
    return lines


def _heading(page: Page, headline: str) -> HtmlElement | None:
    """The h1 of that text, else the first of which one is part of the other, else the longest that could be one, else an h2 of that text."""
    wanted = bare(headline)
    headings = [(text, heading) for heading in page.tree.iter("h1") if (text := bare(heading.text_content()))]
    alike = [heading for text, heading in headings if text == wanted] or [heading for text, heading in headings if text in wanted or wanted in text]
    if alike:
        return alike[0]
    text, longest = max(headings, key=lambda pair: len(pair[0]), default=("", None))
    if longest is not None and len(text) > SHORT:
        return longest
    return next((heading for heading in page.tree.iter("h2") if bare(heading.text_content()) == wanted), None)


def _following(top: HtmlElement) -> Iterator[HtmlElement]:
    """The elements behind ``top`` in document order, the largest that are short, and paragraphs however long."""
    seen = 0
    branch: HtmlElement | None = top
    while branch is not None and seen < ELEMENTS:
        following = branch.getnext()
        if following is None:
            branch = branch.getparent()
            continue
        branch, stack = following, [following]
        while stack and seen < ELEMENTS:
            element = stack.pop()
            seen += 1
            if element.tag in UNREAD:
                continue
            if not len(element) or element.tag == "p" or len(element.text_content()) < LONG:
                yield element
            else:
                stack.extend(reversed(element))
