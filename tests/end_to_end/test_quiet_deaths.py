"""Sources that die quietly: every answer is 200, and yet the next run names each of them, with what to look at.

Ten fictional sites publish for six days, then each dies in its own way; two live on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import polars as pl
import pytest

from tests.crawlers.web import Answer
from tests.end_to_end.visits import FIRST, candidate_after
from tests.torture.web import Pages, address, listing, page, rss, source
from warehouse.tables import ops

DEATH = 6  # the first day on which something is wrong; of the frozen ones the first without news is two days before
GAP = {"usual_gap_days": 1.5}
CHALLENGE = b"<html><script>window.bobcmn='1'</script><body>Please enable JavaScript"
LEAD = ["The lamp is out."]
TEXT = ["The keepers of two invented capes met on a rock between them, and found that neither had brought a lamp."] * 6


def feed_of(source_id: str) -> dict:
    return {"kind": "rss", "url": f"{address(source_id)}/feed"}


def list_of(source_id: str) -> dict:
    return {"kind": "listing", "url": f"{address(source_id)}/list", "links": "li > a"}


SOURCES = [
    source("xx_frozen_feed", feed_of("xx_frozen_feed"), **GAP),
    source("xx_frozen_list", list_of("xx_frozen_list"), **GAP),
    source("xx_empty_feed", feed_of("xx_empty_feed"), **GAP),
    source("xx_leads_only"),
    source("xx_challenged_feed"),
    source("xx_other_list", list_of("xx_other_list")),
    source("xx_undated_pages"),
    source("xx_small_changed"),
    source("xx_small_leads"),
    source("xx_alive"),
    source("xx_alive_list", list_of("xx_alive_list")),
]
SMALL = ("xx_small_changed", "xx_small_leads")
FROZEN = ("xx_frozen_feed", "xx_frozen_list")


def pages_on(day: int) -> Pages:
    """The web on a day: three new articles on each site, one on a small one, all of them named for two days."""
    pages: Pages = {}
    for each in SOURCES:
        name, host = each.source_id, address(each.source_id)
        is_dead = day >= DEATH
        last = min(day, DEATH - 2) if name in FROZEN else day
        named = [(f"{host}/a/{of}-{number}", of) for of in (last, last - 1) for number in range(1 if name in SMALL else 3)]
        items = [(url, f"{FIRST + timedelta(days=of, hours=-3):%a, %d %b %Y %H:%M:%S GMT}") for url, of in named]
        pages[f"{host}/feed"] = rss(*items)
        pages[f"{host}/list"] = listing(*(url for url, _ in items))
        for url, of in named:
            when = f"{FIRST + timedelta(days=of, hours=-3):%Y-%m-%dT%H:%M:%SZ}"
            own = [f"Rock {url[-3:]}."]  # no two bodies are the same
            pages[url] = page(f"Lamps {url[-3:]}", when, body=TEXT + own)
            if is_dead and name in ("xx_leads_only", "xx_small_leads"):
                pages[url] = page(f"Lamps {url[-3:]}", when, body=LEAD + own)
            if is_dead and name == "xx_undated_pages":
                pages[url] = page(f"Lamps {url[-3:]}", "", body=TEXT + own)
            if is_dead and name == "xx_small_changed":
                pages[url] = Answer(b"<div class=new>Another layout</div>")
        if is_dead and name == "xx_empty_feed":
            pages[f"{host}/feed"] = rss()
        if is_dead and name == "xx_challenged_feed":
            pages[f"{host}/feed"] = Answer(CHALLENGE)
        if is_dead and name == "xx_other_list":
            pages[f"{host}/list"] = Answer("".join(f"<div><a href='{url}'>Fiction</a></div>" for url, _ in items).encode())
    return pages


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def health(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """ops.source_days after nine daily runs."""
    candidate = candidate_after(tmp_path_factory.mktemp("quiet"), SOURCES, pages_on, range(DEATH + 3))
    days = candidate.read(ops.SOURCE_DAYS)
    candidate.abandon()
    return days.with_columns(number=(pl.col("day") - FIRST.date()).dt.total_days())


def of_source(health: pl.DataFrame, source_id: str) -> list[dict]:
    return list(health.filter(source_id=source_id).sort("day").iter_rows(named=True))


@pytest.mark.parametrize(
    ("source_id", "named_on", "state", "words"),
    [
        ("xx_frozen_feed", DEATH, "stale", "the newest item is of 2026-05-07, longer ago than the usual 1.5 days"),
        ("xx_frozen_list", DEATH, "stale", "has named no new article since 2026-05-07"),
        ("xx_empty_feed", DEATH + 1, "stale", "has named no new article since 2026-05-08"),
        ("xx_leads_only", DEATH, "changed", "bodies have 26 characters, usually 639: do the pages give a lead only?"),
        ("xx_challenged_feed", DEATH, "challenged", "answered a bot challenge ('bobcmn')"),
        ("xx_other_list", DEATH, "changed", "gave 6 articles before and none now"),
        ("xx_undated_pages", DEATH, "held", "cannot be read: 6 no_date"),
        ("xx_small_changed", DEATH + 1, "changed", "none of the last 4 pages could be read"),
        ("xx_small_leads", DEATH + 1, "changed", "bodies have 26 characters"),
    ],
)  # fmt: skip
def test_a_quiet_death_is_named(health: pl.DataFrame, source_id: str, named_on: int, state: str, words: str) -> None:
    days = of_source(health, source_id)
    assert {row["state"] for row in days[:named_on]} <= {"ok", "empty"}
    assert [(row["state"], row["is_healthy"]) for row in days[named_on:]] == [(state, False)] * (DEATH + 3 - named_on)
    assert words in days[named_on]["reason"]


def test_the_living_are_left_alone(health: pl.DataFrame) -> None:
    assert states(of_source(health, "xx_alive")) == states(of_source(health, "xx_alive_list")) == {"ok"}


def test_a_day_in_figures(health: pl.DataFrame) -> None:
    alive = of_source(health, "xx_alive")[DEATH]
    assert (alive["discovered_count"], alive["article_count"], alive["new_count"], alive["revised_count"]) == (6, 6, 3, 0)
    assert alive["http_states"] == ["200 × 7", "404 × 2"], "the feed and six pages; no robots.txt, no tdmrep.json"
    assert alive["newest_age_days"] == pytest.approx(3 / 24, abs=0.01)
    shares = {name: alive[f"{name}_share"] for name in ("headline", "date", "body", "byline")}
    assert shares == {"headline": 1.0, "date": 1.0, "body": 1.0, "byline": 0.0}
    assert (alive["body_length_median"], alive["usual_body_length"]) == (639.0, 639.0)
    undated = of_source(health, "xx_undated_pages")[DEATH]
    assert (undated["date_share"], undated["body_share"], undated["quarantined_count"]) == (0.0, 1.0, 6)


def states(rows: Iterable[dict]) -> set[str]:
    return {row["state"] for row in rows}
