"""What came of the alerts: how many a person found useful, what each sensitivity would have sent, what was known at an instant."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from nichiro.query import run_query
from tests.alerts.conftest import World
from warehouse.columns import SENSITIVITY_Q
from warehouse.migrations import upgrade
from warehouse.store import Candidate, connect, publish
from warehouse.tables.ops import ALERT_OBSERVATIONS, RUN_LOG


def published(world: World) -> None:
    """Publish a release that holds the book, as the next run would."""
    candidate = Candidate.start(world.data_dir)
    for table in RUN_LOG:
        candidate.insert(table, world.at().ledger.rows(table))
    candidate.close()
    publish(world.data_dir, "20260701T000000Z-009", keep=7)


def test_useful_alerts_are_counted_by_what_each_sensitivity_would_have_sent(world: World) -> None:
    settings = iter(("low", "medium", "high"))
    world.change_spikes(lambda spikes: spikes.sort("published_date", descending=True).with_columns(
        pl.Series("sensitivity", [next(settings) for _ in range(spikes.height)])), "20260630T000000Z-002")
    world.at().watch()
    first, second = (row["alert_id"] for row in world.rows("ops.alert_observations").filter(state="new", rule="coverage_spikes").sort("sensitivity").iter_rows(named=True))
    world.at("2026-06-30T01:00:00+00:00").decide("useful", "ada", alert_id=first)
    world.at("2026-06-30T02:00:00+00:00").decide("not_useful", "ada", alert_id=second)
    world.at("2026-06-30T03:00:00+00:00").decide("useful", "ada", alert_id=second)   # a second thought
    world.at("2026-06-30T04:00:00+00:00").decide("not_useful", "ada", alert_id=first)
    published(world)
    with connect(world.data_dir) as connection:
        rows = run_query(connection, "alert_outcomes")
        known = run_query(connection, "spike_observations", {"as_of": datetime(2026, 6, 29, tzinfo=UTC)})
        later = run_query(connection, "spike_observations", {"as_of": datetime(2026, 7, 1, tzinfo=UTC)})
    assert rows.select("sensitivity", "alert_count", "useful_count", "not_useful_count", "useful_share").rows() == [
        ("low", 1, 0, 1, 0.0), ("medium", 2, 1, 1, 0.5), ("high", 4, 1, 1, 0.5),   # the third is historical, told to nobody; two changes of tone
    ]
    assert (known.height, later.height) == (0, 6)


def test_an_older_book_is_read_as_topics_by_day() -> None:
    new = ("language_code", "genre", "actor_id", "period", "level", "sensitivity", "target_id", "voice", "before_mean", "after_mean")
    plain = {name: None if dtype != pl.List(pl.String) else ["a"] for name, dtype in ALERT_OBSERVATIONS.schema.items() if name not in new}
    rows = [plain | {"alert_id": name, "q_value": q} for name, q in (("a", 1e-6), ("b", SENSITIVITY_Q["medium"]), ("c", 0.01))]
    old = pl.DataFrame(rows, schema={name: dtype for name, dtype in ALERT_OBSERVATIONS.schema.items() if name not in new})
    frame = upgrade(ALERT_OBSERVATIONS, old, 1)
    assert frame is not None
    assert frame["sensitivity"].to_list() == ["low", "medium", "high"]
    assert frame.select("genre", "period", "level", "target_id").unique().rows() == [("any", "day", "spike", None)]
    assert set(frame.columns) == set(ALERT_OBSERVATIONS.schema)
