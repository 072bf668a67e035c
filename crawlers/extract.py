"""A page -> the fields of an article, strictly: exactly one headline, one body, a date that reads, or a rejection."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from crawlers import generic
from crawlers.byline import credits_of
from crawlers.canonical import Identity, identify
from crawlers.challenge import marker_in
from crawlers.completeness import body_state
from crawlers.confidence import confidence_of
from crawlers.credit import Credit
from crawlers.datelines import Candidate, candidate_of
from crawlers.dates import Dateline
from crawlers.encoding import Undecodable, decode
from crawlers.genre import genre_of, guess_genre
from crawlers.headline import headline_of
from crawlers.language import language_of
from crawlers.maintext import main_text
from crawlers.page import Page, Unfit
from crawlers.pairs import pair_of
from crawlers.paragraphs import one_line, paragraphs
from crawlers.provisional import is_provisional
from crawlers.published import candidates_by_rules, not_future, other_date, published_by_rules
from crawlers.source import Extract, Source
from crawlers.turns import Turn, turns_of

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
    credits: list[Credit] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    confidence: float | None = None
    is_provisional: bool = False
    pair_id: str | None = None

    @property
    def authors(self) -> list[str]:
        """Their names in order, without roles."""
        return [credit.name for credit in self.credits]


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
    modified = other_date(page, rules.modified, source, captured_at)
    event = other_date(page, rules.event, source, captured_at)
    bylines = page.values(rules.byline) if rules.byline else []
    lede = "\n".join(page.values(rules.lede)) or None if rules.lede else None
    is_paywalled = bool(rules.paywall and page.elements(rules.paywall))
    provisional = bool(rules.provisional and re.search(rules.provisional, f"{page.url}\n{headline}")) or is_provisional(page)
    marked = _speakers(page, rules.turns) if rules.turns else None
    body = "\n".join(_body(page, rules, rules.body, lede) if rules.body else _main_text(page, headline, written))
    return Extracted(
        identity=identity,
        headline=headline,
        byline=", ".join(bylines) or None,
        credits=credits_of("; ".join(bylines), rules.role or _role(source)),
        turns=turns_of(body, marked),
        candidates=candidates_by_rules(page, rules, source, captured_at),
        confidence=confidence_of(method, is_ruled=True),
        is_provisional=provisional,
        lede=lede,
        body=body,
        body_state=body_state(page, body, is_paywalled),
        language_code=language_of(body, source.language) or source.language[0],
        genre=genre_of(page.url, headline, rules.genre, source.genre),
        published=not_future(published, captured_at),
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


def _speakers(page: Page, selector: str) -> set[str]:
    """The texts of the elements that hold speakers' names, each once, without tooltips."""
    marks = page.elements(selector)
    plain = {mark.text or "" for mark in marks if not len(mark)}
    return {one_line(text) for text in plain} | {" ".join(paragraphs(mark)) for mark in marks if len(mark)}


def _role(source: Source | None) -> str | None:
    """What all of a publisher's authors are: a government's are officials, a wire's are of the wire."""
    return {"government": "official", "wire": "wire"}.get(source.publisher.kind) if source else None


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
    confidence = confidence_of(method, is_ruled=False)
    return Extracted(
        identity=identity,
        headline=_short(fields.headline),
        byline=fields.byline,
        credits=[replace(credit, role=credit.role or _role(source)) for credit in fields.credits],
        turns=turns_of(fields.body),
        candidates=generic.candidates_of(page, fields, zone, languages, captured_at.date(), candidate_of("published", method, written, published, confidence)),
        confidence=confidence,
        is_provisional=is_provisional(page),
        lede=None,
        body=fields.body,
        body_state=body_state(page, fields.body),
        language_code=language_of(fields.body, languages) or UNKNOWN_LANGUAGE,
        genre=_guessed(page, fields, source),
        published=not_future(published, captured_at),
        published_method=method,
        published_text=written,
        modified_at=generic.modified_of(page, zone),
        event_date=None,
        method="generic",
    )


def _guessed(page: Page, fields: generic.Fields, source: Source | None) -> str:
    """What the page says, else what its source declares."""
    return guess_genre(page.url, fields.sections, fields.headline, fields.byline, fields.body, source.genre if source else None)


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
    result |= {"headline": fields.headline, "byline": fields.byline, "authors": [credit.name for credit in fields.credits]}
    if fields.body:
        result |= {"body": fields.body, "language": language_of(fields.body)}
    try:
        found = _generic(page, fields, None, captured_at, identify(url))
    except Unfit as unfit:
        state, genre = (body_state(page, fields.body), _guessed(page, fields, None)) if fields.body else (None, None)
        return result | {"body_state": state, "genre": genre, "quarantine_reason": unfit.reason}
    line = found.published
    return result | {
        "body_state": found.body_state,
        "genre": found.genre,
        "published_at": line.instant_utc,
        "published_date": line.local_date,
        "precision": line.precision,
        "method": found.published_method,
    }
