"""Documents with a genre that a person's rules gave them: pages with their address, and texts without one."""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from benchmarks import pages
from crawlers import generic
from crawlers.catalog import load_catalog
from crawlers.encoding import decode
from crawlers.extract import Extracted, extract
from crawlers.genre import guess_genre
from crawlers.page import Page
from crawlers.source import Source
from nichiro.settings import Settings

PAGES = Path(__file__).parent / "labels" / "genre.tsv"
TEXTS = Path(__file__).parent / "labels" / "genre_texts.tsv"
UNSCORED = ("other", "unclear")
READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
_NOTES = re.compile(r"<tweet\b[^>]*/?>|\{Author, Unknown\}")  # what annotators put into the texts
_ABSTRACT = re.compile(r"^ABSTRACT\.$.*?^FULL TEXT\.$", re.M | re.S)  # an archive's, above some of the texts
_ORIGIN = re.compile(r"^(?:By (?P<byline>[^,]+), )?(?:\w+\.)?(?:inosmi|rt)\.(?:ru|com)|^(?:Посмотреть оригинал|\d+-го, \d{4}$)")


@dataclass(frozen=True)
class Document:
    """A labelled document as the generic path reads it; ``with_source`` is the genre that the pipeline gives it, by all it knows."""

    file: str
    genre: str
    url: str
    headline: str
    byline: str
    body: str
    with_source: str

    @property
    def is_held_out(self) -> bool:
        return hashlib.sha256(self.file.encode()).digest()[0] % 3 == 0


def labels(path: Path) -> list[dict[str, str]]:
    """Rows of file, sha256, genre and second."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@cache
def documents(path: Path) -> tuple[Document, ...]:
    """The labelled documents that have a genre. Raises ValueError where a file is not the one that was labelled."""
    urls, sources = pages.addresses(), _sources()
    found = []
    for row in labels(path):
        if row["genre"] in UNSCORED:
            continue
        content = pages.unpacked(pages.SHARED / row["file"])
        if hashlib.sha256(content).hexdigest() != row["sha256"]:
            raise ValueError(f"{row['file']} is not the document that was labelled")
        found.append(_text(row, content) if path == TEXTS else _page(row, content, urls.get(row["file"], ""), sources))
    return tuple(found)


def _sources() -> list[Source]:
    """The catalog's sources of whole sites: a list of opinions leads to no other page of its site, though their addresses are alike."""
    return [source for source in load_catalog(Settings().catalog_dir).values() if source.genre not in ("op_ed", "editorial")]


def _text(row: dict[str, str], content: bytes) -> Document:
    lines = [line.strip() for line in _ABSTRACT.sub("", _NOTES.sub("", decode(content))).splitlines()]
    headline, *rest = filter(None, lines)
    bylines = [match["byline"] for line in rest[:3] if (match := _ORIGIN.match(line)) and match["byline"]]
    body = "\n".join(line for line in rest if not _ORIGIN.match(line))
    headline = headline.rstrip(".;")
    return Document(row["file"], row["genre"], "", headline, "".join(bylines), body, guess_genre("", [], headline, "".join(bylines), body))


def _page(row: dict[str, str], content: bytes, url: str, sources: list[Source]) -> Document:
    if row["file"].endswith(".txt"):
        fields = generic.Fields(None, None, [], "\n".join(line.strip() for line in decode(content).splitlines() if line.strip()))
    else:
        fields = generic.fields_of(Page(decode(content), url))
    source = next((source for source in sources if any(re.search(rule, url) for rule in source.follow.allow)), None)
    read = extract(content, url, READ_AT, source) if source else None
    given = (
        read.genre
        if isinstance(read, Extracted)
        else guess_genre(url, fields.sections, fields.headline, fields.byline, fields.body, source.genre if source else None)
    )
    return Document(row["file"], row["genre"], url, fields.headline or "", fields.byline or "", fields.body, given)
