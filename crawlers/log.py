"""The log of one source's crawl: its WARC file and its rows of raw.*, kept in memory and written at the end."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from http import HTTPStatus
from http.client import responses
from pathlib import Path
from typing import Any

import polars as pl

from crawlers.challenge import challenge_in
from crawlers.discovery import Link
from crawlers.robots import UNRULED, Ruling
from crawlers.source import Source
from nichiro.run import Run
from warehouse.archive import ArchiveWriter, Exchange, Stored
from warehouse.columns import RULE_KINDS
from warehouse.contract import Table
from warehouse.lake import Lake, Partition
from warehouse.tables.raw import CAPTURES, CRAWLS, DISCOVERIES, FETCHES

VALIDATORS = ("etag", "last-modified")
BLOCKED = (401, 403, 429, 451)
HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True)
class Task:
    """What a crawl sets out to cover: days without an end are a daily crawl, else a backfill from archives."""

    source: Source
    run: Run
    data_dir: Path
    first_date: date | None = None
    last_date: date | None = None

    @property
    def is_backfill(self) -> bool:
        return self.first_date is not None

    @property
    def basis(self) -> str:
        return "backfill" if self.is_backfill else "observed"

    @property
    def partition(self) -> Partition:
        return Partition(self.run.started_at.date(), self.run.run_id, self.source.source_id)

    @property
    def days(self) -> tuple[date, date]:
        return (self.first_date or self.run.run_date, self.last_date or self.run.run_date)


@dataclass(slots=True)
class Fetch:
    """The outcome of one attempt."""

    url: str
    kind: str
    outcome: str
    http_status: int | None = None
    detail: str | None = None
    stored: Stored | None = None
    reserved: str | None = None

    @property
    def capture(self) -> dict[str, Any]:
        """The row of raw.captures of a fetch that gave a response; of an article only ``captured_at``."""
        assert self.stored is not None
        return self.stored.capture


class Rows:
    """Rows of one table: a thousand at a time become a frame, as dictionaries of so many pages take five times the memory."""

    def __init__(self, table: Table, rows: Iterable[dict[str, Any]] = ()) -> None:
        self.table = table
        self._frames: list[pl.DataFrame] = []
        self._rows = list(rows)

    def append(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        if len(self._rows) >= 1000:
            self._frames = [self.frame()]
            self._rows = []

    def frame(self) -> pl.DataFrame:
        return pl.concat([*self._frames, pl.DataFrame(self._rows, schema=self.table.schema)])

    def __len__(self) -> int:
        return sum(map(len, self._frames)) + len(self._rows)


@dataclass
class CrawlLog:
    """Rows of one crawl. ``write`` puts raw.crawls last, so that its row says: this partition is complete."""

    task: Task
    captures: Rows = field(default_factory=partial(Rows, CAPTURES))
    fetches: Rows = field(default_factory=partial(Rows, FETCHES))
    discoveries: Rows = field(default_factory=partial(Rows, DISCOVERIES))
    last: dict[str, Fetch] = field(default_factory=dict)  # by URL: the last attempt decides

    def __post_init__(self) -> None:
        task = self.task
        self.lake = Lake(task.data_dir)
        self.writer = ArchiveWriter(task.data_dir, task.source.source_id, task.run.run_id)
        self.started_at = task.run.now()
        self._repeats: Counter[str] = Counter()
        self._markers = [marker for rules in task.source.extract for marker in rules.challenge]

    def draw_up(
        self,
        url: str,
        kind: str,
        http_status: int,
        headers: Sequence[tuple[str, str]],
        raw_body: bytes,
        request_headers: Sequence[tuple[str, str]],
        body: bytes | None = None,
    ) -> Exchange:
        """A response made ready for the archive; ``body`` is ``raw_body`` after content decoding, where that was done."""
        return self.writer.draw_up(
            url,
            http_status,
            responses.get(http_status, ""),
            headers,
            raw_body,
            self.task.run.now(),
            request_headers,
            kind=kind,
            basis=self.task.basis,
            body=body,
        )

    def keep(self, stored: Stored, ruling: Ruling = UNRULED, reserved: str | None = None) -> Fetch:
        """Note a response that lies in the archive, and say what it is."""
        self.captures.append(stored.capture)
        url, kind, http_status = (stored.capture[name] for name in ("url", "kind", "http_status"))
        target = stored.capture["redirect_url"]
        if http_status == HTTPStatus.NOT_MODIFIED:
            outcome, detail = "not_modified", None
        elif target:
            outcome, detail = "redirect", target
        elif not 200 <= http_status < 300:
            outcome, detail = "http_error", f"HTTP {http_status} {responses.get(http_status, '')}".rstrip()
        elif marker := self._challenge(stored):
            outcome, detail = "challenged", marker
        else:
            outcome, detail = "ok", None
        if kind == "article":  # it lies in the archive; a crawl of thousands would hold them all
            headers = {name: stored.headers[name] for name in VALIDATORS if name in stored.headers}
            stored = replace(stored, body=b"", headers=headers, capture={"captured_at": stored.capture["captured_at"]})
        elif kind not in RULE_KINDS:
            stored = replace(stored, body=b"")
        return self._add(Fetch(url, kind, outcome, http_status, detail, stored, reserved), ruling)

    def resume(self) -> int:
        """Note what a killed child of this very run had archived, and go on behind it; returns the number of articles.

        Raises TransientError, or ContractError for a damaged archive.
        """
        return sum(self.keep(stored).kind == "article" for stored in self.writer.resume())

    def failure(self, url: str, kind: str, outcome: str, detail: str, ruling: Ruling = UNRULED) -> Fetch:
        """Note that a URL gave no response, or none that we may keep."""
        reserved = detail if outcome == "reserved" else None
        return self._add(Fetch(url, kind, outcome, detail=detail, reserved=reserved), ruling)

    def link(self, link: Link, document: Fetch, decision: str, item_count: int) -> None:
        """Note an item of a document that holds ``item_count`` of them, and what was decided on it."""
        capture_id = document.capture["capture_id"]
        self.discoveries.append(
            {
                "discovery_id": _hash(capture_id, str(link.position), link.url),
                **self._common(),
                "via": document.kind,
                "capture_id": capture_id,
                "item_count": item_count,
                "url": link.url,
                "position": link.position,
                "headline": link.headline,
                "published_text": link.published_text,
                "decision": decision,
                "captured_at": self.task.run.now(),
            }
        )

    def write(self, state: str, reason: str | None, fetched_count: int, newest_text: str | None) -> None:
        """Make the WARC file and the four log files visible. Raises TransientError, and then no raw.crawls row is."""
        first_date, last_date = self.task.days
        crawl = {
            **self._common(),
            "started_at": self.started_at,
            "finished_at": self.task.run.now(),
            "first_date": first_date,
            "last_date": last_date,
            "state": state,
            "reason": reason,
            "discovered_count": len(self.discoveries),
            "fetched_count": fetched_count,
            "newest_text": newest_text,
        }
        self.writer.close()
        for rows in (self.fetches, self.discoveries, self.captures, Rows(CRAWLS, [crawl])):
            self.lake.write(rows.table, self.task.partition, rows.frame())

    def _add(self, fetch: Fetch, ruling: Ruling) -> Fetch:
        if fetch.url in self.last:
            self._repeats[fetch.url] += 1
        self.last[fetch.url] = fetch
        common = self._common()
        self.fetches.append(
            {
                "fetch_id": _hash(
                    common["run_id"], common["source_id"], fetch.url, str(1 + self._repeats[fetch.url])
                ),
                **common,
                "kind": fetch.kind,
                "url": fetch.url,
                "requested_at": fetch.capture["captured_at"] if fetch.stored else self.task.run.now(),
                "outcome": fetch.outcome,
                "http_status": fetch.http_status,
                "capture_id": fetch.stored.capture_id if fetch.stored else None,
                "detail": fetch.detail,
                "robots_rule": ruling.rule,
                "robots_sha256": ruling.sha256,
                "robots_at": ruling.at,
                "reserved": fetch.reserved,
            }
        )
        return fetch

    def is_challenge(self, body: bytes) -> bool:
        return challenge_in(body, None, is_page=True, declared=self._markers) is not None

    def _challenge(self, stored: Stored) -> str | None:
        is_page = stored.capture["media_type"] in (None, *HTML)
        return challenge_in(stored.body, stored.capture["charset"], is_page, self._markers)

    def _common(self) -> dict[str, Any]:
        partition = self.task.partition
        return {
            "run_id": partition.run_id,
            "source_id": partition.source_id,
            "captured_date": partition.captured_date,
            "basis": self.task.basis,
        }


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
