"""The main text of a page without rules: trafilatura's, with what it skips between paragraphs, or JSON-LD's where it fails.

How it was chosen: docs/decisions/0012-main-text.md.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import extract

from crawlers.headline import bare
from crawlers.page import Page
from crawlers.paragraphs import is_text, one_line, paragraphs

MOST_ELEMENTS = 30_000  # three times the largest of 465 real pages; trafilatura would look for minutes at 200,000
SHORT = 400  # characters; so little may be a teaser beside the text that precision left out
COLLAPSED = 2  # times; a text that is so much longer replaces one
LEFT_OUT = etree.XPath(
    "//script | //figcaption | //*/@role[. = 'tooltip']/parent::*"
    " | //*/@class[contains(., 'tooltip') or (contains(., 'caption') and contains(concat(' ', ., ' '), ' caption '))]/parent::*"
)
ELEMENTS = etree.XPath("count(//*)")
FOCI = ("precision", "balanced", "recall")


def main_text(page: Page, headline: str | None) -> list[str]:
    """Paragraphs of the main text, without captions, tooltips, comments and a repeated headline; none of an endless page."""
    if ELEMENTS(page.tree) > MOST_ELEMENTS:
        return []
    tree = deepcopy(page.tree)
    for element in LEFT_OUT(tree):
        if element.getparent() is not None:
            element.drop_tree()
    lines = _with_skipped(tree, _found(tree))
    declared = [line for value in page.json_ld_values("articleBody") for line in _text_lines(value)]
    if len("".join(declared)) >= COLLAPSED * max(len("".join(lines)), 1):
        lines = declared
    return lines[1:] if lines and headline and bare(lines[0]) == bare(headline) else lines


def _found(tree: HtmlElement) -> list[str]:
    """By trafilatura, most precise first; the next focus where the text is short and that gives twice as much."""
    best: list[str] = []
    for focus in FOCI:
        # trafilatura copies a tree that it is given
        text = extract(tree, include_comments=False, favor_precision=focus == "precision", favor_recall=focus == "recall")
        lines = _text_lines(text or "")
        if len("".join(lines)) >= COLLAPSED * max(len("".join(best)), 1):
            best = lines
        if len("".join(best)) >= SHORT:
            break
    return best


def _text_lines(text: str) -> list[str]:
    return [line for line in map(one_line, text.splitlines()) if is_text(line)]


def _with_skipped(tree: HtmlElement, lines: list[str]) -> list[str]:
    """Puts back each paragraph that stands between two of the text's, beside them, and is no link.

    trafilatura drops short ones full of links, such as a list of towns by prefecture.
    """
    places = {bare(line): place for place, line in enumerate(lines)}
    whole = bare("".join(lines))
    skipped: dict[int, list[str]] = {}
    siblings = Counter(element.getparent() for element in tree.iter("p"))
    for parent in (parent for parent, number in siblings.items() if number > 2):  # one between two
        waiting: list[str] = []
        last: int | None = None
        for element in parent.iterchildren("p"):
            texts = paragraphs(element)
            text = bare("".join(texts))
            if text in places:
                if last is not None:
                    skipped.setdefault(last, []).extend(waiting)
                last, waiting = places[text], []
            elif last is not None and text not in whole and not _is_link(element) and not any(bare(t) in places for t in texts):
                waiting.extend(texts)
    return [text for place, line in enumerate(lines) for text in (line, *skipped.get(place, ()))]


def _is_link(element: HtmlElement) -> bool:
    """Whether one link makes more than half of it, such as "See also: …"."""
    longest = max((len(bare(link.text_content())) for link in element.iter("a")), default=0)
    return 2 * longest > len(bare(element.text_content()))
