"""A day is opened when it changed since the step was done with it, whatever changed it, and not before."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from warehouse.lake import Entry, Lake, Manifest, Partition
from warehouse.settled import open_days
from warehouse.tables import raw


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    for number in (2, 3, 4):
        partition = Partition(date(2026, 3, number), f"202603{number:02d}T233000Z-001", "jp_a_op")
        lake.write(raw.CRAWLS, partition, raw.CRAWLS.empty())
        lake.write_manifest(partition.captured_date, Manifest(entries={partition.stem: Entry(status="accepted")}))
    return lake


def opened(lake: Lake, methods: str = "1") -> list[date]:
    with open_days(lake, lake.data_dir / "state" / "step.json", methods) as days:
        return days


def test_all_days_at_first_and_none_again(lake: Lake) -> None:
    assert opened(lake) == lake.days()
    assert opened(lake) == []


def test_other_methods_open_all_days(lake: Lake) -> None:
    opened(lake)
    assert opened(lake, "2") == lake.days()
    assert opened(lake, "2") == []


def test_a_new_log_partition_opens_its_day_and_an_unfinished_one_does_not(lake: Lake) -> None:
    opened(lake)
    day = lake.days()[1]
    path = lake.path(raw.CRAWLS, Partition(day, "20260303T120000Z-001", "jp_a_op"))
    half = path.with_name(f".{path.name}.1.tmp")
    half.touch()
    assert opened(lake) == []
    half.rename(path)
    assert opened(lake) == [day]


def test_a_partition_that_comes_while_a_step_works_is_seen_by_the_next(lake: Lake) -> None:
    day = lake.days()[0]
    with open_days(lake, lake.data_dir / "state" / "step.json", "1") as days:
        assert day in days
        lake.path(raw.CRAWLS, Partition(day, "20260302T120000Z-001", "jp_a_op")).touch()
    assert opened(lake) == [day]


@pytest.mark.parametrize("how", ["edited", "deleted", "restored"])
def test_a_manifest_that_a_person_touched_is_read_again(lake: Lake, how: str) -> None:
    day = lake.days()[2]
    path = lake.manifest_path(day)
    if how == "restored":   # deleted once, and put back after a run
        text = path.read_text()
        path.unlink()
        opened(lake)
        path.write_text(text)
    else:
        opened(lake)
    if how == "edited":
        path.write_text(path.read_text().replace("accepted", "held"))
    elif how == "deleted":
        path.unlink()
    assert opened(lake) == [day]
    assert opened(lake) == []


def test_a_killed_step_looks_again(lake: Lake) -> None:
    with pytest.raises(KeyboardInterrupt), open_days(lake, lake.data_dir / "state" / "step.json", "1"):
        raise KeyboardInterrupt
    assert opened(lake) == lake.days()


def test_a_damaged_file_of_marks_costs_one_look(lake: Lake) -> None:
    opened(lake)
    (lake.data_dir / "state" / "step.json").write_text("{")
    assert opened(lake) == lake.days()
    assert opened(lake) == []
