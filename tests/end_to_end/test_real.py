"""The chain on real pages: the Kremlin's archive on Japan, and the op-ed that nichiro grew from. Read from ../shared."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from nichiro.settings import PROJECT
from nichiro.status import statuses
from tests.realsite.__main__ import run_real
from warehouse.store import connect

SHARED = PROJECT.parent / "shared"
pytestmark = [
    pytest.mark.skipif(not (SHARED / "realpages").exists(), reason="the real pages of ../shared are not here"),
    pytest.mark.slow,
]
# The state visit to Japan, the talks in Moscow, the talks at the G20 in Osaka, by the archive's own headlines.
SUMMIT_MONTHS = ("2005-11", "2017-04", "2019-06")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_real(tmp_path_factory.mktemp("real"))


def rows(real: Path, sql: str) -> list[tuple]:
    with connect(real) as connection:
        return connection.sql(sql).fetchall()


def test_every_page_has_one_fate(real: Path) -> None:
    assert [status.status for status in statuses(real)] == ["published", "published"]
    captures, fates = rows(real, "SELECT (SELECT count(*) FROM raw.captures), (SELECT count(*) FROM ops.fates)")[0]
    assert captures == fates
    by_fate = Counter(fate for fate, in rows(real, "SELECT fate FROM raw.captures JOIN ops.fates USING (capture_id) "
                                                   "WHERE kind = 'article' AND http_status = 200 AND basis = 'backfill'"))
    assert sum(by_fate.values()) == 283 and by_fate["article"] >= 255


def test_no_page_is_held_back_for_a_date_that_it_has(real: Path) -> None:
    reasons = Counter(reason for reason, in rows(real, "SELECT reason FROM staging.quarantine"))
    assert set(reasons) <= {"no_body"}, "four pages are a headline and nothing else"


def test_pages_without_a_time_are_marked(real: Path) -> None:
    precisions = dict(rows(real, "SELECT published_precision, count(*) FROM marts.articles GROUP BY ALL"))
    assert precisions.keys() == {"minute", "day"}
    assert rows(real, "SELECT count(*) FROM marts.articles WHERE published_date = DATE '2020-08-28'") == [(0,)], "never the crawl day"


def test_print_and_photo_views_do_not_count_twice(real: Path) -> None:
    assert rows(real, "SELECT count(*), count(DISTINCT regexp_extract(url, '(\\d+)', 1)) FROM marts.articles WHERE source_id LIKE 'ru_%'")[0] == (254, 254)
    assert rows(real, "SELECT count(*) FROM ops.fates WHERE fate = 'alternate_view'")[0][0] == 24


def test_dead_links_of_the_feed_are_outcome_rows(real: Path) -> None:
    found = rows(real, "SELECT outcome, http_status, count(*) FROM raw.fetches WHERE kind = 'article' AND basis = 'observed' AND source_id LIKE 'ru_%' GROUP BY ALL")
    assert found == [("http_error", 404, 20)], "the saved feed holds twenty entries, none of them among the pages"


def test_coverage_by_month_shows_the_summits(real: Path) -> None:
    months = dict(rows(real, "SELECT strftime(published_date, '%Y-%m'), sum(article_count) FROM marts.coverage_daily "
                             "WHERE topic_id = 'any' AND country_code = 'RU' GROUP BY 1"))
    typical = sorted(months.values())[len(months) // 2]
    assert typical == 0, "most months have no page on the relation, and say so with a zero"
    busiest = sorted(months, key=lambda month: (-months[month], month))[:4]
    assert set(SUMMIT_MONTHS) <= set(busiest), [(month, int(months[month])) for month in busiest]


def test_the_op_ed_is_read_as_served(real: Path) -> None:
    found = rows(real, "SELECT headline, byline, authors, published_date, published_precision, genre, language_code, relevance, tone_score, body_state "
                       "FROM marts.articles WHERE source_id = 'jp_press_opinion'")
    assert len(found) == 1
    headline, byline, authors, day, precision, genre, language, relevance, tone, state = found[0]
    assert headline.startswith("Tokyo’s quiet answer") and authors == ["James D.J. Brown"] and "James D.J. Brown" in byline
    assert (day, precision, genre, language, relevance, state) == (date(2018, 3, 28), "day", "op_ed", "en", "strong", "full")
    assert tone < 0
