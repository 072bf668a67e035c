"""A page -> the fields of an article, strictly: exactly one headline, one body, a date that reads, or a rejection."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crawlers import generic
from crawlers.byline import authors_of
from crawlers.canonical import Identity, identify
from crawlers.dates import Dateline, UnreadableDate, read_date
from crawlers.encoding import Undecodable, decode
from crawlers.genre import genre_of, guess_genre
from crawlers.language import language_of, script_of
from crawlers.page import Page
from crawlers.paragraphs import one_line, paragraphs
from crawlers.source import Extract, Published, Source

FUTURE = timedelta(hours=36)  # a day's lead of the farthest zone and half a day of a publisher's wrong clock
LEAD_LENGTH = {"latin": 1_000, "cyrillic": 1_000}  # a shorter text of a paid article is its lead; in characters
CJK_LEAD_LENGTH = 400
_TRUNCATED = re.compile(
    r"(?:\[?(?:…|\.\.\.)\]?\s*(?:read more|continue reading|続きを読む|читать далее)?|続きを読む|残り\s*:?\s*\d+\s*文字.*"
    r"|(?:subscribe|register|log in|sign in) to (?:read|continue)[^\n]{0,80}|この記事は有料.*|有料会員.{0,60})\s*$",
    re.I,
)
FILE_FIELDS = (
    "headline", "byline", "authors", "published_at", "published_date", "precision", "method", "language", "genre", "body",
    "body_state",
)  # fmt: skip
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|meta|article|section|div|h1|p|script)\b", re.I)
CHALLENGES = ("TSPD_101", "bobcmn", "cf-chl-", "_Incapsula_Resource", "ddos-guard", "/cdn-cgi/challenge-platform")


@dataclass(frozen=True)
class Extracted:
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
    method: str  # rules or generic


@dataclass(frozen=True)
class Rejected:
    """Not readable as an article; ``reason`` is one of the closed list of quarantine reasons."""

    reason: str
    detail: str
    identity: Identity | None = None


class _Unfit(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


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
    if marker := _first_in(text, rules.challenge if rules else ()):
        return Rejected("challenge", f"the page holds {marker!r}", identify(url, key))
    try:
        page = Page(text, url)
    except ValueError:
        return Rejected("no_body", "the page is empty", identify(url, key))
    identity = identify(url, key, next(iter(page.values("css:link[rel=canonical]@href")), None))
    try:
        if rules and source:
            return _by_rules(page, rules, source, captured_at, identity)
        return _generic(page, source, captured_at, identity)
    except _Unfit as unfit:
        if marker := _first_in(text, CHALLENGES):
            return Rejected("challenge", f"the page holds {marker!r} and gives {unfit.reason}", identity)
        return Rejected(unfit.reason, unfit.detail, identity)


def _by_rules(page: Page, rules: Extract, source: Source, captured_at: datetime, identity: Identity) -> Extracted:
    headline = _one_headline(page, rules)
    published, method, written = _published(page, rules.published, source, captured_at)
    modified = _optional_date(page, rules.modified, source, captured_at)
    event = _optional_date(page, rules.event, source, captured_at)
    byline_parts = page.values(rules.byline) if rules.byline else []
    lede = "\n".join(page.values(rules.lede)) or None if rules.lede else None
    lines, body_state = _body(page, rules, lede)
    body = "\n".join(lines)
    return Extracted(
        identity=identity,
        headline=headline,
        byline=", ".join(byline_parts) or None,
        authors=authors_of("; ".join(byline_parts)),
        lede=lede,
        body=body,
        body_state=body_state,
        language_code=language_of(body, source.language) or source.language[0],
        genre=genre_of(page.url, headline, rules.genre, source.genre),
        published=published,
        published_method=method,
        published_text=written,
        modified_at=modified.instant_utc if modified else None,
        event_date=event.local_date if event else None,
        method="rules",
    )


def _one_headline(page: Page, rules: Extract) -> str:
    selector = rules.headline
    if selector.startswith(("meta:", "json_ld:", "url:")) or "@" in selector:
        found = page.values(selector)
    else:
        found = [one_line(element.text_content()) for element in page.elements(selector)]
    if rules.headline_strip:
        found = [one_line(re.sub(rules.headline_strip, "", headline)) for headline in found]
    if len(found) > 1:
        raise _Unfit("many_headlines", f"{selector}: {len(found)}")
    if not found or not found[0]:
        raise _Unfit("no_headline", selector)
    return found[0]


def _published(
    page: Page, where: Published, source: Source, captured_at: datetime
) -> tuple[Dateline, str, str]:
    """The publication date, the kind of selector that found it, and the text it was read from."""
    zone = where.timezone or source.timezone
    today = captured_at.astimezone(ZoneInfo(zone)).date()
    for selector in where.select:
        values = page.values(selector)
        if not values:
            continue
        try:
            lines = {value: read_date(value, where.formats, zone, source.language, today) for value in values}
            if len({line.local_date for line in lines.values()}) > 1:
                raise _Unfit("many_dates", f"{selector}: {', '.join(values)}"[:200])
            written = max(lines, key=lambda value: lines[value].precision == "minute")
            line = lines[written]
            if line.precision == "day" and where.time and (clock := page.values(where.time)):
                written = f"{written} {clock[0]}"
                line = read_date(written, where.formats, zone, source.language, today)
        except UnreadableDate as error:
            raise _Unfit(error.reason, f"{selector}: {error}"[:200]) from error
        return _not_future(line, captured_at), selector.partition(":")[0], written
    raise _Unfit("no_date", ", ".join(where.select))


def _not_future(line: Dateline, captured_at: datetime) -> Dateline:
    if line.instant_utc > captured_at + FUTURE:
        raise _Unfit("future_date", f"{line.instant_utc:%Y-%m-%dT%H:%MZ}, fetched {captured_at:%Y-%m-%dT%H:%MZ}")
    return line


def _optional_date(page: Page, where: Published | None, source: Source, captured_at: datetime) -> Dateline | None:
    """A date that the article can do without: unreadable is absent."""
    if where is None:
        return None
    zone = where.timezone or source.timezone
    today = captured_at.astimezone(ZoneInfo(zone)).date()
    for selector in where.select:
        for value in page.values(selector):
            try:
                return read_date(value, where.formats, zone, source.language, today)
            except UnreadableDate:
                continue
    return None


def _body(page: Page, rules: Extract, lede: str | None) -> tuple[list[str], str]:
    """Paragraphs, with a lede that stands outside the body before them, and the body's state."""
    found = page.elements(rules.body)
    if not found:
        raise _Unfit("no_body", rules.body)
    if len(found) > 1:
        raise _Unfit("many_bodies", f"{rules.body}: {len(found)}")
    is_paywalled = bool(rules.paywall and page.elements(rules.paywall))
    for selector in rules.strip:
        for element in page.elements(selector, found[0]):
            if element is not found[0] and element.getparent() is not None:
                element.drop_tree()
    lines = paragraphs(found[0], page.elements(rules.paragraphs, found[0]))
    if lede and lede not in "\n".join(lines):
        lines = [*lede.split("\n"), *lines]
    if not lines:
        raise _Unfit("no_body", f"{rules.body} holds no text")
    return lines, _body_state(page, "\n".join(lines), is_paywalled)


def _body_state(page: Page, body: str, is_paywalled: bool = False) -> str:
    script = script_of(body) or "latin"
    is_short = len(body) < LEAD_LENGTH.get(script, CJK_LEAD_LENGTH)
    if is_paywalled or (is_short and "false" in list(page.json_ld_values("isAccessibleForFree"))):
        return "paywalled"
    return "truncated" if _TRUNCATED.search(body) else "full"


def _generic(page: Page, source: Source | None, captured_at: datetime, identity: Identity) -> Extracted:
    fields = _generic_fields(page, source.language if source else ())
    if not fields["headline"]:
        raise _Unfit("no_headline", "no JSON-LD headline, no single h1, no og:title")
    if not fields["body"]:
        raise _Unfit("no_body", "no main text")
    zone = source.timezone if source else "UTC"
    published, method, written = _declared_date(page, zone, captured_at)
    modified, _ = generic.first_value(page, generic.MODIFIED)
    return Extracted(
        identity=identity,
        **{name: fields[name] for name in ("headline", "byline", "authors", "body", "body_state")},
        lede=None,
        language_code=fields["language"] or (source.language[0] if source else "und"),
        genre=source.genre if source else fields["genre"],
        published=published,
        published_method=method,
        published_text=written,
        modified_at=_read_or_none(modified, zone),
        event_date=None,
        method="generic",
    )


def _generic_fields(page: Page, languages: tuple[str, ...] | list[str]) -> dict[str, Any]:
    headline, _ = generic.first_value(page, generic.HEADLINE)
    byline, _ = generic.first_value(page, generic.BYLINE)
    body = "\n".join(generic.body_of(page))
    sections = [*page.values("json_ld:articleSection"), *page.values("meta:article:section"), *page.values("json_ld:@type")]
    return {
        "headline": headline,
        "byline": byline,
        "authors": authors_of(byline),
        "body": body,
        "body_state": _body_state(page, body),
        "language": language_of(body, languages),
        "genre": guess_genre(page.url, sections, body),
    }


def _declared_date(page: Page, zone: str, captured_at: datetime) -> tuple[Dateline, str, str]:
    written, method = generic.first_value(page, generic.PUBLISHED)
    if written is None:
        raise _Unfit("no_date", "the page declares no publication date")
    try:
        return _not_future(read_date(written, zone=zone), captured_at), method, written
    except UnreadableDate as error:
        raise _Unfit(error.reason, f"{method}: {error}"[:200]) from error


def _read_or_none(written: str | None, zone: str) -> datetime | None:
    try:
        return read_date(written, zone=zone).instant_utc if written else None
    except UnreadableDate:
        return None


def _first_in(text: str, markers: tuple[str, ...] | list[str]) -> str | None:
    return next((marker for marker in markers if marker in text), None)


def extract_file(html: bytes, url: str, captured_at: datetime) -> dict[str, Any]:
    """A page or a plain text of any origin -> headline, byline, authors, published_at, precision, method, language,
    genre, body, body_state and ``quarantine_reason``, why the pipeline would hold it back.

    What the page does not say is None; nothing is invented: a plain text has neither headline nor date.
    """
    try:
        text = decode(html)
    except Undecodable:
        return dict.fromkeys(FILE_FIELDS) | {"authors": [], "quarantine_reason": "undecodable"}
    if not _MARKUP.search(text[:5_000]):
        body = "\n".join(filter(None, map(one_line, text.splitlines())))
        fields: dict[str, Any] = {"authors": [], "body": body, "body_state": "full" if body else None}
        fields |= {"language": language_of(body), "genre": guess_genre(url, [], body)}
        return dict.fromkeys(FILE_FIELDS) | fields | {"quarantine_reason": "no_headline" if body else "no_body"}
    found = extract(html, url, captured_at)
    reason = found.reason if isinstance(found, Rejected) else None
    try:
        fields = _generic_fields(Page(text, url), ())
    except ValueError:
        fields = {"authors": []}
    if isinstance(found, Extracted):
        fields |= {"published_at": found.published.instant_utc, "published_date": found.published.local_date}
        fields |= {"precision": found.published.precision, "method": found.published_method}
    return dict.fromkeys(FILE_FIELDS) | fields | {"quarantine_reason": reason}
