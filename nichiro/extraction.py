"""Extraction of a person's own pages: a file, a folder, an index of files with their URLs, or one live URL, into rows.

The same reading as the pipeline's, without a warehouse. Many pages are read on all cores, in their order, and given one by
one; a file that cannot be read is a row with its reason.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crawlers.extract import FILE_FIELDS, extract_file
from nichiro.errors import ConfigError, TransientError
from nichiro.workers import spread

SUFFIXES = (".html", ".htm", ".xhtml", ".txt")
COLUMNS = ("file", "url")   # what an index must have
MANY = 100                  # files that are worth the seconds in which other processes start
LARGEST = 64 * 2**20        # bytes of a file; the crawler archives no more of a page either


@dataclass(frozen=True)
class Saved:
    """A saved page or text: its name as it was given, where it lies, its URL, and when it was fetched."""

    file: str
    path: Path
    url: str
    captured_at: datetime


def saved_in(what: Path, url: str, now: datetime) -> list[Saved]:
    """One file, or every page of a folder. Raises ConfigError where there is none."""
    if what.is_dir():
        files = sorted(file for file in what.rglob("*") if file.suffix in SUFFIXES)
        if not files:
            raise ConfigError(f"no page in {what}", f"files must end in {', '.join(SUFFIXES)}")
    else:
        files = [what]
        try:
            with what.open("rb"):
                pass
        except OSError as error:
            raise ConfigError(f"{what} cannot be read: {error.strerror}", "check the path") from error
    return [Saved(str(file), file, url or file.resolve().as_uri(), now) for file in files]


def indexed_in(index: Path, now: datetime) -> list[Saved]:
    """The files that a TSV with a head names in its columns ``file``, from its own folder on, and ``url``.

    A column ``captured_at`` (ISO 8601; UTC where it has no offset) says when a page was fetched, else it is ``now``; other
    columns are for people: a ``date`` says when a page was published, and a page is never dated by what it is asked for.
    Raises ConfigError where the index cannot be read or lacks a column.
    """
    try:
        with index.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, restval="")
            if missing := [name for name in COLUMNS if name not in (rows.fieldnames or [])]:
                raise ConfigError(f"{index} has no column {' and no column '.join(missing)}", "its first line names them, parted by tabs")
            return [
                Saved(row["file"], path := index.parent / row["file"], row["url"] or path.absolute().as_uri(), _instant(row.get("captured_at")) or now)
                for row in rows
            ]  # fmt: skip
    except (OSError, csv.Error) as error:
        raise ConfigError(f"{index} cannot be read: {getattr(error, 'strerror', None) or error}", "give a TSV with the columns file and url") from error


def extract_all(pages: Sequence[Saved], processes: int) -> Iterator[dict]:
    """file, url and FILE_FIELDS of each page, in order; ``quarantine_reason`` is *unreadable_file* where there is none to
    read, with an ``error``. Raises TransientError where a worker was killed."""
    return spread(extract_saved, pages, processes if len(pages) > MANY else 1)


def extract_saved(page: Saved) -> dict:
    """One row of ``extract_all``."""
    row = {"file": page.file, "url": page.url}
    try:
        with page.path.open("rb") as file:
            content = file.read(LARGEST)
    except (OSError, ValueError) as error:   # ValueError: a name with a null byte
        told = dict.fromkeys(FILE_FIELDS) | {"authors": [], "quarantine_reason": "unreadable_file"}
        return row | told | {"error": getattr(error, "strerror", None) or str(error)}
    return row | extract_file(content, page.url, page.captured_at)


def extract_live(url: str, now: datetime) -> dict:
    """One live page, fetched as the crawler would, in a child process: Scrapy's reactor cannot start twice."""
    done = subprocess.run([sys.executable, "-m", "crawlers.fetch", url], capture_output=True, check=False)
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no answer"]
        kind = ConfigError if done.returncode == ConfigError.exit_code else TransientError
        raise kind(lines[-1].removeprefix(f"{done.returncode} "))
    return {"file": url, "url": url} | extract_file(done.stdout, url, now)


def _instant(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
