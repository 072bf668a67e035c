"""The second replay: real pages at their addresses, the op-ed with dateline and byline."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.catalog import load_catalog
from crawlers.discovery import discover
from crawlers.extract import Extracted, extract
from tests.realsite import RealSite, opinion

SHARED = Path(__file__).parents[2] / "shared"
AS_OF = datetime(2020, 8, 28, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not (SHARED / "realpages" / "index.tsv").exists(), reason="the real pages of ../shared are not here"
)


@pytest.fixture(scope="module")
def site() -> RealSite:
    return RealSite(SHARED)


def test_pages_are_there_from_their_day(site: RealSite) -> None:
    assert len(site.pages) == 282
    page = next(page for page in site.pages.values() if page.day.year == 2012)
    assert site.respond(page.url, AS_OF).body == page.path.read_bytes()
    assert site.respond(page.url, datetime(2011, 1, 1, tzinfo=UTC)).status == 404


def test_archives_lead_to_every_page(site: RealSite, tmp_path: Path) -> None:
    source = load_catalog(site.catalog(tmp_path))["ru_kremlin_news_en"]
    entry = next(entry for entry in source.discover if entry.kind == "archive")
    found = set()
    for month in {f"{page.day:%Y-%m}" for page in site.pages.values()}:
        url = entry.url.replace("{yyyy}-{mm}", month)
        found |= {link.url for link in discover(entry, url, site.respond(url, AS_OF).body).links}
    assert found == set(site.pages)


def test_links_of_the_feed_are_not_among_the_pages(site: RealSite, tmp_path: Path) -> None:
    source = load_catalog(site.catalog(tmp_path))["ru_kremlin_news_en"]
    entry = next(entry for entry in source.discover if entry.kind == "atom")
    links = discover(entry, entry.url, site.respond(entry.url, AS_OF).body).links
    assert len(links) == 20
    assert {site.respond(link.url, AS_OF).status for link in links} == {404}


def test_op_ed(site: RealSite, tmp_path: Path) -> None:
    source = load_catalog(site.catalog(tmp_path))["jp_press_opinion"]
    url = opinion.HOST + opinion.PATH
    found = extract(site.respond(url, AS_OF).body, url, AS_OF, source, "utf-8")
    assert isinstance(found, Extracted)
    assert (found.headline, found.authors, found.genre) == (opinion.HEADLINE, [opinion.AUTHOR], "op_ed")
    assert (str(found.published.local_date), found.published.precision) == (opinion.DAY, "day")
    paragraphs, plea = opinion.read_op_ed(SHARED / "seed" / "op-ed.txt")
    assert found.body == "\n".join(paragraphs)
    assert plea[0] not in found.body
