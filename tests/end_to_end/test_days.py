"""Daily runs through days on which something happens: an outage, a redesign, two runs of one day."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from nichiro.demo import TAKEN_AT
from nichiro.pipeline import Pipeline
from nichiro.settings import PROJECT, load_settings
from nichiro.status import Status
from tests.demosite import DemoSite
from tests.demosite.replay import ReplayProxy
from warehouse.store import connect

pytestmark = pytest.mark.slow


def run_days(data_dir: Path, backfilled_to: int, days: list[int]) -> list[Status]:
    """A backfill to a day of the demo web, then a daily run for each of ``days``."""
    site = DemoSite(seed=1)
    done = []
    with ReplayProxy(site, datetime.combine(site.first_day, TAKEN_AT)) as proxy:
        for number in [backfilled_to, *days]:
            day = site.first_day + timedelta(days=number - 1)
            proxy.as_of = datetime.combine(day, TAKEN_AT)
            settings = load_settings(
                data_dir=data_dir, catalog_dir=PROJECT / "tests" / "demosite" / "catalog", proxy=proxy.url,
                clock=proxy.as_of.isoformat(), contact="https://nichiro.example/tests",
            )
            pipeline = Pipeline(settings, day)
            done.append(pipeline.run_all(None, site.first_day, day) if not done else pipeline.run_all())
    return done


def rows(data_dir: Path, sql: str) -> list[tuple]:
    with connect(data_dir) as connection:
        return connection.sql(sql).fetchall()


def test_an_outage_is_no_silence_and_is_made_up_for(tmp_path: Path) -> None:
    """Days 60 and 61: a wire answers 503. Its country's share says that it rests on fewer sources."""
    statuses = run_days(tmp_path, 58, [59, 60, 61, 62])
    assert all(status.status == "published" for status in statuses)
    assert [("jp_aozora_wire" in status.sources) for status in statuses] == [False, False, True, True, False]
    states = dict(rows(tmp_path, "SELECT strftime(day, '%m-%d'), state FROM ops.source_days WHERE source_id = 'jp_aozora_wire' AND day >= DATE '2026-04-29'"))
    assert states == {"04-29": "ok", "04-30": "down", "05-01": "down", "05-02": "ok"}
    basis = dict(rows(tmp_path, "SELECT strftime(published_date, '%m-%d'), any_value(share_basis) FROM marts.coverage_daily WHERE country_code = 'JP' "
                                "AND genre = 'wire' AND topic_id = 'any' AND published_date BETWEEN DATE '2026-04-29' AND DATE '2026-05-02' GROUP BY 1"))
    assert basis == {"04-29": "observed", "04-30": "unknown", "05-01": "unknown", "05-02": "observed"}
    alarms = rows(tmp_path, "SELECT published_date, country_code FROM marts.coverage_spikes WHERE published_date > DATE '2026-04-28'")
    assert alarms == [], "neither the gap nor what comes after it is a spike"


def test_a_declared_redesign_changes_rules_by_date(tmp_path: Path) -> None:
    """Day 90: new markup. Captures before it keep their old rules, those after it read by the new ones, also in a rebuild."""
    statuses = run_days(tmp_path, 88, [89, 90, 90, 91])
    assert all(status.status == "published" for status in statuses)
    assert not any("ru_stolitsa_daily" in status.sources for status in statuses)
    quarantined = rows(tmp_path, "SELECT reason FROM staging.quarantine WHERE source_id = 'ru_stolitsa_daily' AND reason IN ('no_headline', 'no_body', 'no_date')")
    assert quarantined == []
    by_day = dict(rows(tmp_path, "SELECT strftime(captured_date, '%m-%d'), count(*) FROM staging.articles WHERE source_id = 'ru_stolitsa_daily' GROUP BY 1"))
    assert by_day.keys() >= {"05-28", "05-30"}
    articles = rows(tmp_path, "SELECT article_id, headline, body_length FROM marts.articles WHERE source_id = 'ru_stolitsa_daily' ORDER BY 1")
    settings = load_settings(data_dir=tmp_path, catalog_dir=PROJECT / "tests" / "demosite" / "catalog")
    assert Pipeline(settings).rebuild().status == "published"
    assert rows(tmp_path, "SELECT article_id, headline, body_length FROM marts.articles WHERE source_id = 'ru_stolitsa_daily' ORDER BY 1") == articles
