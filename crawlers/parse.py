"""Captures of one log partition -> article versions, quarantine, and exactly one outcome for each capture. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from crawlers.extract import Extracted, Rejected, extract
from crawlers.source import Source
from crawlers.tombstones import is_taken_down
from nichiro.errors import ContractError
from warehouse.columns import RULE_KINDS
from warehouse.tables.staging import ARTICLES, OUTCOMES, QUARANTINE

if TYPE_CHECKING:
    from warehouse.archive import ArchivedResponse

PARSER_VERSION = "parse-5"  # raise it when the same page would read differently
HTML = ("text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain")
REDIRECTS = (301, 302, 303, 307, 308)

Row = dict[str, Any]


def method_version(source: Source) -> str:
    """Version of the parser and of the source's rules; what it differs in must be parsed again."""
    return f"{PARSER_VERSION}+{source.rules_sha256()[:8]}"


def parse(
    captures: pl.DataFrame,
    read: Callable[[Row], ArchivedResponse],
    source: Source,
    tombstones: frozenset[str] = frozenset(),
) -> dict[str, pl.DataFrame]:
    """Parse the raw.captures rows of one source.

    ``read`` gives a capture's archived response and may raise ContractError: that capture is quarantined. Documents
    whose article_id is among ``tombstones`` were taken down and are skipped, by their URL or by what their page says.
    Returns staging.articles, staging.quarantine and staging.outcomes by name.
    """
    version = method_version(source)
    articles: list[Row] = []
    quarantine: list[Row] = []
    outcomes: list[Row] = []
    for capture in captures.iter_rows(named=True):
        outcome, reason = _without_body(capture)
        if _is_taken_down(capture, source, tombstones):
            outcome, reason = "skipped", "tombstone"
        elif outcome is None:
            found = _read(capture, read, source)
            outcome, reason = _settle(found, tombstones)
            if isinstance(found, Extracted) and outcome == "article":
                articles.append(_article(capture, found, version))
            elif isinstance(found, Rejected) and outcome == "quarantined":
                method = "rules" if source.rules_at(capture["captured_at"]) else "generic"
                quarantine.append(
                    _columns(capture, QUARANTINE.schema)
                    | {
                        "reason": found.reason,
                        "detail": found.detail,
                        "method": method,
                        "method_version": version,
                    }
                )
        outcomes.append(
            _columns(capture, OUTCOMES.schema)
            | {"outcome": outcome, "reason": reason, "method_version": version}
        )
    rows = {ARTICLES: articles, QUARANTINE: quarantine, OUTCOMES: outcomes}
    return {
        table.name: table.conform(pl.DataFrame(found, schema=table.schema)) for table, found in rows.items()
    }


def _without_body(capture: Row) -> tuple[str | None, str | None]:
    """Outcome and reason of a capture whose body need not be read; None where it must be."""
    status = capture["http_status"]
    if capture["kind"] in RULE_KINDS:
        return "skipped", "robots_txt" if capture["kind"] == "robots" else "tdmrep"
    if status == 304:
        return "unchanged", None
    if status in REDIRECTS and capture["redirect_url"]:
        return "redirect", None
    if status != 200:
        return "skipped", "http_error"
    if capture["kind"] != "article":
        return "discovery", None
    return None, None


def _is_taken_down(capture: Row, source: Source, tombstones: frozenset[str]) -> bool:
    """An article's page or a redirect to it, by URL alone: the body is not read."""
    urls = (capture["url"], capture["redirect_url"]) if capture["kind"] == "article" else ()
    return any(is_taken_down(url, source.key, tombstones) for url in urls)


def _read(capture: Row, read: Callable[[Row], ArchivedResponse], source: Source) -> Extracted | Rejected:
    media_type = capture["media_type"]
    if media_type and media_type not in HTML:
        return Rejected("not_html", media_type)
    try:
        response = read(capture)
    except ContractError as error:
        return Rejected("unreadable_record", str(error))
    return extract(response.body, capture["url"], capture["captured_at"], source, capture["charset"])


def _settle(found: Extracted | Rejected, tombstones: frozenset[str]) -> tuple[str, str | None]:
    if found.identity and found.identity.article_id in tombstones:
        return "skipped", "tombstone"
    if isinstance(found, Extracted):
        return "article", None
    if found.identity and found.identity.is_alternate_view and found.reason in ("no_headline", "no_body", "no_date"):
        return "alternate_view", None  # a gallery of photos: its text is on the document's own page
    return "quarantined", found.reason


def _article(capture: Row, found: Extracted, version: str) -> Row:
    content = hashlib.sha256(f"{found.headline}\n{found.body}".encode()).hexdigest()
    return _columns(capture, ARTICLES.schema) | {
        "article_id": found.identity.article_id,
        "canonical_url": found.identity.canonical_url,
        "is_alternate_view": found.identity.is_alternate_view,
        "pair_id": found.pair_id,
        "headline": found.headline,
        "byline": found.byline,
        "authors": found.authors,
        "credits": [asdict(credit) for credit in found.credits],
        "lede": found.lede,
        "body": found.body,
        "body_length": len(found.body),
        "body_state": found.body_state,
        "turns": [asdict(turn) for turn in found.turns],
        "language_code": found.language_code,
        "genre": found.genre,
        "is_provisional_translation": found.is_provisional,
        "published_at": found.published.instant_utc,
        "published_date": found.published.local_date,
        "published_precision": found.published.precision,
        "published_method": found.published_method,
        "published_text": found.published_text,
        "published_zone": found.published.zone,
        "published_confidence": found.confidence,
        "published_candidates": [candidate._asdict() for candidate in found.candidates],
        "modified_at": found.modified_at,
        "event_date": found.event_date,
        "content_sha256": content,
        "method": found.method,
        "method_version": version,
    }


def _columns(capture: Row, schema: pl.Schema) -> Row:
    """What a row takes over from its capture."""
    return {name: capture[name] for name in schema if name in capture}
