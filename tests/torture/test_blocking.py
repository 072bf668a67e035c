"""Sites that block: numbers 1–8 of shared/SOURCES.md, section 3. All pages are fiction."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from crawlers.source import Source
from tests.crawlers.web import Answer
from tests.torture import live
from tests.torture.web import DAY, Visits, address, as_declared, page, rss, site, source

TSPD = Answer(
    b'<html><head><script>window["bobcmn"]="1011110101010200000006";window["failureConfig"]="";</script>'
    b'<script src="/TSPD/0831fiction?type=8"></script><script>window["TSPD_101_DID"]="fiction";</script></head>'
    b"<body><noscript>Please enable JavaScript to view the page content.<br/>Your support ID is: 0000.</noscript></body></html>",
    headers={"Content-Type": "text/html; charset=utf-8", "ETag": '"challenge"'},
)
JUST_A_MOMENT = b"<title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/h/g/orchestrate/jsch/v1'></script>"


def feed_of(source_id: str, count: int = 3) -> Answer:
    return rss(*[(f"{address(source_id)}/a/{number}", DAY) for number in range(1, count + 1)])


def articles_of(source_id: str, answer: Answer | None = None, count: int = 3) -> dict[str, Answer]:
    """The pages that ``feed_of`` names."""
    host = address(source_id)
    return {f"{host}/a/{number}": answer or page(f"Lamps, part {number}") for number in range(1, count + 1)}


CHALLENGED = {name: f"http://{name.replace('_', '-')}.example" for name in ("challenged_feed", "challenged_list", "challenged_pages")}
CHALLENGED_FEED = site(
    source("ru_challenged_feed", language=["en"]),
    {f"{CHALLENGED['challenged_feed']}/feed": TSPD} | articles_of("ru_challenged_feed"),
    {f"{CHALLENGED['challenged_feed']}/feed": feed_of("ru_challenged_feed")},
)
CHALLENGED_LIST = site(
    source("ru_challenged_list", {"kind": "listing", "url": f"{CHALLENGED['challenged_list']}/list"}),
    {f"{CHALLENGED['challenged_list']}/list": TSPD},
    {},
)
CHALLENGED_PAGES = site(
    source("ru_challenged_pages", language=["en"]),
    {f"{CHALLENGED['challenged_pages']}/feed": feed_of("ru_challenged_pages")} | articles_of("ru_challenged_pages", TSPD),
    articles_of("ru_challenged_pages"),
)
MINISTRY = [  # in whose place the ministry's channel is read: number 18
    site(declared, {entry.url: TSPD for entry in declared.discover})
    for declared in map(as_declared, ("ru_mid_news", "ru_mid_news_en"))
]
RESET = site(source("ru_reset"), {f"{address('ru_reset')}/feed": Answer(status=0)})
GUARDED = site(  # a page of its own that carries the guard's script, as Cloudflare's customers do
    source("us_guarded"),
    {f"{address('us_guarded')}/feed": feed_of("us_guarded", 1)}
    | articles_of("us_guarded", page("Lamps", head=JUST_A_MOMENT.decode(), body=["A lamp is rowed over the strait."] * 30), 1),
)


def test_01_tspd_challenge_with_200_is_challenged_not_empty(visits: Visits) -> None:
    for guarded in (CHALLENGED_FEED, CHALLENGED_LIST, CHALLENGED_PAGES, *MINISTRY):
        seen = visits.of(guarded)
        assert seen.state == "challenged", (guarded.source.source_id, seen.reason)
        assert "not worked around" in seen.reason
    pages = visits.of(CHALLENGED_PAGES)
    assert set(pages.quarantined.values()) == {"challenge"} and not pages.articles
    assert visits.of(RESET).state == "down"


def test_01_a_challenge_that_is_lifted_loses_nothing(visits: Visits) -> None:
    for guarded in (CHALLENGED_FEED, CHALLENGED_PAGES):
        seen = visits.of(guarded, day=2)
        assert seen.state == "ok", seen.reason
        assert len(seen.articles) == 3
    assert visits.of(CHALLENGED_LIST, day=2).state == "challenged"


def test_01_a_page_with_text_is_no_challenge_whatever_scripts_it_carries(visits: Visits) -> None:
    seen = visits.of(GUARDED)
    assert (seen.state, len(seen.articles), seen.quarantined) == ("ok", 1, {})


REFUSING = site(
    source("jp_ministry", {"kind": "listing", "url": f"{address('jp_ministry')}/press/"}),
    {f"{address('jp_ministry')}/{path}": Answer(b"Access Denied", 403) for path in ("robots.txt", "press/")},
    {},
)
CLOUD = site(source("jp_cloud"), {f"{address('jp_cloud')}/feed": Answer(JUST_A_MOMENT, 403)})


def test_02_403_on_every_url_is_blocked_and_met_without_disguise(visits: Visits) -> None:
    for refusing in (REFUSING, CLOUD):
        seen = visits.of(refusing)
        assert seen.state == "blocked"
        assert "refuses this network" in seen.reason
    assert visits.asked_of(address("jp_ministry")) == [f"{address('jp_ministry')}/press/"] * 2, "once a day, no second try"
    agents = {headers["user-agent"] for headers in visits.headers.values()}
    assert len(agents) == 1 and agents.pop().startswith("nichiro/")


class Impatient:
    """Answers the first three articles, then 403, as after too many requests."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, headers: dict[str, str]) -> Answer:
        self.count += 1
        return page("Lamps") if self.count <= 3 else Answer(b"", 403)


SLOW = site(
    source("ru_slow"),
    {f"{address('ru_slow')}/feed": Answer(feed_of("ru_slow", 1).body, pause=1.5)} | articles_of("ru_slow", count=1),
)
IMPATIENT = site(
    source("ru_impatient", language=["en"]),
    {f"{address('ru_impatient')}/feed": feed_of("ru_impatient", 7)} | dict.fromkeys(articles_of("ru_impatient", count=7), Impatient()),
    articles_of("ru_impatient", count=7),
)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> live.Chain:
    return live.Chain.make(tmp_path_factory.mktemp("chain"))


@pytest.fixture(scope="module")
def lines(chain: live.Chain, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """State and reason of sources that are asked without a proxy."""
    servers = {"silent": live.SILENT, "nowhere": live.UNNAMED, "broken": chain.leaf_only, "whole": chain.whole}
    return live.crawl(tmp_path_factory.mktemp("live"), servers, chain.root)


def test_03_https_times_out_plain_http_works_and_haste_is_answered_403(
    visits: Visits, lines: dict[str, tuple[str, str]]
) -> None:
    assert visits.of(SLOW).state == "ok", "slow is not down"
    first, second = visits.of(IMPATIENT), visits.of(IMPATIENT, day=2)
    assert first.state == "blocked" and first.reason.startswith("4 of 7 articles failed")
    assert len(first.articles) == 3, "what came before is kept"
    assert second.state == "ok" and len(second.articles) == 7, "what was refused is asked for again"
    kremlin = as_declared("ru_kremlin_news_en")
    assert kremlin.politeness.max_pages_per_run <= 100 and kremlin.politeness.timeout_seconds >= 45
    assert all(entry.url.startswith("http://") for entry in kremlin.discover)
    state, reason = lines["silent"]
    assert (state, "silent.example did not answer in time" in reason) == ("down", True)


WITHHELD = site(source("ru_withheld"), {f"{address('ru_withheld')}/feed": Answer(b"", 451)})
UNANSWERED = site(
    source("ru_unanswered", politeness={"delay_seconds": 0, "timeout_seconds": 1}),
    {f"{address('ru_unanswered')}/feed": Answer(b"", pause=20)},
)


def test_04_sanctions_show_as_451_dns_failure_or_timeout_and_each_is_named(
    visits: Visits, lines: dict[str, tuple[str, str]]
) -> None:
    assert (visits.of(WITHHELD).state, "legal reasons" in visits.of(WITHHELD).reason) == ("blocked", True)
    assert (visits.of(UNANSWERED).state, "in time" in visits.of(UNANSWERED).reason) == ("down", True)
    state, reason = lines["nowhere"]
    assert (state, "cannot be resolved" in reason) == ("down", True)


REFUSED_PAGES = site(
    source("eu_refused_pages"),
    {f"{address('eu_refused_pages')}/feed": feed_of("eu_refused_pages", 4)}
    | articles_of("eu_refused_pages", Answer(b"", 403), 3)
    | {f"{address('eu_refused_pages')}/a/4": page("Lamps")},
)
SCRIPTED = site(
    source("un_scripted", {"kind": "listing", "url": f"{address('un_scripted')}/press"}, language=["en"]),
    {f"{address('un_scripted')}/press": Answer(b"<html><body><div id=root></div><script src=/app.js></script></body></html>")},
)


def test_05_a_feed_that_works_hides_neither_refused_pages_nor_a_listing_made_by_scripts(visits: Visits) -> None:
    refused, scripted = visits.of(REFUSED_PAGES), visits.of(SCRIPTED)
    assert refused.state == "blocked" and refused.reason.startswith("3 of 4 articles failed")
    assert scripted.state == "changed", "a listing without a link is never a quiet day"
    assert "JavaScript" in scripted.reason


FORBIDDEN = site(
    source("ru_forbidden"),
    {
        f"{address('ru_forbidden')}/robots.txt": Answer(b"User-agent: *\nDisallow: /\n", headers={"Content-Type": "text/plain"}),
        f"{address('ru_forbidden')}/feed": feed_of("ru_forbidden"),
    },
)
_PAPER = "http://www.kommersant.ru.example"
FEED_ONLY = site(
    as_declared("ru_kommersant_news"),
    {f"{_PAPER}/robots.txt": Answer(b"User-agent: *\nDisallow: /doc/\n", headers={"Content-Type": "text/plain"})}
    | {
        f"{_PAPER}/RSS/{name}.xml": rss((f"{_PAPER}/doc/990000{number}", DAY))
        for number, name in enumerate(("news", "section-world", "section-politics"))
    }
    | {f"{_PAPER}/rss/{name}.xml": rss((f"{_PAPER}/doc/990000{number}", DAY)) for number, name in enumerate(("section-world", "section-politics"))},
)


def test_06_robots_that_forbid_are_obeyed_and_feed_only_asks_for_no_page(visits: Visits) -> None:
    forbidden = visits.of(FORBIDDEN)
    assert forbidden.state == "robots" and "Disallow: /" in forbidden.reason
    assert f"{address('ru_forbidden')}/feed" not in visits.asked
    headlines = visits.of(FEED_ONLY)
    assert headlines.state == "ok", headlines.reason
    assert set(headlines.decisions.values()) <= {"feed_only", "duplicate"}
    assert not [url for url in visits.asked if url.startswith(f"{_PAPER}/doc/")]
    with pytest.raises(ValidationError, match="obey"):
        Source.model_validate(FORBIDDEN.source.model_dump() | {"obey_robots": False})


def test_07_an_incomplete_tls_chain_is_down_with_its_reason_and_never_read_unverified(
    chain: live.Chain, lines: dict[str, tuple[str, str]], tmp_path: Path
) -> None:
    """The missing certificate, given to SSL_CERT_FILE beside the root, completes the chain; nothing else does."""
    state, reason = lines["broken"]
    assert state == "down"
    assert "certificate" in reason and "leaves out" in reason and "SSL_CERT_FILE" in reason
    assert lines["whole"][0] == "ok"
    mended = live.crawl(tmp_path, {"broken": chain.leaf_only}, chain.root_and_intermediate)
    assert mended["broken"][0] == "ok"


_NHK = "http://news.web.nhk.example"
WALLED = site(
    source("jp_walled"),
    {f"{address('jp_walled')}/feed": feed_of("jp_walled")}
    | articles_of("jp_walled", Answer(status=302, headers={"Location": "/tix/build_authorize"}))
    | {f"{address('jp_walled')}/tix/build_authorize": Answer(b"", 401, {"Set-Cookie": "z_at=fiction; Path=/"})},
)
COOKIES = site(
    as_declared("jp_nhk_news"),
    {f"{_NHK}/n-data/conf/na/rss/cat{number}.xml": rss((f"{_NHK}/newsweb/na/na-k990000{number}", DAY)) for number in (0, 6)},
)


def test_08_a_wall_of_cookies_is_blocked_and_its_cookie_never_sent(visits: Visits) -> None:
    walled = visits.of(WALLED)
    assert walled.state == "blocked" and "wants a password" in walled.reason
    assert not [url for url, headers in visits.headers.items() if "cookie" in headers]
    assert visits.of(COOKIES).state == "ok"
    assert not [url for url in visits.asked if url.startswith(f"{_NHK}/newsweb")], "declared feed_only"
