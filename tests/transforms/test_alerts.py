"""ops.alert_observations: new, revised, closed and historical, and nothing twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.alerts import FRESH_DAYS, MEMORY_DAYS, alert_observations
from warehouse.tables import marts, ops

TODAY = date(2026, 6, 30)


def spikes(*days: date, count: int = 9) -> pl.DataFrame:
    rows = [
        {
            "spike_id": f"{day:%Y%m%d}", "published_date": day, "topic_id": "any", "country_code": "any", "observed_count": count,
            "language_code": "any", "genre": "any", "actor_id": "any", "period": "day", "level": "spike", "sensitivity": "low", "duration_days": 1, "outlet_count": 2,
            "expected_count": 2.0, "dispersion": 1.0, "p_value": 1e-6, "q_value": 1e-5, "baseline_days": 56,
            "article_ids": [str(number) for number in range(count)], "method": "m", "method_version": "1",
        }
        for day in days
    ]
    return marts.COVERAGE_SPIKES.conform(pl.DataFrame(rows, schema=marts.COVERAGE_SPIKES.schema))


def noted(found: pl.DataFrame, number: int) -> pl.DataFrame:
    """The rows as the ledger keeps them, of run ``number``."""
    at = datetime(2026, 6, 30, tzinfo=UTC) + timedelta(hours=number)
    return ops.ALERT_OBSERVATIONS.conform(
        found.with_columns(
            observation_id=pl.col("alert_id") + f"-{number}", run_id=pl.lit(f"run-{number:03d}"), captured_date=pl.lit(at.date()), as_of=pl.lit(at)
        )
    )


def after(*seen: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([ops.ALERT_OBSERVATIONS.empty(), *seen])


def states(found: pl.DataFrame) -> dict[str, str]:
    return {row["alert_id"]: row["reason"] or row["state"] for row in found.iter_rows(named=True)}


def test_three_days_are_new_and_older_ones_historical() -> None:
    found = alert_observations(spikes(*(TODAY - timedelta(days=age) for age in (1, 3, 4, 90, MEMORY_DAYS + 1))), after(), TODAY)
    assert states(found) == {"20260629": "new", "20260627": "new", "20260626": "historical", "20260401": "historical"}


def test_growth_is_a_revision_and_sameness_nothing() -> None:
    day = TODAY - timedelta(days=1)
    first = noted(alert_observations(spikes(day), after(), TODAY), 1)
    assert alert_observations(spikes(day), after(first), TODAY).is_empty()
    second = alert_observations(spikes(day, count=12), after(first), TODAY)
    assert states(second) == {"20260629": "revised"}
    assert second["observed_count"].to_list() == [12]


def test_a_spike_that_later_data_take_back_is_withdrawn_and_may_come_back() -> None:
    day = TODAY - timedelta(days=1)
    first = noted(alert_observations(spikes(day), after(), TODAY), 1)
    gone = alert_observations(spikes(), after(first), TODAY)
    assert states(gone) == {"20260629": "withdrawn"}
    second = noted(gone, 2)
    assert alert_observations(spikes(), after(first, second), TODAY).is_empty()
    assert states(alert_observations(spikes(day), after(first, second), TODAY)) == {"20260629": "revised"}


def test_a_past_day_is_closed_once_and_then_left_alone() -> None:
    day = TODAY - timedelta(days=1)
    later = TODAY + timedelta(days=FRESH_DAYS)
    first = noted(alert_observations(spikes(day), after(), TODAY), 1)
    past = alert_observations(spikes(day, count=20), after(first), later)
    assert states(past) == {"20260629": "past"}
    assert alert_observations(spikes(day, count=30), after(first, noted(past, 2)), later).is_empty()


@settings(max_examples=60)
@given(st.lists(st.dictionaries(st.integers(0, 12), st.integers(3, 6), max_size=6), min_size=1, max_size=6))
def test_looking_twice_notes_nothing_twice_whatever_came_before(worlds: list[dict[int, int]]) -> None:
    """Each world is a release (age of the spike -> its count), one a day; a second look on the same day finds nothing."""
    seen = after()
    for number, world in enumerate(worlds):
        today = TODAY + timedelta(days=number)
        release = pl.concat([spikes(), *(spikes(TODAY - timedelta(days=age), count=count) for age, count in world.items())])
        found = alert_observations(release, seen, today)
        assert found["alert_id"].is_unique().all()
        assert found.filter(pl.col("state").is_in(["new", "revised"]), pl.col("published_date") < today - timedelta(days=FRESH_DAYS)).is_empty()
        seen = pl.concat([seen, noted(found, number)])
        assert alert_observations(release, seen, today).is_empty()
