"""What to change in a source's YAML, from its rules and one of its pages. For people. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from crawlers import proposal
from crawlers.challenge import marker_in
from crawlers.maintext import main_text
from crawlers.page import Page
from crawlers.source import Extract, Source


def on_page(page: Page, source: Source, captured_at: datetime) -> list[str]:
    """One line per rule that does not pick exactly one thing on the page, each with a selector that would."""
    rules = source.rules_at(captured_at)
    marker = marker_in(page.text)
    if marker and not main_text(page, None):
        return [f"a bot challenge ({marker!r}) and no article: ask the publisher for access; nothing can be said of the rules"]
    return list(_on_rules(page, rules, source, captured_at)) if rules else []


def _on_rules(page: Page, rules: Extract, source: Source, captured_at: datetime) -> Iterator[str]:
    zone = rules.published.timezone or source.timezone
    dates = proposal.date_selectors([page], zone, source.language, captured_at.date())
    for key, selector, better in (
        ("headline", rules.headline, proposal.headline_selector([page])),
        ("body", rules.body, proposal.body_selector([page])),
    ):
        if selector and (found := proposal.count(page, selector)) != 1:
            yield f"extract.{key}: {selector} matches {found}, not 1: {_better(better)}"
    if not any(page.values(selector) for selector in rules.published.select):
        yield f"extract.published.select: {', '.join(rules.published.select)} matches 0: {_better(dates[0] if dates else None)}"
    for key, optional in (("byline", rules.byline), ("lede", rules.lede)):
        if optional and not page.values(optional):
            better = proposal.byline_selector([page]) if key == "byline" else None
            yield f"extract.{key}: {optional} matches 0 (it may rightly be absent): {_better(better)}"


def _better(selector: str | None) -> str:
    return f"`{selector}` matches 1" if selector else "look at the page, nothing better was found"
