"""What the crawler remembers of a source between runs: HTTP validators, articles seen, dates that feeds gave.

One SQLite file per source under ``state/crawl``; nothing in it is the only copy: without the file it is made again from
the lake (the validators aside, which cost one unconditional GET each).
"""

from __future__ import annotations

import fcntl
import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from crawlers.recheck import LONGEST, due_at
from nichiro.errors import TransientError
from warehouse.columns import UNFOLLOWED
from warehouse.lake import Lake, Partition
from warehouse.tables.raw import CAPTURES, CRAWLS, DISCOVERIES

REVISIT = timedelta(days=2)  # corrections come mostly within two days, so that long a page is asked for again
REST = timedelta(hours=12)  # and no two runs of a morning ask for it, be the first one killed or not
SEEN_STATUSES = (
    404,
    410,
)  # gone is an answer too; besides these, 2xx, 3xx count as seen, and all else is tried again
_VERSION = 2  # of the tables; a file of another version is made again
_TABLES = """
DROP TABLE IF EXISTS pages;
DROP TABLE IF EXISTS hints;
DROP TABLE IF EXISTS documents;
CREATE TABLE pages (
    url TEXT PRIMARY KEY, first_at TEXT, last_at TEXT, etag TEXT, last_modified TEXT, is_watched INTEGER
);
CREATE TABLE hints (url TEXT, via TEXT, published_text TEXT, PRIMARY KEY (url, via));
CREATE TABLE documents (url TEXT PRIMARY KEY, followed INTEGER, newest_at TEXT, links_sha256 TEXT, changed_at TEXT);
"""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer that counts as seen. ``etag`` and ``last_modified`` are for the next conditional GET.

    ``is_watched``: an article's own address, met by a daily crawl; statements among them are asked for again.
    """

    url: str
    at: datetime
    etag: str | None = None
    last_modified: str | None = None
    is_watched: bool = False


@dataclass(frozen=True)
class Document:
    """A discovery document: how many of its links were the source's articles, which, since when, and its newest item."""

    url: str
    followed: int
    newest_at: datetime | None = None
    links_sha256: str = ""
    changed_at: datetime | None = None

    def since(self, urls: Iterable[str]) -> datetime | None:
        """Since when it has named nothing but these articles, of which there may be none; None where they are others."""
        named = list(urls)
        is_same = links_sha256(named) == self.links_sha256 if named else self.followed > 0
        return self.changed_at if is_same else None


def links_sha256(urls: Iterable[str]) -> str:
    """The same for the same links, in whatever order."""
    return hashlib.sha256("\n".join(sorted(set(urls))).encode()).hexdigest()


def is_seen(http_status: int) -> bool:
    return 200 <= http_status < 400 or http_status in SEEN_STATUSES


class CrawlState:
    """Read during a crawl, written once at its end, after the log. Whoever has it open has the source for itself.

    Raises TransientError where it cannot be opened, or another crawl of the source has it open.
    """

    def __init__(self, data_dir: Path, source_id: str) -> None:
        self.path = data_dir / "state" / "crawl" / f"{source_id}.sqlite"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = self.path.with_suffix(".lock").open("a")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._connection = sqlite3.connect(self.path)
            if is_old := self._one("PRAGMA user_version") != (_VERSION,):
                self._connection.executescript(_TABLES)
        except BlockingIOError as error:
            raise TransientError(f"another crawl of {source_id} is at work", "wait for it, then run again") from error
        except (OSError, sqlite3.Error) as error:
            raise TransientError(
                f"cannot open {self.path}: {error}",
                "check rights and space; the file may be deleted, it is made again",
            ) from error
        if is_old:
            rebuild_state(self, Lake(data_dir), source_id)
            self._connection.execute(f"PRAGMA user_version = {_VERSION}")  # last: a killed one is made again

    def validators(self, url: str) -> dict[str, str]:
        """The headers of a conditional GET, none for a page never fetched."""
        row = self._one("SELECT etag, last_modified FROM pages WHERE url = ?", url)
        names = ("If-None-Match", "If-Modified-Since")
        return {name: value for name, value in zip(names, row or (), strict=False) if value}

    def first_seen(self, url: str) -> datetime | None:
        row = self._one("SELECT first_at FROM pages WHERE url = ?", url)
        return datetime.fromisoformat(row[0]) if row else None

    def _last_seen(self, url: str) -> datetime:
        return datetime.fromisoformat(self._one("SELECT last_at FROM pages WHERE url = ?", url)[0])  # type: ignore[index]

    def newest_at(self) -> datetime | None:
        """When the newest answer came that it remembers."""
        row = self._one("SELECT max(last_at) FROM pages")
        return datetime.fromisoformat(row[0]) if row and row[0] else None

    def is_due(
        self, url: str, via: str, published_text: str | None, hinted_at: datetime | None, now: datetime
    ) -> bool:
        """True for a page never seen, one whose date changed in the feed, or one that is still young and had its rest.

        A page is young for REVISIT after its first fetch, unless its own date says that it is older than that.
        """
        first_at = self.first_seen(url)
        if first_at is None:
            return True
        before = self._one("SELECT published_text FROM hints WHERE url = ? AND via = ?", url, via)
        if before and published_text and before[0] != published_text:
            return True
        is_young = now - first_at < REVISIT and (hinted_at is None or first_at - hinted_at < REVISIT)
        return is_young and now - self._last_seen(url) >= REST

    def owed(self, now: datetime) -> list[str]:
        """Watched pages whose re-check is owed, those first that are owed for the longest."""
        since = (now - LONGEST).isoformat()
        statement = "SELECT url, first_at, last_at FROM pages WHERE is_watched AND first_at > ?"
        found = []
        for url, first_at, last_at in self._connection.execute(statement, (since,)):
            due = due_at(datetime.fromisoformat(first_at), datetime.fromisoformat(last_at), now)
            if due is not None:
                found.append((due, url))
        return [url for _, url in sorted(found)]

    def document(self, url: str) -> Document | None:
        columns = "followed, newest_at, links_sha256, changed_at"
        row = self._one(f"SELECT {columns} FROM documents WHERE url = ?", url)  # noqa: S608 (known names)
        if row is None:
            return None
        newest_at, changed_at = (datetime.fromisoformat(text) if text else None for text in (row[1], row[3]))
        return Document(url, row[0], newest_at, row[2], changed_at)

    def commit(self, pages: Iterable[Page], hints: list[tuple[str, str, str]], documents: list[Document]) -> None:
        """Remember a run, all of it or nothing; ``hints`` are (url, via, published_text)."""
        try:
            with self._connection:
                self._connection.executemany(
                    "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET"
                    " last_at = excluded.last_at, etag = excluded.etag, last_modified = excluded.last_modified,"
                    " is_watched = max(is_watched, excluded.is_watched)",
                    (
                        (p.url, p.at.isoformat(), p.at.isoformat(), p.etag, p.last_modified, p.is_watched)
                        for p in pages
                    ),
                )
                self._connection.executemany("INSERT OR REPLACE INTO hints VALUES (?, ?, ?)", hints)
                self._connection.executemany(
                    # A document that gives nothing keeps what it gave before: it has changed until somebody mends it.
                    "INSERT INTO documents VALUES (?, ?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET"
                    " followed = iif(excluded.followed = 0, followed, excluded.followed),"
                    " newest_at = coalesce(excluded.newest_at, newest_at),"
                    " changed_at = iif(excluded.followed = 0 OR excluded.links_sha256 = links_sha256,"
                    "   changed_at, excluded.changed_at),"
                    " links_sha256 = iif(excluded.followed = 0, links_sha256, excluded.links_sha256)",
                    [(d.url, d.followed, _text(d.newest_at), d.links_sha256, _text(d.changed_at)) for d in documents],
                )
        except sqlite3.Error as error:
            raise TransientError(
                f"cannot write {self.path}: {error}", "check free space, then run again"
            ) from error

    def forget(self, urls: Iterable[str]) -> None:
        """Remove every trace of these URLs, also from pages of the file that are free. Raises TransientError."""
        try:
            with self._connection:
                for table in ("pages", "hints", "documents"):
                    statement = f"DELETE FROM {table} WHERE url = ?"  # noqa: S608 (a known name)
                    self._connection.executemany(statement, [(url,) for url in urls])
            self._connection.execute("VACUUM")
        except sqlite3.Error as error:
            raise TransientError(
                f"cannot write {self.path}: {error}", "check free space, then run again"
            ) from error

    def close(self) -> None:
        self._connection.close()
        self._lock.close()

    def _one(self, statement: str, *values: str) -> tuple | None:
        with closing(self._connection.execute(statement, values)) as cursor:
            return cursor.fetchone()


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def is_watched() -> pl.Expr:
    """Of rows of raw.captures, all of one run: the addresses that a daily crawl asked for, not those it was led to."""
    return (pl.col("basis") == "observed") & ~pl.col("url").is_in(pl.col("redirect_url").drop_nulls().implode())


def rebuild_state(state: CrawlState, lake: Lake, source_id: str) -> None:
    """Fill a new state from raw.captures and raw.discoveries, oldest run first."""
    for partition in _of_source(lake, source_id):
        captures = lake.read(CAPTURES, partition).with_columns(is_watched=is_watched())
        links = lake.read(DISCOVERIES, partition)
        seen = captures.filter(
            (pl.col("kind") == "article")
            & (pl.col("http_status").is_between(200, 399) | pl.col("http_status").is_in(SEEN_STATUSES))
        ).sort("captured_at")
        followed = (
            links.filter(~pl.col("decision").is_in(UNFOLLOWED))
            .join(captures.select("capture_id", document_url="url", read_at="captured_at"), on="capture_id")
            .group_by("document_url")
            .agg("url", pl.col("read_at").max())
        )
        dated = links.filter(
            pl.col("published_text").is_not_null() & pl.col("decision").is_in(("fetched", "known"))
        )
        state.commit(
            [
                Page(url, at, is_watched=watched)
                for url, at, watched in seen.select("url", "captured_at", "is_watched").iter_rows()
            ],
            list(dated.select("url", "via", "published_text").iter_rows()),
            [
                Document(document_url, len(urls), None, links_sha256(urls), read_at)
                for document_url, urls, read_at in followed.iter_rows()
            ],
        )


def _of_source(lake: Lake, source_id: str) -> list[Partition]:
    """Those with raw.crawls, written last: what a killed crawl had captured is in no log and is asked for again."""
    return [partition for partition in lake.partitions(CRAWLS) if partition.source_id == source_id]
