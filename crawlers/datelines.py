"""Every date that a page gives, whichever the article got: declared, in ``<time>`` elements, shown below the headline, in the address.

Of publication, of the last change, of an event: what says that it is of a change is none of publication.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from crawlers.confidence import confidence_of_candidate
from crawlers.dates import LONGEST, Dateline, UnreadableDate, date_in, read_date
from crawlers.hints import URL_DAY
from crawlers.page import Page
from crawlers.vicinity import Line

MOST = 12         # time elements that are read; below stand those of other articles
SHORT_LINE = 40   # characters; a longer line tells of a day rather than dates a page
MODIFIED = ("json_ld:dateModified", "meta:article:modified_time", "meta:og:updated_time")
CHANGED = re.compile(r"modif|updat|revis|copyright|©|aktualis|更新|обновл|измен", re.I)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?:令和|平成|昭和)\s*(?:元|\d)")


class Candidate(NamedTuple):
    """A date that the page gives: ``field`` is published, modified or event, ``method`` the kind of place.

    ``instant`` in UTC, ``precision`` and ``zone`` are those of ``Dateline``, all None where it does not read. ``confidence``: the share
    of such candidates of publication that were right where it was measured.
    """

    field: str
    method: str
    text: str
    instant: datetime | None = None
    precision: str | None = None
    zone: str | None = None
    confidence: float | None = None


def candidate_of(field: str, method: str, written: str, line: Dateline | None, confidence: float | None = None) -> Candidate:
    """One date as written and as read; without an instant where it does not read."""
    if line is None:
        return Candidate(field, method, written[:LONGEST])
    return Candidate(field, method, written[:LONGEST], line.instant_utc, line.precision, line.zone, confidence)


def candidates_in(
    page: Page, below: Sequence[Line] | None, declared: Sequence[str], zone: str | None, languages: Sequence[str], today: date, taken: Candidate
) -> list[Candidate]:
    """All that a page without rules gives, each once; ``declared`` are the selectors of publication, ``below`` the lines under the headline.

    ``taken`` is the one that the article got: it is added where it was found in another place than these.
    """
    found = dict.fromkeys(
        (field, method, written)
        for field, method, written in (*_declared(page, declared), *_times(page), *_shown(below or ()), *_address(page))
    )
    read = [_read(field, method, written, zone, languages, today) for field, method, written in found]
    is_among = any(each.field == "published" and each.instant == taken.instant for each in read)
    return read if is_among else [*read, taken]


def _read(field: str, method: str, written: str, zone: str | None, languages: Sequence[str], today: date) -> Candidate:
    try:
        line = date_in(written, zone, languages) if method == "text" else read_date(written, (), zone, languages, today)
    except UnreadableDate:
        line = None
    return candidate_of(field, method, written, line, confidence_of_candidate(method) if field == "published" else None)


def _declared(page: Page, declared: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for field, selectors in (("published", declared), ("modified", MODIFIED)):
        for selector in selectors:
            method = selector.partition(":")[0]
            if method in ("json_ld", "meta"):
                yield from ((field, method, value) for value in page.values(selector))


def _times(page: Page) -> Iterator[tuple[str, str, str]]:
    """Of the first time elements the machine's value, else the reader's."""
    for number, element in enumerate(page.tree.iter("time")):
        if number == MOST:
            return
        parent = element.getparent()
        around = " ".join(filter(None, (element.get("class"), element.get("itemprop"), (parent is not None and parent.text) or "", element.text)))
        if written := " ".join((element.get("datetime") or element.text_content()).split()):
            yield "modified" if CHANGED.search(around) else "published", "time", written


def _shown(below: Sequence[Line]) -> Iterator[tuple[str, str, str]]:
    """Short pieces with a year below the headline; one that says so, or stands behind a word that does, is of a change."""
    for line in below:
        for before, piece in zip(["", *line.pieces], line.pieces, strict=False):
            if len(piece) <= SHORT_LINE and YEAR.search(piece):
                yield "modified" if CHANGED.search(piece) or (len(before) < SHORT_LINE and CHANGED.search(before)) else "published", "text", piece


def _address(page: Page) -> Iterator[tuple[str, str, str]]:
    for match in URL_DAY.finditer(urlsplit(page.url).path):
        yield "published", "url", "-".join(match.groups())
