"""Whether a page calls its text a provisional or unofficial translation: such a wording is not the official one."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from crawlers.page import Page
from crawlers.paragraphs import UNREAD

LONGEST = 200  # characters; a longer piece of text tells of translations rather than calling this one so
_HINTS = {  # a word -> what stands in the page where the remark does; the rest of it is not looked through
    "ranslation": ("rovisional ", "nofficial ", "nformal "), "訳": ("仮訳", "暫定訳", "非公式訳"), "перевод": ("официальн", "редварительн", "абоч"),
}  # fmt: skip
_REMARK = re.compile(
    r"\b(?:provisional|unofficial|informal)\s+(?:\w+\s+)?translation\b|仮訳|暫定訳|非公式訳"
    r"|\b(?:неофициальн|предварительн|рабоч)\w+\s+перевод\w*",
    re.I,
)


def is_provisional(page: Page) -> bool:
    """Whether a short piece of the page's text says so; a link to another translation is no remark on this text."""
    if not any(_holds(page, word) and any(_holds(page, hint) for hint in hints) for word, hints in _HINTS.items()):
        return False
    for element in page.tree.iter():
        if not isinstance(element.tag, str) or element.tag in UNREAD:
            continue
        pieces = [element.text or "", *(child.tail or "" for child in element)]
        if any(len(piece) <= LONGEST and _REMARK.search(piece) for piece in pieces) and not _is_link(element):
            return True
    return False


def _holds(page: Page, word: str) -> bool:
    """A character is found faster in text, and a word in bytes."""
    return word in page.text if len(word) == 1 else word.encode() in page.encoded


def _is_link(element: HtmlElement) -> bool:
    return element.tag == "a" or next(element.iterancestors("a"), None) is not None
