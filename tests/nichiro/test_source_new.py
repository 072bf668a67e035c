"""`nichiro source new` against fictional sites over real HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.catalog import load_source
from nichiro.errors import ConfigError, NichiroError, TransientError
from nichiro.scouting import scout
from nichiro.settings import Settings
from tests.crawlers.web import Answer, Web
from tests.nichiro.command import Command
from tests.nichiro.gazette import HOST, PATHS, XML, site

NOW = "2026-05-04T00:00:00+00:00"
PATTERN = r"^https?://gazette\.example/world/\d{4}/\d{2}/[^/?#]+"


def settings_of(tmp_path: Path, web: Web) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path / "data", proxy=web.url, clock=NOW)


def test_a_site_with_a_feed(tmp_path: Path) -> None:
    (tmp_path / "catalog").mkdir()
    with Web(site()) as web:
        command = Command(tmp_path, {"NICHIRO_CATALOG_DIR": "catalog", "NICHIRO_CLOCK": NOW, "NICHIRO_PROXY": web.url})
        done = command("source", "new", f"{HOST}/", "--write")
    assert done.returncode == 0, done.stderr
    source = load_source(tmp_path / "catalog" / "jp_gazette_news.yml")
    assert [(entry.kind, entry.url) for entry in source.discover] == [("rss", f"{HOST}/feed.xml")]
    assert (source.publisher.name, source.publisher.country, source.timezone) == ("The Gazette", "JP", "Asia/Tokyo")
    assert (source.language, source.status, source.terms.access, source.terms.url) == (["en"], "candidate", "derive", f"{HOST}/terms")
    assert source.follow.allow == [PATTERN]
    (rules,) = source.extract
    assert (rules.headline, rules.body, rules.byline) == ("css:h1", "css:div.story", "json_ld:author")
    assert rules.published.select == ["json_ld:datePublished"]
    assert source.politeness.delay_seconds == 5
    assert "2 of 2 sampled articles read" in done.stderr
    assert "# decide: read them" in done.stdout and f"other editions: ja {HOST}/ja/" in done.stdout
    stubs = sorted((tmp_path / "fixtures" / "jp_gazette_news").iterdir())
    assert [stub.name for stub in stubs] == ["article.html", "feed.xml"]
    assert all("Fiction" in stub.read_text() and "kelp" not in stub.read_text() for stub in stubs)
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_a_site_without_feeds(tmp_path: Path) -> None:
    """The news sitemap of robots.txt; without one the links of the page that look like articles."""
    pages = site()
    bare = Answer(pages[f"{HOST}/"].body.replace(b"application/rss+xml", b"text/plain"))
    rows = "".join(f"<url><loc>{HOST}{path}</loc></url>" for path in PATHS)
    sitemap = Answer(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode(), headers=XML)
    with Web(pages | {f"{HOST}/": bare, f"{HOST}/news-sitemap.xml": sitemap}) as web:
        found = scout(settings_of(tmp_path, web), f"{HOST}/")
    assert [entry.kind for entry in found.source.discover] == ["news_sitemap"]
    assert (found.sampled, found.read) == (2, 2)
    with Web(pages | {f"{HOST}/": bare, f"{HOST}/robots.txt": Answer(status=404)}) as web:
        found = scout(settings_of(tmp_path, web), f"{HOST}/")
    assert [entry.kind for entry in found.source.discover] == ["listing"]
    assert found.source.follow.allow == [PATTERN]
    assert (found.sampled, found.read) == (2, 2)


def test_a_site_that_refuses(tmp_path: Path) -> None:
    with Web(site() | {f"{HOST}/": Answer(b"no", 403)}) as web, pytest.raises(NichiroError, match="blocked"):
        scout(settings_of(tmp_path, web), f"{HOST}/")
    with Web({f"{HOST}/robots.txt": Answer(status=0)}) as web, pytest.raises(TransientError):
        scout(settings_of(tmp_path, web), f"{HOST}/")


@pytest.mark.slow
def test_a_feed_itself_and_an_address_that_is_none(tmp_path: Path) -> None:
    with Web(site()) as web:
        found = scout(settings_of(tmp_path, web), f"{HOST}/feed.xml")
        assert [(entry.kind, entry.url) for entry in found.source.discover] == [("rss", f"{HOST}/feed.xml")]
        assert (found.sampled, found.read, found.source.publisher.name) == (2, 2, "The Gazette")
        with pytest.raises(NichiroError, match="404"):
            scout(settings_of(tmp_path, web), f"{HOST}/nowhere")
        with pytest.raises(ConfigError, match="no address"):
            scout(settings_of(tmp_path, web), "gazette.example")


def test_a_hostile_page_breaks_no_yaml(tmp_path: Path) -> None:
    pages = site()
    front = pages[f"{HOST}/"].body.replace(b'content="The Gazette"', b'content="x&quot;}&#10;status: active&#10;# {[&#27;[2J&#155;&#8238;"')
    with Web(pages | {f"{HOST}/": Answer(front)}) as web:
        found = scout(settings_of(tmp_path, web), f"{HOST}/")
    (tmp_path / "jp_gazette_news.yml").write_text(found.draft.text)
    assert load_source(tmp_path / "jp_gazette_news.yml").status == "candidate"
    assert found.draft.text.replace("\n", "").isprintable()
    assert "\u202e" in found.source.title
