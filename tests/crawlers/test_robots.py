"""What a robots.txt says of a URL, and by which line: real files beside a second reading made here, and the rows it leaves."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import polars as pl
import pytest

from crawlers.robots import Robots
from nichiro.settings import PROJECT
from tests.crawlers.test_crawl import HOST, XML, feed, logged, run_crawl, settings_of, source
from tests.crawlers.web import Answer, Web

FILES = PROJECT.parent / "shared" / "data" / "robots"
ENOUGH = 25  # paths of each file
NEVER_NAMED = ("/", "/kelp/2026/05/a-fictional-page.html?id=1", "/index.html")


def rules_of(text: str) -> list[tuple[bool, str]]:
    """RFC 9309 2.2.1 read from scratch: the rules of our own groups, else of everyone's; True for an Allow."""
    groups: dict[str, list[tuple[bool, str]]] = {}
    agents: list[str] = []
    was_rule = False
    for line in text.splitlines():
        field, colon, value = (part.strip() for part in line.split("#")[0].partition(":"))
        field = field.lower().replace(" ", "-")
        if not colon or field in ("sitemap", "sitemaps", "host"):
            continue
        if field in ("user-agent", "useragent"):
            agents = [value.lower()] if was_rule else [*agents, value.lower()]
            groups.setdefault(value.lower(), [])
            was_rule = False
        else:
            was_rule = True
            if value and field in ("allow", "disallow"):
                for agent in agents:
                    groups[agent].append((field == "allow", value))
    return groups.get("nichiro", groups.get("*", []))


def may_ask(rules: list[tuple[bool, str]], path: str) -> bool:
    """RFC 9309 2.2.2: the longest rule that matches, of equals the Allow; robots.txt itself always."""
    matching = [(len(pattern), allows) for allows, pattern in rules if speaks_of(pattern, path)]
    return path == "/robots.txt" or not matching or max(matching)[1]


def speaks_of(pattern: str, path: str) -> bool:
    is_whole, parts, path = pattern.endswith("$"), unquote(pattern.removesuffix("$")).split("*"), unquote(path)
    if not path.startswith(parts[0]):
        return False
    return bool(re.match(".*".join(map(re.escape, parts)) + ("$" if is_whole else ""), path, re.S))


def paths_of(text: str) -> list[str]:
    """Paths that the file itself speaks of: its patterns, with something in place of their stars."""
    patterns = re.findall(r"^\s*(?:dis)?allow\s*:\s*(/[^\s#]*)", text, re.I | re.M)
    return [pattern.replace("*", "kelp").replace("$", "") for pattern in dict.fromkeys(patterns)][:ENOUGH]


@pytest.mark.skipif(not FILES.is_dir(), reason=f"{FILES} is not there")
def test_robots_of_real_sites() -> None:
    """Every file: the verdict is that of the second reading, and the line named is one of the file that says so."""
    files = sorted(FILES.iterdir())
    verdicts = {True: 0, False: 0}
    for file in files:
        text = file.read_bytes().decode("utf-8-sig", "replace")
        robots, rules = Robots(text), rules_of(text)
        assert robots.rest >= 0, file.name
        for path in (*paths_of(text), *NEVER_NAMED):
            url = f"http://site.example{path}"
            is_allowed, rule = robots.allows(url), robots.rule_of(url)
            assert is_allowed == may_ask(rules, path), (file.name, path)
            assert is_allowed or rule, (file.name, path)
            if rule:
                field, _, pattern = rule.partition(": ")
                assert (field == "Allow") == is_allowed, (file.name, path)
                assert speaks_of(pattern, path), (file.name, path)
            verdicts[is_allowed] += 1
    assert len(files) > 100
    assert min(verdicts.values()) > 500, verdicts


def test_the_rule_comes_from_our_own_group() -> None:
    text = "User-agent: other\nDisallow: /letters/all\n\nUser-agent: a\nUser-agent: *\nDisallow: /letters\nAllow: /x\n"
    url = "http://site.example/letters/all/1"
    assert Robots(text).rule_of(url) == "Disallow: /letters"
    assert Robots(f"{text}\nUser-agent: Nichiro\nDisallow: /le\n").rule_of(url) == "Disallow: /le"


def test_the_longest_line_decides_and_is_named() -> None:
    robots = Robots("User-agent: *\nDisallow: /private\nDisallow: /private/letters\nAllow: /private/open\nAllow: /\n")
    named = {path: (robots.allows(f"{HOST}{path}"), robots.rule_of(f"{HOST}{path}")) for path in ("/private/letters/1", "/private/x", "/private/open/1", "/")}
    assert named == {
        "/private/letters/1": (False, "Disallow: /private/letters"),
        "/private/x": (False, "Disallow: /private"),
        "/private/open/1": (True, "Allow: /private/open"),
        "/": (True, "Allow: /"),
    }
    assert Robots("User-agent: other\nDisallow: /").rule_of(f"{HOST}/") is None


def test_the_rest_that_robots_txt_declares() -> None:
    def rest(rules: str) -> float:
        return Robots(f"User-agent: *\n{rules}\nDisallow: /x\n").rest

    assert rest("Crawl-delay: 12") == 12
    assert rest("Request-rate: 1/30") == 30
    assert rest("Crawl-delay: 3\nRequest-rate: 2/20s") == 10
    assert rest("") == 0


def test_every_row_says_what_robots_txt_said(tmp_path: Path) -> None:
    """Verdict, line, hash and time of the file, also where another answer stood in its place."""
    day = "Sun, 03 May 2026 12:00:00 GMT"
    text = b"User-agent: *\nDisallow: /a/\nAllow: /a/open"
    pages = {
        f"{HOST}/robots.txt": Answer(text, headers={"Content-Type": "text/plain"}),
        f"{HOST}/feed": Answer(feed(("/a/open", day), ("/a/shut", day)), headers=XML),
        f"{HOST}/a/open": Answer(b"<h1>Fiction</h1>"),
        "http://bare.example/feed": Answer(feed(), headers=XML),
        "http://mute.example/robots.txt": Answer(b"", 503),
    }
    sources = [source()] + [source(f"jp_{name}", discover=[{"kind": "rss", "url": f"http://{name}.example/feed"}]) for name in ("bare", "mute")]
    with Web(pages) as web:
        _, run, _ = run_crawl(settings_of(tmp_path, web), *sources)
    rows = {}
    for each in sources:
        log = logged(tmp_path, run, each.source_id)
        file = log["captures"].filter(kind="robots").row(-1, named=True)
        for row in log["fetches"].iter_rows(named=True):
            if row["kind"] in ("robots", "tdmrep"):
                assert row["robots_at"] is None or row["kind"] == "tdmrep"
                continue
            assert (row["robots_sha256"], row["robots_at"]) == (file["body_sha256"], file["captured_at"]), row["url"]
            rows[row["url"].removeprefix("http://")] = (row["outcome"], row["robots_rule"])
    assert rows == {
        "daily.example/feed": ("ok", None),
        "daily.example/a/open": ("ok", "Allow: /a/open"),
        "daily.example/a/shut": ("robots_denied", "Disallow: /a/"),
        "bare.example/feed": ("ok", "no robots.txt: HTTP 404 Not Found"),
        "mute.example/feed": ("robots_denied", "robots.txt could not be read: HTTP 503 Service Unavailable"),
    }
    assert logged(tmp_path, run)["fetches"].filter(pl.col("url").str.ends_with("/shut"))["detail"].item() == "Disallow: /a/"
