"""A backtest knows what was captured until each of its days and nothing of what came in later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nichiro.backtest import Catalog, backtest
from nichiro.build import build
from nichiro.errors import ConfigError
from tests.end_to_end.synthetic import FIRST, SOURCES, Document, World, sources, topics
from warehouse.lake import Lake
from warehouse.store import Candidate, publish
from warehouse.tables import marts, ops

TOKYO = ZoneInfo("Asia/Tokyo")
SINCE, UNTIL = FIRST + timedelta(days=45), FIRST + timedelta(days=47)   # the synthetic world's busy days
PLANTED = FIRST + timedelta(days=44)


def told(folder: Path) -> dict[str, Any]:
    return backtest(folder, Catalog(sources(), topics(), ops.ACTORS.empty(), ops.OFFICES.empty()), TOKYO, SINCE, UNTIL, lambda message: None)


def small() -> World:
    """Two sources, one run a day: each partition is a dozen files."""
    world = World(seed=1, days=53, per_day=36)
    kept = {SOURCES[2][0], SOURCES[3][0]}
    world.captures = {each: rows for each, rows in world.captures.items() if each.source_id in kept and each.run_id.endswith("01Z-001")}
    return world


def plant(world: World) -> None:
    """Thirty articles on one day, which nobody captured before four days after the last day of the backtest."""
    captured = UNTIL + timedelta(days=4)
    partition = next(each for each in sorted(world.captures) if each.captured_date == captured and each.source_id == SOURCES[2][0])
    for number in range(30):
        document = Document(
            f"{number:016x}", SOURCES[2], PLANTED, datetime(PLANTED.year, PLANTED.month, PLANTED.day, 9, tzinfo=UTC), [number + 1], "strong", ["energy"], None,
        )
        world.captures[partition].append({
            "document": document, "how": "article", "version": 0, "shift": timedelta(), "topics": ["energy"], "capture_id": f"{number:032x}",
            "captured_at": datetime(captured.year, captured.month, captured.day, 23, 30, tzinfo=UTC),
        })
    world.held.discard(partition)


@pytest.mark.slow
def test_later_data_are_not_seen(tmp_path: Path) -> None:
    world = small()
    plant(world)
    lake = Lake(tmp_path)
    for day in world.captured_days():
        if day <= UNTIL:
            world.write(lake, day)
    before = told(tmp_path)
    assert before["alarms"], "the busy days are alarmed"
    assert {alarm["as_of"] for alarm in before["alarms"]} <= {SINCE, SINCE + timedelta(days=1), UNTIL}
    for day in world.captured_days():
        if day > UNTIL:
            world.write(lake, day)
    candidate = Candidate.start(tmp_path)
    build(lake, candidate, sources(), topics())
    today = candidate.read(marts.COVERAGE_SPIKES)
    assert PLANTED in set(today["published_date"]), "who looks at the warehouse of today sees the planted day"
    candidate.note({"build_id": "b1"})
    candidate.close()
    publish(tmp_path, "b1", keep=1)
    after = told(tmp_path)
    assert PLANTED not in {alarm["published_date"] for alarm in after["alarms"]}
    unjudged = [[{name: value for name, value in alarm.items() if name != "is_kept"} for alarm in found["alarms"]] for found in (before, after)]
    assert unjudged[0] == unjudged[1]
    kept = {alarm["alert_id"] for alarm in after["alarms"] if alarm["is_kept"]}
    assert kept == {alarm["alert_id"] for alarm in after["alarms"]} & set(today["spike_id"])
    low, medium, high = after["sensitivities"]
    assert low["alarms"] <= medium["alarms"] <= high["alarms"] == len(after["alarms"])


def test_days_on_which_nothing_was_captured_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing was captured from"):
        told(tmp_path)
