"""Real pages of en.kremlin.ru and the seed op-ed, answered as the web would have at an instant."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from tests.demosite.response import Response, finish
from tests.realsite import opinion

CATALOG = Path(__file__).parent / "catalog"
RULES = Path(__file__).parents[2] / "crawlers" / "sources" / "ru_kremlin_news_en.yml"
KREMLIN = "http://en.kremlin.ru"
KREMLIN_FEED = f"{KREMLIN}/events/president/news/feed"
KREMLIN_ARCHIVE = re.compile(r"/events/president/news/by-date/(\d{4}-\d{2})")
OPINION_ARCHIVE = re.compile(r"/(\d{4})/(\d{2})/")
HTML = {"Content-Type": "text/html; charset=utf-8"}


@dataclass(frozen=True)
class Page:
    """One saved page; ``day`` is the date that the index gives it."""

    url: str
    path: Path
    day: date
    headline: str


class RealSite:
    """Two hosts, as the files in ``shared`` have them. A page is there from its day on."""

    def __init__(self, shared: Path) -> None:
        """Raises FileNotFoundError where ``shared`` has no realpages or seed: tests skip then."""
        folder = shared / "realpages"
        self._feed = (folder / "en.kremlin.ru" / "feed.atom.xml").read_bytes()
        self._robots = (folder / "en.kremlin.ru" / "robots.txt").read_bytes()
        self.pages = {page.url: page for page in _index(folder)}
        self._op_ed = opinion.read_op_ed(shared / "seed" / "op-ed.txt")

    @staticmethod
    def catalog(folder: Path) -> Path:
        """Write the sources' YAMLs into a folder: the real rules, this replay's addresses, no delay."""
        folder.mkdir(parents=True, exist_ok=True)
        rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
        own = yaml.safe_load((CATALOG / RULES.name).read_text(encoding="utf-8"))
        merged = yaml.safe_dump(rules | own, allow_unicode=True, sort_keys=False)
        (folder / RULES.name).write_text(merged, encoding="utf-8")
        name = "jp_press_opinion.yml"
        (folder / name).write_text((CATALOG / name).read_text(encoding="utf-8"), encoding="utf-8")
        return folder

    def respond(self, url: str, as_of: datetime, headers: Mapping[str, str] | None = None) -> Response:
        """Answer a GET for an absolute URL; an unknown host answers 502."""
        parts = urlsplit(url)
        root, path = f"{parts.scheme}://{parts.netloc}", parts.path or "/"
        if root == KREMLIN:
            return finish(self._kremlin(root + path, path, as_of.date()), headers)
        if root == opinion.HOST:
            return finish(self._opinion(path, as_of.date()), headers)
        return Response(502, {"Content-Type": "text/plain"}, b"no such host in this replay\n")

    def _kremlin(self, url: str, path: str, day: date) -> Response:
        if path == "/robots.txt":
            return Response(200, {"Content-Type": "text/plain"}, self._robots)
        if url == KREMLIN_FEED:
            return Response(200, {"Content-Type": "application/atom+xml; charset=utf-8"}, self._feed)
        if match := KREMLIN_ARCHIVE.fullmatch(path):
            shown = [
                page for page in self.pages.values() if f"{page.day:%Y-%m}" == match[1] and page.day <= day
            ]
            return Response(200, HTML, _listing([(page.url, page.day, page.headline) for page in shown]))
        page = self.pages.get(url)
        if page is None or page.day > day:
            return _missing()
        return Response(200, HTML, page.path.read_bytes())

    def _opinion(self, path: str, day: date) -> Response:
        if path == "/robots.txt":
            return Response(200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow:\n")
        published = date.fromisoformat(opinion.DAY)
        is_there = day >= published
        if path == "/feed" and is_there:
            return Response(200, {"Content-Type": "application/rss+xml"}, opinion.feed().encode())
        if match := OPINION_ARCHIVE.fullmatch(path):
            entry = (opinion.HOST + opinion.PATH, published, opinion.HEADLINE)
            here = is_there and f"{published:%Y%m}" == match[1] + match[2]
            return Response(200, HTML, _listing([entry] if here else []))
        if path == opinion.PATH and is_there:
            return Response(200, HTML, opinion.article(*self._op_ed).encode())
        return _missing()


def _index(folder: Path) -> list[Page]:
    with (folder / "index.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Page(row["url"], folder / row["file"], date.fromisoformat(row["date"]), row["title"].split(" • ")[0])
        for row in rows
        if row["file"].startswith("en.kremlin.ru/") and row["kind"] == "html"
    ]


def _listing(entries: list[tuple[str, date, str]]) -> bytes:
    items = "\n".join(
        f'<li class="entry"><time datetime="{day}">{day}</time> <a class="entry-link" href="{escape(url)}">{escape(headline)}</a></li>'
        for url, day, headline in sorted(entries, key=lambda entry: (entry[1], entry[0]))
    )
    return f"<!DOCTYPE html>\n<html><body><ul>{items}</ul></body></html>\n".encode()


def _missing() -> Response:
    return Response(404, HTML, b"<!DOCTYPE html><html><body><h1>Not found</h1></body></html>\n")
