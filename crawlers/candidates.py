"""What a page offers the parser: for headline, body and date each selector with all that it finds. For people. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from crawlers import generic
from crawlers.encoding import Undecodable, decode
from crawlers.headline import DECLARED
from crawlers.maintext import main_text
from crawlers.page import Page
from crawlers.paragraphs import one_line, paragraphs
from crawlers.source import Extract, Source

SHOWN = 5         # values of a selector
LENGTH = 160      # characters of a value or line
LINES = 15        # lines of the page's text


@dataclass(frozen=True)
class Candidate:
    """``origin``: the source's rules, or what the page says of itself. ``count`` is of all values, shown or not."""

    field: str
    origin: str
    selector: str
    count: int
    values: list[str]


@dataclass(frozen=True)
class Offer:
    """``rules`` names those in force: ``rules of 2026-01-01`` or ``generic``; ``lines`` are the page's first as text."""

    rules: str
    candidates: list[Candidate]
    lines: list[str]


def offer(html: bytes, url: str, captured_at: datetime, source: Source | None, charset: str | None = None) -> Offer:
    """Everything at one look; never raises for what the page holds. A page that is no text gives its bytes as lines."""
    rules = source.rules_at(captured_at) if source else None
    named = f"rules of {rules.valid_from}" if rules else "generic"
    try:
        page = Page(decode(html, charset), url)
    except (Undecodable, ValueError):
        start = html[: LENGTH * 2].decode("ascii", "backslashreplace")
        return Offer(named, [], [start[:LENGTH]] if start else [])
    found = [*(_by_rules(page, rules) if rules else ()), *_declared(page)]
    lines = [_cut(line) for line in paragraphs(page.tree)[:LINES]]
    return Offer(named, found, lines)


def _by_rules(page: Page, rules: Extract) -> Iterator[Candidate]:
    """What each selector of the rules finds; also nothing, since that is what is wrong."""
    for marker in rules.challenge:
        if marker in page.text:
            yield Candidate("challenge", "rules", marker, page.text.count(marker), [])
    for field, selector in (("headline", rules.headline), ("body", rules.body)):
        if selector:
            yield _candidate(page, field, "rules", selector)
    for selector in rules.published.select:
        yield _candidate(page, "date", "rules", selector)


def _declared(page: Page) -> Iterator[Candidate]:
    """What the page says of itself, where it says anything: what better rules could pick."""
    for field, selectors in (("headline", ("css:h1", *DECLARED)), ("date", (*generic.PUBLISHED, *generic.UNNAMED))):
        for selector in selectors:
            candidate = _candidate(page, field, "page", selector)
            if candidate.count:
                yield candidate
    if body := main_text(page, None):
        yield Candidate("body", "page", "paragraphs of the main text (trafilatura)", len(body), [_cut(body[0])])


def _candidate(page: Page, field: str, origin: str, selector: str) -> Candidate:
    """Elements count as often as they stand on the page, dates and values of another kind once, as for the parser."""
    is_value = field == "date" or selector.startswith(("meta:", "json_ld:", "url:")) or "@" in selector
    values = page.values(selector) if is_value else [one_line(item.text_content()) for item in page.elements(selector)]
    return Candidate(field, origin, selector, len(values), [_cut(value) for value in values[:SHOWN]])


def _cut(text: str) -> str:
    return text if len(text) <= LENGTH else text[: LENGTH - 1] + "…"
