"""A hostile web: nothing inside our own network is asked, and nothing it sends is without bound. Real HTTP, real spider."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import polars as pl
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawlers.addresses import is_inside, is_public
from crawlers.discovery import MOST_LINKS, discover
from crawlers.run import Assignment
from crawlers.source import Discover, Source
from nichiro.run import Run, start_run
from nichiro.settings import PROJECT, Settings
from tests.crawlers.test_crawl import XML, feed, logged, run_crawl, settings_of, source
from tests.crawlers.web import Answer, Web

SILENCE = 3  # seconds, of tests.crawlers.turning
DAY = "Sun, 03 May 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/x", "http://127.1/", "http://2130706433/", "http://0x7f.0.0.1/", "http://0177.0.0.1/",
        "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
        "http://[fe80::1]/", "http://[fd00::1]/", "http://169.254.169.254/latest", "http://100.64.0.1/",
        "http://0.0.0.0/", "http://224.0.0.1/", "http://localhost./x", "http://db.internal/", "http://intranet/",
    ],
)  # fmt: skip
def test_addresses_inside(url: str) -> None:
    assert is_inside(url)


@pytest.mark.parametrize("url", ["http://daily.example/", "http://8.8.8.8/", "http://[2001:4860:4860::8888]/"])
def test_addresses_outside(url: str) -> None:
    assert not is_inside(url)
    assert is_public("8.8.8.8")


def crawl_live(tmp_path: Path, declared: Source, answers: dict[str, list[str]], *others: Source) -> tuple[dict[str, pl.DataFrame], Run]:
    """A crawl without a proxy, in a child whose name server gives ``answers``."""
    settings = Settings(_env_file=None, data_dir=tmp_path, contact="https://nichiro.example/about", proxy="")
    run = start_run(settings)
    assignment = Assignment(
        settings=settings, run_id=run.run_id, run_date=run.run_date, started_at=run.started_at,
        directory=run.directory, sources=[*others, declared], first_date=None, last_date=None,
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.crawlers.turning", json.dumps(answers)],
        input=assignment.model_dump_json(exclude={"settings": {"ping_url"}}),
        capture_output=True, text=True, cwd=PROJECT, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return logged(tmp_path, run), run


def outcomes(log: dict[str, pl.DataFrame]) -> dict[str, tuple[str, str | None]]:
    return {row["url"]: (row["outcome"], row["detail"]) for row in log["fetches"].iter_rows(named=True)}


def test_a_name_that_turns_inwards_between_two_lookups_is_not_followed(tmp_path: Path) -> None:
    """DNS rebinding: robots.txt comes from outside, then the name leads to 127.0.0.1."""
    close = {"Content-Type": "text/plain", "Connection": "close"}
    with (
        Web({"/robots.txt": Answer(b"", headers=close)}, host="127.0.0.2") as outside,
        Web({"/feed": Answer(feed(), headers=XML)}, port=outside.port) as inside,
    ):
        url = f"http://turning.example:{outside.port}/feed"
        declared = source(discover=[{"kind": "rss", "url": url}])
        log, _ = crawl_live(tmp_path, declared, {"turning.example": ["127.0.0.2", "127.0.0.1"]})
        assert (outside.asked, inside.asked) == (["/robots.txt"], [])
    assert outcomes(log)[url] == ("connection_failed", "turning.example leads to 127.0.0.1, inside a private network")
    assert log["crawls"]["state"].item() == "down"


@pytest.mark.slow
def test_names_that_hang_do_not_delay_another_host(tmp_path: Path) -> None:
    """More than Twisted has threads; the last source's name is asked for beside them."""
    silent = [source(f"jp_silent_{letter}", discover=[{"kind": "rss", "url": f"http://{letter}.example/feed"}]) for letter in "abcdefghijkl"]
    with Web({"/feed": Answer(feed(), headers=XML)}, host="127.0.0.2") as web:
        quick = source(discover=[{"kind": "rss", "url": f"http://quick.example:{web.port}/feed"}])
        answers = {f"{each.source_id[-1]}.example": ["silence"] for each in silent} | {"quick.example": ["127.0.0.2"]}
        log, run = crawl_live(tmp_path, quick, answers, *silent)
    crawled = [log["crawls"], *(logged(tmp_path, run, each.source_id)["crawls"] for each in silent)]
    took = [(row["finished_at"] - row["started_at"]).total_seconds() for row in pl.concat(crawled).iter_rows(named=True)]
    assert took[0] < SILENCE <= min(took[1:]), took


def test_a_redirect_to_a_name_that_leads_inside_is_not_followed(tmp_path: Path) -> None:
    with Web({}, host="127.0.0.2") as outside, Web({"/feed": Answer(feed(), headers=XML)}, port=outside.port) as inside:
        target = f"http://inner.example:{outside.port}/feed"
        outside.pages["/feed"] = Answer(status=302, headers={"Location": target})
        declared = source(discover=[{"kind": "rss", "url": f"http://outer.example:{outside.port}/feed"}])
        answers = {"outer.example": ["127.0.0.2"], "inner.example": ["127.0.0.1"]}
        log, _ = crawl_live(tmp_path, declared, answers)
        assert inside.asked == []
    assert outcomes(log)[target][1].endswith("inner.example leads to 127.0.0.1, inside a private network")


def test_a_certificate_that_proves_nothing_is_refused(tmp_path: Path) -> None:
    with Web({"/feed": Answer(feed(), headers=XML)}, host="127.0.0.2", certificate=self_signed(tmp_path)) as web:
        declared = source(discover=[{"kind": "rss", "url": f"https://secure.example:{web.port}/feed"}])
        log, _ = crawl_live(tmp_path, declared, {"secure.example": ["127.0.0.2"]})
        assert web.asked == []
    assert set(log["fetches"]["outcome"]) == {"connection_failed", "robots_denied"}
    assert log["crawls"]["state"].item() == "down"


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "secure.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("secure.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "certificate.pem"
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path


REDIRECTS = {
    "metadata": "http://169.254.169.254/latest/meta-data",
    "loopback": "http://127.1:9/",
    "file": "file:///etc/hostname",
    "endless": "/feed",
}


def test_redirects_inwards_or_without_end_are_not_followed(tmp_path: Path) -> None:
    pages: dict[str, Answer] = {}
    sources = []
    for name, target in REDIRECTS.items():
        pages[f"http://{name}.example/feed"] = Answer(status=302, headers={"Location": target})
        sources.append(source(f"jp_{name}", discover=[{"kind": "rss", "url": f"http://{name}.example/feed"}]))
    with Web(pages) as web:
        crawls, _, _ = run_crawl(settings_of(tmp_path, web), *sources)
        asked = [url for url in web.asked if not url.startswith("http://endless")]
        assert sorted(asked) == sorted(
            f"http://{name}.example/{page}" for name in REDIRECTS if name != "endless" for page in ("robots.txt", "feed")
        )
        assert web.asked.count("http://endless.example/feed") == 1 + 5
    assert set(crawls["state"]) <= {"down", "changed"}


class Endless(dict):
    """A web in which every sitemap index names thirty more, and every day of a calendar has one before it."""

    def get(self, url: str, default: object = None) -> Answer:
        number = len(self)
        self[url] = True
        if "robots" in url:
            return Answer(b"")
        if "sitemap" in url:
            names = "".join(f"<sitemap><loc>{url}/{each}</loc></sitemap>" for each in range(30))
            return Answer(f"<sitemapindex>{names}</sitemapindex>".encode(), headers=XML)
        return Answer(f"<a class=story href=/a/{number}>x</a><a class=next href=/day/{number}>before</a>".encode())


def test_a_calendar_and_an_index_without_end_end(tmp_path: Path) -> None:
    calendar = {"kind": "listing", "url": "http://calendar.example/day", "links": "a.story", "next": "a.next"}
    index = {"kind": "sitemap", "url": "http://index.example/sitemap"}
    sources = [
        source("jp_calendar", discover=[calendar | {"max_pages": 5}]),
        source("jp_index", discover=[index | {"max_pages": 8}]),
    ]
    with Web(Endless()) as web:
        run_crawl(settings_of(tmp_path, web), *sources)
    assert sum("/day" in url for url in web.asked) == 5
    assert sum("/sitemap" in url for url in web.asked) == 1 + 8


def test_a_page_of_links_without_end_is_cut() -> None:
    entry = Discover.model_validate({"kind": "listing", "url": "http://daily.example/", "links": "a"})
    page = b"".join(b"<a href=/a/%d>x</a>" % number for number in range(MOST_LINKS + 10))
    assert len(discover(entry, "http://daily.example/", page).links) == MOST_LINKS


def gzip_bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(bytes(2**20)) for _ in range(megabytes)), packer.flush()])


def brotli_bomb(megabytes: int) -> bytes:
    packer = brotli.Compressor(quality=5)
    return b"".join([*(packer.process(bytes(2**20)) for _ in range(megabytes)), packer.finish()])


LAUGHS = "<!DOCTYPE rss [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{number} '{f'&a{number - 1};' * 10}'>" for number in range(1, 12)
) + "]>"  # fmt: skip
OUTSIDE = "<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"


def item(title: str, url: str) -> str:
    return f"<item><title>{title}</title><link>{url}/a/x</link><pubDate>{DAY}</pubDate></item>"


def hostile(name: str, url: str) -> Answer:
    """One hostile document each."""
    match name:
        case "gzip":
            return Answer(gzip_bomb(100), headers=XML | {"Content-Encoding": "gzip"})
        case "gzip_file":
            return Answer(gzip_bomb(100), headers={"Content-Type": "application/gzip"})
        case "brotli":
            return Answer(brotli_bomb(100), headers=XML | {"Content-Encoding": "br"})
        case "large":
            return Answer(b" " * (17 * 2**20), headers=XML)
        case "dripping":
            return Answer(b" " * 600, headers=XML, drip=0.05)
        case "laughs":
            return Answer(f"{LAUGHS}<rss><channel>{item('&a11;', url)}</channel></rss>".encode(), headers=XML)
        case "outside":
            return Answer(f"{OUTSIDE}<rss><channel>{item('&x;', url)}</channel></rss>".encode(), headers=XML)
        case "deep":
            return Answer(b"<rss><channel>" + b"<item>" * 200_000, headers=XML)
    raise ValueError(name)


HOSTILE = {
    "gzip": "changed", "gzip_file": "changed", "brotli": "changed", "large": "down", "dripping": "down",
    "laughs": "ok", "outside": "ok", "deep": "empty",
}  # fmt: skip


def test_what_a_document_sends_has_bounds(tmp_path: Path) -> None:
    """Decompression bombs, endless bodies, entities of XML, depth: each is its own source's state, in one crawl."""
    pages: dict[str, Answer] = {}
    sources = []
    for name in HOSTILE:
        url = f"http://{name.replace('_', '-')}.example"
        pages[f"{url}/feed"] = hostile(name, url)
        pages[f"{url}/a/x"] = Answer(b"<h1>Fiction</h1>")
        pages[f"{url}/robots.txt"] = Answer(b"", headers={"Set-Cookie": "who=we; Path=/"})
        patience = 2 if name == "dripping" else 30
        politeness = {"delay_seconds": 0, "timeout_seconds": patience}
        sources.append(
            source(f"jp_{name}", discover=[{"kind": "rss", "url": f"{url}/feed"}], politeness=politeness)
        )
    with Web(pages) as web:
        crawls, run, _ = run_crawl(settings_of(tmp_path, web), *sources)
    states = {row["source_id"].removeprefix("jp_"): row for row in crawls.iter_rows(named=True)}
    assert {name: row["state"] for name, row in states.items()} == HOSTILE, states
    assert logged(tmp_path, run, "jp_large")["fetches"]["outcome"].to_list()[-1] == "too_large"
    assert logged(tmp_path, run, "jp_dripping")["fetches"]["outcome"].to_list()[-1] == "timeout"
    (headline,) = logged(tmp_path, run, "jp_outside")["discoveries"]["headline"]
    assert not headline, "no file of ours is read"
    assert logged(tmp_path, run, "jp_laughs")["discoveries"]["headline"].to_list() == [None], "no entity is expanded"
    assert not [url for url, headers in web.headers.items() if "cookie" in headers], "cookies are off"

