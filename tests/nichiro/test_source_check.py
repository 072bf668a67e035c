"""`nichiro source check` against a fictional gazette over real HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from crawlers.catalog import load_catalog
from nichiro.checkup import check
from nichiro.errors import TransientError
from nichiro.settings import Settings
from tests.crawlers.web import Answer, Web
from tests.nichiro.command import Command
from tests.nichiro.gazette import HOST, PATHS, declare, site
from tests.nichiro.wire import Everywhere

NOW = "2026-05-04T00:00:00+00:00"
Look = Callable[..., tuple[int, dict]]
PORTAL = Answer(b"<html><title>Welcome</title><form>Sign in to the hotel's network</form></html>")


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """The checkup itself; its crawl is a process of its own all the same."""

    def look_at(pages: dict[str, Answer]) -> tuple[int, dict]:
        catalog = load_catalog(tmp_path / "catalog")
        with Web(pages) as web:
            settings = Settings(_env_file=None, data_dir=tmp_path / "data", proxy=web.url, clock=NOW)
            found = check(settings, catalog, "jp_gazette_world")
        return (0 if found.is_healthy else 1), found.model_dump()

    return look_at


@pytest.fixture
def command(tmp_path: Path) -> Command:
    declare(tmp_path / "catalog")
    return Command(tmp_path, {"NICHIRO_CATALOG_DIR": "catalog"})


def test_a_healthy_source(command: Command, tmp_path: Path) -> None:
    with Web(site()) as web:
        done = command("source", "check", "jp_gazette_world", "-n", "2", "--json", NICHIRO_PROXY=web.url, NICHIRO_CLOCK=NOW)
    found = json.loads(done.stdout)
    assert (done.returncode, found["state"], found["articles_read"]) == (0, "ok", 2)
    assert [(one["kind"], one["outcome"]) for one in found["asked"]] == [
        ("robots", "ok"), ("feed", "ok"), ("tdmrep", "http_error"), ("article", "ok"), ("article", "ok"),
    ]  # fmt: skip
    assert (found["asked"][1]["links"], found["asked"][1]["followed"]) == (4, 4)
    assert found["fill"] == {"headline": 1, "body": 1, "byline": 1, "authors": 1, "lede": 0, "published_at": 1, "modified_at": 0}
    assert found["precision"] == {"minute": 2}
    assert found["newest_age_days"] == pytest.approx(0.83, abs=0.02)
    assert found["opt_outs"] == ["Content-Signal: ai-train=no", "robots.txt keeps AI agents out: GPTBot"]
    assert found["advice"] == []
    assert not (tmp_path / "data").exists(), "nothing of a look is kept"


def test_a_redesign_gets_a_better_selector(look: Look, tmp_path: Path) -> None:
    declare(tmp_path / "catalog")
    code, found = look(site(body="text-block"))
    assert (code, found["state"], found["articles_quarantined"]) == (1, "changed", 1)
    assert found["advice"] == [f"extract.body: css:div.story matches 0, not 1: `css:div.text-block` matches 1 ({HOST}{PATHS[0]})"]


@pytest.mark.slow
def test_a_feed_that_moved(look: Look, tmp_path: Path) -> None:
    declare(tmp_path / "catalog", feed="/old.xml")
    code, found = look(site())
    assert (code, found["state"]) == (1, "changed")
    assert f"discover: the site itself declares rss {HOST}/feed.xml" in found["advice"]


def test_a_challenge_is_never_health(look: Look, tmp_path: Path) -> None:
    declare(tmp_path / "catalog")
    wall = Answer(b"<html><head><script src='/cdn-cgi/challenge-platform/x.js'></script></head><body>Just a moment...</body></html>")
    code, found = look(site() | {f"{HOST}{path}": wall for path in PATHS})
    assert (code, found["state"]) == (1, "challenged")
    code, found = look(site() | {f"{HOST}/feed.xml": wall})
    assert (code, found["state"]) == (1, "challenged")


@pytest.mark.slow
def test_links_that_nobody_follows(look: Look, tmp_path: Path) -> None:
    declare(tmp_path / "catalog")
    path = tmp_path / "catalog" / "jp_gazette_world.yml"
    path.write_text(path.read_text().replace("/world/", "/politics/"))
    code, found = look(site())
    assert (code, found["state"]) == (1, "empty")
    pattern = r"^https?://gazette\.example/world/\d{4}/\d{2}/[^/?#]+"
    assert f"follow.allow matches none of 4 links: `{pattern}` is the form of most" in found["advice"]


def test_no_such_source(command: Command) -> None:
    done = command("source", "check", "jp_gazette_wrld")
    assert done.returncode == 78
    assert "jp_gazette_world" in done.stderr


@pytest.mark.slow
def test_a_portal_is_our_own_trouble(look: Look, tmp_path: Path) -> None:
    declare(tmp_path / "catalog")
    declared = (tmp_path / "catalog" / "jp_gazette_world.yml").read_text()
    for name in ("asa", "yoru"):
        (tmp_path / "catalog" / f"jp_{name}_world.yml").write_text(declared.replace("gazette.example", f"{name}.example"))
    with pytest.raises(TransientError, match="captive portal"):
        look(Everywhere(PORTAL))


def test_articles_that_robots_txt_forbids(look: Look, tmp_path: Path) -> None:
    declare(tmp_path / "catalog")
    robots = Answer(b"User-agent: *\nDisallow: /world/", headers={"Content-Type": "text/plain"})
    code, found = look(site() | {f"{HOST}/robots.txt": robots})
    assert (code, found["state"]) == (1, "robots")
    assert "Disallow: /world/" in found["reason"]


def test_articles_that_the_site_reserves(look: Look, tmp_path: Path) -> None:
    declare(tmp_path / "catalog")
    policy = Answer(b'[{"location": "/world/*", "tdm-reservation": 1}]', headers={"Content-Type": "application/json"})
    code, found = look(site() | {f"{HOST}/.well-known/tdmrep.json": policy})
    assert (code, found["state"]) == (1, "robots")
    assert "tdmrep.json: /world/*" in found["opt_outs"]
    assert "terms.access: feed_only" in found["reason"]


def test_a_live_look_takes_its_turn_with_every_crawl(command: Command, tmp_path: Path) -> None:
    """A host that is left alone by the crawls is not asked here either; nothing else is written."""
    path = tmp_path / "catalog" / "jp_gazette_world.yml"
    path.write_text(path.read_text().replace("gazette.example", "gazette.invalid").replace("delay_seconds: 0", "delay_seconds: 5"))
    slot = tmp_path / "data" / "state" / "hosts" / "gazette.invalid.json"
    slot.parent.mkdir(parents=True)
    slot.write_text(json.dumps({"asleep_until": time.time() + 3600, "why": "asks for a pause by Retry-After"}))
    done = command("source", "check", "jp_gazette_world", NICHIRO_CONTACT="https://example.org/crawler")
    assert done.returncode == 1, done.stderr
    assert "asks for a pause by Retry-After: not asked before" in done.stdout
    assert [path for path in (tmp_path / "data").rglob("*") if path.is_file()] == [slot]
