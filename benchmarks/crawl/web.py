"""A fictional site of many pages, rendered beforehand and served from memory by a process of its own.

It answers as a forward proxy and as the server itself. Its pages are of the size and compressibility of real ones: of 469
pages in ``../shared/realpages`` half have 30–140 kB, and gzip makes a fourth to a sixth of most. All words are fiction.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

HOST = "http://site.example"
DISTINCT = 100      # pages that differ; the others repeat their bodies under other addresses
SIZES = (60_000, 120_000)
SEED = 1
COUNTS = "/-/counts"
_VOWELS, _CONSONANTS = "aeiou", "bdfgklmnprstvz"


def bodies() -> list[bytes]:
    """The distinct pages, the same in every process."""
    rng = random.Random(SEED)
    words = ["".join(rng.choice(_CONSONANTS) + rng.choice(_VOWELS) for _ in range(rng.randint(1, 4))) for _ in range(1500)]
    return [_page(rng, words, number, rng.randint(*SIZES)) for number in range(DISTINCT)]


def _page(rng: random.Random, words: list[str], number: int, size: int) -> bytes:
    headline = " ".join(rng.choices(words, k=8)).capitalize()
    text = "".join(f"<p>{_sentence(rng, words, 40)}</p>\n" for _ in range(30))
    parts = [
        f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>{headline}</title>",
        f'<meta property="og:type" content="article"><meta property="article:published_time" content="2026-05-0{number % 9 + 1}T09:00:00Z">',
        f"</head><body><main><h1>{headline}</h1><time>2026-05-0{number % 9 + 1}</time>{text}</main><aside>",
    ]
    length = sum(map(len, parts))
    while length < size:     # what surrounds the text of real pages: lists of teasers, scripts, styles
        teaser = (
            f'<div class="card card--teaser" data-id="{rng.getrandbits(48):x}"><a class="card__link" rel="nofollow">'
            f'<span class="card__headline">{_sentence(rng, words, 9)}</span></a></div>\n'
            f"<script>window.slots=window.slots||[];slots.push({{unit:'{rng.getrandbits(32)}',size:[300,250]}})</script>\n"
        )
        parts.append(teaser)
        length += len(teaser)
    return "".join([*parts, "</aside></body></html>"]).encode()


def _sentence(rng: random.Random, words: list[str], count: int) -> str:
    return " ".join(rng.choices(words, weights=range(len(words), 0, -1), k=count)).capitalize() + "."


@dataclass(frozen=True)
class Counts:
    """What was asked for since the last ``forget``: distinct articles, requests in all, the monotonic second of the first."""

    articles: int
    asked: int
    first: float


class Web:
    """``with Web(pages, coding) as web:`` serves at ``web.port``; ``coding`` is identity or gzip."""

    def __init__(self, pages: int, coding: str) -> None:
        self.pages, self.coding = pages, coding

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def counts(self) -> Counts:
        """What came since the last call."""
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(self.url + COUNTS, timeout=30) as answer:
            return Counts(**json.load(answer))

    def __enter__(self) -> Web:
        command = [sys.executable, "-m", "benchmarks.crawl.web", str(self.pages), self.coding]
        self._server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._server.stdout
        self.port = int(self._server.stdout.readline())
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.kill()
        self._server.communicate()


class _Answers:
    """All answers, ready to be sent."""

    def __init__(self, pages: int, coding: str) -> None:
        self._articles = [_answer("text/html; charset=utf-8", body, coding) for body in bodies()]
        paths = [f"/a/{number}.html" for number in range(pages)]
        self._number = {path: number for number, path in enumerate(paths)}
        locations = "".join(f"<url><loc>{HOST}{path}</loc><lastmod>2026-05-01</lastmod></url>\n" for path in paths)
        sitemap = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locations}</urlset>'
        links = "".join(f'<li><a href="{path}">An article of fiction, number {path[3:-5]}</a></li>\n' for path in paths)
        index = f"<!DOCTYPE html><html lang=en><title>Fiction</title><body><ul>{links}</ul></body></html>"
        self._others = {
            "/robots.txt": _answer("text/plain", b"User-agent: *\nDisallow: /search\n", "identity"),
            "/sitemap.xml": _answer("application/xml", sitemap.encode(), coding),
            "/": _answer("text/html; charset=utf-8", index.encode(), coding),
        }
        self._missing = _answer("text/plain", b"not found\n", "identity", "404 Not Found")
        self._seen: set[int] = set()
        self._asked = 0
        self._first = 0.0

    def of(self, path: str) -> bytes:
        if path == COUNTS:
            counts = json.dumps({"articles": len(self._seen), "asked": self._asked, "first": self._first})
            self._seen, self._asked = set(), 0
            return _answer("application/json", counts.encode(), "identity")
        if not self._asked:
            self._first = time.monotonic()
        self._asked += 1
        number = self._number.get(path)
        if number is None:
            return self._others.get(path, self._missing)
        self._seen.add(number)
        return self._articles[number % DISTINCT]


def _answer(media_type: str, body: bytes, coding: str, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nDate: Fri, 01 May 2026 09:00:00 GMT\r\n"
    if coding == "gzip":
        body = gzip.compress(body, 6, mtime=0)
        head += "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, answers: _Answers) -> None:
        self._answers, self._received = answers, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, received: bytes) -> None:
        self._received += received
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head, self._received = self._received[:end], self._received[end + 4 :]
            target = head.split(b" ", 2)[1].decode("latin-1")
            self._transport.write(self._answers.of(urlsplit(target).path or "/"))
            if b"\nconnection: close" in head.lower():
                self._transport.close()


async def _serve(answers: _Answers) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(answers), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(_Answers(int(sys.argv[1]), sys.argv[2])))
