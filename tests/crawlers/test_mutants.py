"""Every source's fixture, changed as redesigns change pages: it is quarantined with a reason, or read as before.

Two things no parser can know. A lost class that only marked words to be stripped lets these words into the body, and no
others; a lede that stands outside the body may be lost with its class.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from datetime import UTC, datetime

import pytest
from lxml.html import HtmlElement, document_fromstring, tostring

from crawlers.encoding import decode
from crawlers.extract import Extracted, extract
from crawlers.source import Source
from tests.crawlers.test_sources import (
    CAPTURED_AT,
    CATALOG,
    REAL,
    REALPAGES,
    article_url,
    fixture,
    real_pages,
)
from warehouse.columns import QUARANTINE_REASONS

DAY = re.compile(r"2026-05-0[23]|2026050[23]|0?3\.05\.2026|0?3 (?:May|мая)|May 0?3|[５5]月[３3]日|1777\d{6}")
Mark = tuple[str, str]  # class or id, and its name
Mutant = tuple[str, HtmlElement, str]  # what was done, the page, words that may have come into the body by it


def mutants(page: HtmlElement, lines: list[str]) -> Iterator[Mutant]:
    """Classes and ids renamed, one by one and all; blocks around the text removed and moved; every date removed."""
    held = [element for element in page.iter("*") if any(line in words(element) for line in lines)]
    holder = [element for element in held if all(line in words(element) for line in lines)][-1]
    yield from renamed(page, {mark for element in page.iter("*") for mark in marks_of(element)}, set(held))
    around = [e for e in page.iter("*") if e not in held and holder not in e.iterancestors()]
    for element in around:
        mutant, twin = copies(page, element)
        twin.drop_tree()
        yield f"removed {element.tag}: {words(element)[:40]}", mutant, ""
    for element in [holder, *around]:
        for index in (0, len(page.body)):
            mutant, twin = copies(page, element)
            twin.drop_tree()
            mutant.body.insert(index, twin)
            yield f"moved to {index} {element.tag}: {words(element)[:40]}", mutant, ""
    mutant = deepcopy(page)
    strip_dates(mutant)
    yield "without a date", mutant, ""


def renamed(page: HtmlElement, marks: set[Mark], held: set[HtmlElement]) -> Iterator[Mutant]:
    for chosen in [*({mark} for mark in sorted(marks)), marks]:
        marked = [element for element in page.iter("*") if element not in held and chosen & marks_of(element)]
        mutant = deepcopy(page)
        rename(mutant, chosen)
        yield f"renamed {sorted(chosen)}", mutant, " ".join(map(words, marked))


def copies(page: HtmlElement, element: HtmlElement) -> tuple[HtmlElement, HtmlElement]:
    """A copy of the page, and the element in it."""
    copy = deepcopy(page)
    return copy, copy.xpath(page.getroottree().getpath(element))[0]


def marks_of(element: HtmlElement) -> set[Mark]:
    return {(key, name) for key in ("class", "id") for name in element.get(key, "").split()}


def rename(page: HtmlElement, marks: set[Mark]) -> None:
    for element in page.iter("*"):
        for key in {key for key, _ in marks_of(element) & marks}:
            names = [f"new-{name}" if (key, name) in marks else name for name in element.get(key).split()]
            element.set(key, " ".join(names))


def strip_dates(page: HtmlElement) -> None:
    """Elements with the day in an attribute, in a short text of their own or in a script."""
    for element in list(page.iter("*")):
        is_short = len(element) == 0 and len(words(element)) < 80
        own = element.text or "" if is_short or element.tag == "script" else ""
        if DAY.search(" ".join([own, *element.attrib.values()])):
            element.drop_tree()


def words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def is_as_before(found: Extracted, whole: Extracted, loose: str) -> bool:
    """The same headline, day and text; but for the lede, and for words of ``loose``."""
    lede = (whole.lede or "").split("\n")
    text = [line for line in whole.body.split("\n") if line not in lede]
    lines = [line for line in found.body.split("\n") if line not in lede]
    return (
        found.headline == whole.headline
        and found.published.local_date == whole.published.local_date
        and [line for line in lines if line in text] == text
        and all(line in loose for line in lines if line not in text)
    )


@pytest.mark.parametrize("source", CATALOG.values(), ids=CATALOG)
def test_a_mutant_is_quarantined_or_read_as_before(source: Source) -> None:
    url = article_url(source)
    page = document_fromstring(decode(fixture(source.source_id, "article.html")))
    whole = extract(tostring(page, encoding="utf-8"), url, CAPTURED_AT, source, "utf-8")
    assert isinstance(whole, Extracted)
    assert wrongly_read(mutants(page, whole.body.split("\n")), whole, url, source, CAPTURED_AT) == {}


@pytest.mark.slow
@pytest.mark.parametrize(("source_id", "file"), REAL)
def test_a_mutant_of_a_real_page(source_id: str, file: str) -> None:
    """Renamed is what the rules name; removed is every date that the page declares."""
    (row,) = real_pages(file)
    source, now = CATALOG[source_id], datetime(2026, 6, 1, tzinfo=UTC)
    page = document_fromstring(decode((REALPAGES / file).read_bytes()))
    whole = extract(tostring(page, encoding="utf-8"), row["url"], now, source, "utf-8")
    assert isinstance(whole, Extracted)
    rules = str(source.rules_at(now))
    marks = {mark for element in page.iter("*") for mark in marks_of(element) if mark[1] in rules}
    lines = whole.body.split("\n")
    held = {e for e in page.iter("*") if marks & marks_of(e) and any(line in words(e) for line in lines)}
    assert wrongly_read(renamed(page, marks, held), whole, row["url"], source, now) == {}
    for element in page.xpath(
        "//time | //script[contains(@type, 'ld+json')] | //meta[contains(@content, '20')]"
    ):
        element.drop_tree()
    found = extract(tostring(page, encoding="utf-8"), row["url"], now, source, "utf-8")
    assert not isinstance(found, Extracted) or found.published.local_date == whole.published.local_date


def wrongly_read(
    mutated: Iterable[Mutant], whole: Extracted, url: str, source: Source, now: datetime
) -> dict[str, str]:
    wrong = {}
    for change, mutant, loose in mutated:
        found = extract(tostring(mutant, encoding="utf-8"), url, now, source, "utf-8")
        if not isinstance(found, Extracted):
            assert found.reason in QUARANTINE_REASONS
        elif not is_as_before(found, whole, loose):
            wrong[change] = f"{found.headline} | {found.published.local_date} | {found.body}"
    return wrong
