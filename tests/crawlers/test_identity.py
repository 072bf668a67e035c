"""Identity: every form in which a site gives one document again is that document, and no other is. Hosts are fiction
or those of the declared sources; no page is asked for."""

from __future__ import annotations

import pytest

from crawlers.canonical import identify
from crawlers.catalog import load_catalog
from crawlers.discovery import discover
from crawlers.source import Discover, Key
from nichiro.settings import PROJECT

CATALOG = load_catalog(PROJECT / "crawlers" / "sources")
PAPER = "https://paper.example/politics/a-1"


@pytest.mark.parametrize(
    "form",
    [
        f"{PAPER}/", "http://paper.example/politics/a-1", "https://www.paper.example/politics/a-1", "https://www2.paper.example/politics/a-1",
        "https://PAPER.example:443/politics/a-1", f"{PAPER}#comments", f"{PAPER}?", f"{PAPER}?utm_source=x&utm_medium=y&UTM_Campaign=z",
        f"{PAPER}?ref=rss", f"{PAPER}?iref=comtop_list_01", f"{PAPER}?source=rss", f"{PAPER}?fbclid=1&gclid=2&yclid=3&igshid=4",
        f"{PAPER}?mc_cid=1&mc_eid=2&cmpid=3", f"{PAPER}?at_medium=RSS&at_campaign=KARANGA", f"{PAPER}?from=rss", f"{PAPER}?cmp=rss",
    ],
)  # fmt: skip
def test_what_does_not_name_a_document(form: str) -> None:
    """Scheme, www, case of the host, port, slash, fragment, tracking parameters."""
    assert identify(form).article_id == identify(PAPER).article_id
    assert not identify(form).is_alternate_view


@pytest.mark.parametrize(
    "other",
    ["https://paper.example/politics/a-2", f"{PAPER}?page=2", f"{PAPER}?source=archive", "https://paper.example/Politics/a-1",
     "https://en.paper.example/politics/a-1", "https://paper.example:8080/politics/a-1"],
)  # fmt: skip
def test_what_does(other: str) -> None:
    assert identify(other).article_id != identify(PAPER).article_id


@pytest.mark.parametrize(
    "view",
    ["https://amp.paper.example/politics/a-1", "https://m.paper.example/politics/a-1", "https://sp.paper.example/politics/a-1",
     "https://paper.example/amp/politics/a-1", f"{PAPER}/amp/", f"{PAPER}.amp.html", f"{PAPER}?amp=1", f"{PAPER}?outputType=amp",
     "https://paper.example/sp/politics/a-1", f"{PAPER}/print", f"{PAPER}?print=1", "https://paper.example/print/a-1"],
)  # fmt: skip
def test_views_name_their_document_by_its_canonical(view: str) -> None:
    found = identify(view, declared=PAPER)
    assert (found.article_id, found.canonical_url, found.is_alternate_view) == (identify(PAPER).article_id, PAPER, True)


def test_a_rule_names_it_where_the_page_does_not() -> None:
    key = Key(pattern=r"^(https?://paper\.example)/(?:amp/|sp/|print/)?(politics/[\w-]+?)(?:/(?:amp|print))?/?(?:\?.*)?$", replace=r"\1/\2")
    views = [f"https://paper.example/{form}" for form in ("amp/politics/a-1", "sp/politics/a-1", "politics/a-1/amp", "politics/a-1/print?x=1")]
    assert {identify(view, key).article_id for view in views} == {identify(PAPER, key).article_id}
    assert all(identify(view, key).is_alternate_view for view in views) and not identify(PAPER, key).is_alternate_view


@pytest.mark.parametrize(
    ("source_id", "own", "views", "others"),
    [
        (
            "ru_kremlin_news_en", "http://en.kremlin.ru/events/president/news/990001",
            ["http://en.kremlin.ru/events/president/transcripts/990001", "http://en.kremlin.ru/events/president/transcripts/speeches/990001",
             "http://en.kremlin.ru/d/990001", "http://en.kremlin.ru/events/president/news/990001/print",
             "http://en.kremlin.ru/events/president/news/990001/photos", "http://en.kremlin.ru/events/president/news/990001/photos/5",
             "http://en.kremlin.ru/copy/990001", "http://en.special.kremlin.ru/events/president/news/990001"],
            ["http://en.kremlin.ru/events/president/news/990002", "http://kremlin.ru/events/president/news/990001"],
        ),
        (
            "ru_kremlin_news", "http://kremlin.ru/events/president/news/990001",
            ["http://kremlin.ru/d/990001", "http://special.kremlin.ru/events/president/news/990001", "http://kremlin.ru/copy/990001"],
            ["http://en.kremlin.ru/events/president/news/990001"],
        ),
        (
            "jp_jiji_news", "https://www.jiji.com/jc/article?k=2026050300001",
            ["https://www.jiji.com/sp/article?k=2026050300001&g=int"],
            ["https://www.jiji.com/jc/article?k=2026050300002"],
        ),
        (
            "gb_fcdo_news", "https://www.gov.uk/government/news/fiction-on-fishing", [],
            ["https://www.gov.uk/government/news/fiction-on-fishing-2", "https://www.gov.uk/government/speeches/fiction-on-fishing"],
        ),
        ("ru_mid_telegram", "https://t.me/MID_Russia/990001", ["https://t.me/MID_Russia/990001?single"], ["https://t.me/MFARussia/990001"]),
    ],
)  # fmt: skip
def test_forms_of_declared_sources(source_id: str, own: str, views: list[str], others: list[str]) -> None:
    key = CATALOG[source_id].key
    document = identify(own, key)
    assert not document.is_alternate_view
    for view in views:
        found = identify(view, key)
        assert (found.article_id, found.is_alternate_view) == (document.article_id, True), view
    for other in others:
        assert identify(other, key).article_id != document.article_id, other


def test_an_atom_id_with_a_timestamp_is_no_address() -> None:
    """gov.uk gives a document a new id with every edit: its link is what counts, and the time is a change's."""
    page = "https://www.gov.uk/government/news/fiction-on-fishing"
    entry = "<entry><id>{}#{}</id><updated>{}</updated><link rel='alternate' type='text/html' href='{}'/><title>Fiction</title></entry>"
    times = ("2026-05-03T09:00:00+01:00", "2026-05-04T10:30:00+01:00")
    feed = "".join(entry.format(page, time, time, page) for time in times)
    body = f"<feed xmlns='http://www.w3.org/2005/Atom'>{feed}</feed>".encode()
    links = discover(Discover(kind="atom", url=f"{page}.atom"), f"{page}.atom", body).links
    assert [(link.url, link.published_text) for link in links] == [(page, time) for time in times]
    assert len({identify(each, CATALOG["gb_fcdo_news"].key).article_id for each in (page, *(f"{page}#{time}" for time in times))}) == 1
