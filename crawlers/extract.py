"""A page -> the fields of an article, strictly: exactly one headline, one body, a date that reads, or a rejection."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crawlers import generic
from crawlers.byline import authors_of
from crawlers.canonical import Identity, identify
from crawlers.challenge import marker_in
from crawlers.completeness import body_state
from crawlers.dates import Dateline, UnreadableDate, read_date
from crawlers.encoding import Undecodable, decode
from crawlers.genre import genre_of, guess_genre
from crawlers.headline import headline_of
from crawlers.language import language_of
from crawlers.maintext import main_text
from crawlers.page import Page, Unfit
from crawlers.pairs import pair_of
from crawlers.paragraphs import one_line, paragraphs
from crawlers.source import Extract, Published, Source

FUTURE = timedelta(hours=36)  # a day's lead of the farthest zone and half a day of a publisher's wrong clock
LONGEST_HEADLINE = 1_000  # characters; more is a selector gone astray, or spite
TOP = 5  # lines of a generic text among which its headline and date may stand, and a menu above them
UNKNOWN_LANGUAGE = "und"  # ISO 639-2's code for it; 639-1 has none
FILE_FIELDS = (
    "headline", "byline", "authors", "published_at", "published_date", "precision", "method", "language", "genre",
    "body", "body_state", "quarantine_reason",
)  # fmt: skip
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|meta|article|section|div|h1|p|script)\b", re.I)


@dataclass(frozen=True)
class Extracted:
    """An article as one page gives it; ``method`` is rules or generic."""

    identity: Identity
    headline: str
    byline: str | None
    authors: list[str]
    lede: str | None
    body: str
    body_state: str
    language_code: str
    genre: str
    published: Dateline
    published_method: str
    published_text: str
    modified_at: datetime | None
    event_date: date | None
    method: str
    pair_id: str | None = None


@dataclass(frozen=True)
class Rejected:
    """Not readable as an article; ``reason`` is one of the closed list of quarantine reasons."""

    reason: str
    detail: str
    identity: Identity | None = None


def extract(
    html: bytes, url: str, captured_at: datetime, source: Source | None = None, charset: str | None = None
) -> Extracted | Rejected:
    """Read one page by the source's rules in force at ``captured_at``, or by the generic path where it has none.

    ``charset`` is the HTTP header's. Never raises for what a page holds.
    """
    key = source.key if source else None
    rules = source.rules_at(captured_at) if source else None
    try:
        text = decode(html, charset)
    except Undecodable as error:
        return Rejected("undecodable", str(error), identify(url, key))
    if rules and (marker := marker_in(text, rules.challenge)):
        return Rejected("challenge", f"the page holds {marker!r}", identify(url, key))
    try:
        page = Page(text, url)
    except ValueError:
        return Rejected("no_body", "the page is empty", identify(url, key))
    declared = next(iter(page.values("css:link[rel=canonical]@href")), None)
    identity = identify(url, key, declared)
    pair_id = pair_of(page, source, declared) if source else None  # before the body is read, which strips the page
    try:
        if rules and source:
            found = _by_rules(page, rules, source, captured_at, identity)
        else:
            found = _generic(page, generic.fields_of(page), source, captured_at, identity)
        return replace(found, pair_id=pair_id)
    except Unfit as unfit:
        if marker := marker_in(text):
            return Rejected("challenge", f"the page holds {marker!r} and gives {unfit.reason}", identity)
        return Rejected(unfit.reason, unfit.detail, identity)


def _by_rules(
    page: Page, rules: Extract, source: Source, captured_at: datetime, identity: Identity
) -> Extracted:
    headline = _headline(page, rules)
    published, method, written = published_by_rules(page, rules.published, source, captured_at)
    modified = _other_date(page, rules.modified, source, captured_at)
    event = _other_date(page, rules.event, source, captured_at)
    bylines = page.values(rules.byline) if rules.byline else []
    lede = "\n".join(page.values(rules.lede)) or None if rules.lede else None
    is_paywalled = bool(rules.paywall and page.elements(rules.paywall))
    body = "\n".join(_body(page, rules, rules.body, lede) if rules.body else _main_text(page, headline, written))
    return Extracted(
        identity=identity,
        headline=headline,
        byline=", ".join(bylines) or None,
        authors=authors_of("; ".join(bylines)),
        lede=lede,
        body=body,
        body_state=body_state(page, body, is_paywalled),
        language_code=language_of(body, source.language) or source.language[0],
        genre=genre_of(page.url, headline, rules.genre, source.genre),
        published=_not_future(published, captured_at),
        published_method=method,
        published_text=written,
        modified_at=modified.instant_utc if modified else None,
        event_date=event.local_date if event else None,
        method="rules",
    )


def _headline(page: Page, rules: Extract) -> str:
    """The one headline. An element counts as often as it stands on the page, a value of another kind once."""
    selector = rules.headline
    if selector is None:
        found = [headline_of(page) or ""]
    elif selector.startswith(("meta:", "json_ld:", "url:")) or "@" in selector:
        found = page.values(selector)
    else:
        found = [one_line(item.text_content()) for item in page.elements(selector)]
    if rules.headline_strip:
        found = [one_line(re.sub(rules.headline_strip, "", headline)) for headline in found]
    if len(found) > 1:
        raise Unfit("many_headlines", f"{selector}: {len(found)}")
    if not found or not found[0]:
        raise Unfit("no_headline", selector or "none declared, no single h1")
    return _short(found[0])


def _short(headline: str) -> str:
    if len(headline) > LONGEST_HEADLINE:
        raise Unfit("no_headline", f"{len(headline)} characters are no headline")
    return headline


def published_by_rules(
    page: Page, where: Published, source: Source, captured_at: datetime
) -> tuple[Dateline, str, str]:
    """The publication date, the kind of selector that found it, and the text that it was read from."""
    for selector in where.select:
        if not (values := page.values(selector)):
            continue
        try:
            lines = [(_read(value, where, source, captured_at), value) for value in values]
            if len({line.local_date for line, _ in lines}) > 1:
                raise Unfit("many_dates", f"{selector}: {', '.join(values)}"[:200])
            line, written = next((pair for pair in lines if pair[0].precision == "minute"), lines[0])
            if line.precision == "day" and where.time and (clock := page.values(where.time)):
                written = f"{written} {clock[0]}"
                line = _read(written, where, source, captured_at)
        except UnreadableDate as error:
            raise Unfit(error.reason, f"{selector}: {error}"[:200]) from error
        return line, selector.partition(":")[0], written
    raise Unfit("no_date", ", ".join(where.select))


def _other_date(
    page: Page, where: Published | None, source: Source, captured_at: datetime
) -> Dateline | None:
    """A date that the article can do without: what does not read is absent."""
    if where is None:
        return None
    for value in (value for selector in where.select for value in page.values(selector)):
        try:
            return _read(value, where, source, captured_at)
        except UnreadableDate:
            continue
    return None


def _read(written: str, where: Published, source: Source, captured_at: datetime) -> Dateline:
    zone = where.timezone or source.timezone
    return read_date(
        written, where.formats, zone, source.language, captured_at.astimezone(ZoneInfo(zone)).date()
    )


def _not_future(line: Dateline, captured_at: datetime) -> Dateline:
    if line.instant_utc > captured_at + FUTURE:
        raise Unfit(
            "future_date", f"{line.instant_utc:%Y-%m-%dT%H:%MZ}, fetched {captured_at:%Y-%m-%dT%H:%MZ}"
        )
    return line


def _body(page: Page, rules: Extract, selector: str, lede: str | None) -> list[str]:
    """Paragraphs of the one body, after the lede where it stands outside. Strips the tree, so it is read last."""
    found = page.elements(selector)
    if len(found) > 1:
        raise Unfit("many_bodies", f"{selector}: {len(found)}")
    if not found:
        raise Unfit("no_body", selector)
    # all are found before any is dropped: one may be told by its place beside another
    for element in [element for unwanted in rules.strip for element in page.elements(unwanted, found[0])]:
        if element is not found[0] and element.getparent() is not None:
            element.drop_tree()
    lines = paragraphs(found[0], page.elements(rules.paragraphs, found[0]))
    if lede and lede not in "\n".join(lines):
        lines = [*lede.split("\n"), *lines]
    if not lines:
        raise Unfit("no_body", f"{selector} holds no text")
    return lines


def _main_text(page: Page, headline: str, dateline: str) -> list[str]:
    """Paragraphs as the generic path finds them, below the headline and the date."""
    lines = main_text(page, headline)
    above = [number for number, line in enumerate(lines[:TOP], 1) if line in (headline, dateline)]
    if not (lines := lines[above[-1] if above else 0 :]):
        raise Unfit("no_body", "no main text")
    return lines


def _generic(
    page: Page, fields: generic.Fields, source: Source | None, captured_at: datetime, identity: Identity
) -> Extracted:
    if not fields.headline:
        raise Unfit("no_headline", "no JSON-LD headline, no og:title, no single h1")
    if not fields.body:
        raise Unfit("no_body", "no main text")
    zone, languages = (source.timezone, source.language) if source else (None, generic.languages_of(page))
    published, method, written = generic.published_of(page, fields.headline, zone, languages, captured_at)
    return Extracted(
        identity=identity,
        headline=_short(fields.headline),
        byline=fields.byline,
        authors=authors_of(fields.byline),
        lede=None,
        body=fields.body,
        body_state=body_state(page, fields.body),
        language_code=language_of(fields.body, languages) or UNKNOWN_LANGUAGE,
        genre=source.genre if source else guess_genre(page.url, fields.sections, fields.headline, fields.byline, fields.body),
        published=_not_future(published, captured_at),
        published_method=method,
        published_text=written,
        modified_at=generic.modified_of(page, zone),
        event_date=None,
        method="generic",
    )


def extract_file(html: bytes, url: str, captured_at: datetime) -> dict[str, Any]:
    """A page or a plain text of any origin -> a dict of FILE_FIELDS; ``quarantine_reason``: why the pipeline would not
    take it.

    What the page does not say is None; nothing is invented: a plain text has neither headline nor date.
    """
    result: dict[str, Any] = dict.fromkeys(FILE_FIELDS) | {"authors": []}
    try:
        text = decode(html)
        page = Page(text, url)
    except Undecodable:
        return result | {"quarantine_reason": "undecodable"}
    except ValueError:
        return result | {"quarantine_reason": "no_body"}
    if _MARKUP.search(text[:5_000]):
        fields = generic.fields_of(page)
    else:
        fields = generic.Fields(None, None, [], "\n".join(filter(None, map(one_line, text.splitlines()))))
    if fields.body:
        result |= {
            "body": fields.body,
            "body_state": body_state(page, fields.body),
            "language": language_of(fields.body),
        }
        result |= {"genre": guess_genre(url, fields.sections, fields.headline, fields.byline, fields.body)}
    result |= {"headline": fields.headline, "byline": fields.byline, "authors": authors_of(fields.byline)}
    try:
        found = _generic(page, fields, None, captured_at, identify(url))
    except Unfit as unfit:
        return result | {"quarantine_reason": unfit.reason}
    line = found.published
    return result | {
        "published_at": line.instant_utc,
        "published_date": line.local_date,
        "precision": line.precision,
        "method": found.published_method,
    }
