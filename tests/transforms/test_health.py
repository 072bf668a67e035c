"""Health: what a day's crawls, its gate and later archives let us say of a source."""

from __future__ import annotations

import polars as pl

from tests.transforms.frames import crawl, day, frame, source
from transforms.figures import NONE
from transforms.health import source_days
from warehouse.tables.ops import PARTITIONS

SOURCES = source("jp_a")


def states(crawls: pl.DataFrame, partitions: pl.DataFrame | None = None) -> dict[int, tuple]:
    made = source_days(crawls, PARTITIONS.empty() if partitions is None else partitions, SOURCES)
    return {
        (row["day"] - day(0)).days: (row["state"], row["basis"], row["is_healthy"]) for row in made.iter_rows(named=True)
    }


def partition(number: int, run_id: str = "r1", status: str = "accepted", **more: object) -> pl.DataFrame:
    return frame(PARTITIONS, {"captured_date": day(number), "run_id": run_id, "source_id": "jp_a", "status": status, **more})


def test_daily_and_backfill() -> None:
    crawls = pl.concat([crawl("jp_a", 0, last=3), crawl("jp_a", 2, state="down", reason="no answer"), crawl("jp_a", 4, state="empty")])
    assert states(crawls) == {
        0: ("ok", "backfilled", True),
        1: ("ok", "backfilled", True),
        2: ("down", "observed", False),     # what was observed wins
        3: ("ok", "backfilled", True),
        4: ("empty", "observed", True),
    }


def test_a_backfill_without_an_archive_says_nothing() -> None:
    assert states(pl.concat([crawl("jp_a", 0, last=3, state=state) for state in ("unknown", "down", "stale")])) == {}


def test_stale_is_not_healthy() -> None:
    assert states(crawl("jp_a", 0, state="stale"))[0] == ("stale", "observed", False)


def test_the_best_of_several_runs() -> None:
    crawls = pl.concat([crawl("jp_a", 0, "r1", state="down"), crawl("jp_a", 0, "r2"), crawl("jp_a", 0, "r3", state="challenged")])
    assert states(crawls)[0] == ("ok", "observed", True)


def test_a_held_partition_is_missing_whatever_other_runs_did() -> None:
    crawls = pl.concat([crawl("jp_a", 0, "r1"), crawl("jp_a", 0, "r2")])
    made = source_days(crawls, partition(0, "r2", "held", reasons=["no dates", "no bylines"]), SOURCES)
    assert made.select("state", "is_healthy", "reason").row(0) == ("held", False, "no dates; no bylines")


def test_a_changed_layout_by_quarantines() -> None:
    assert states(crawl("jp_a", 0), partition(0, quarantined_count=3, article_count=2))[0] == ("changed", "observed", False)
    assert states(crawl("jp_a", 0), partition(0, quarantined_count=3, article_count=3))[0][0] == "ok"
    assert states(crawl("jp_a", 0), partition(0, quarantined_count=2, article_count=0))[0][0] == "ok"


def test_counts_are_of_the_runs_of_that_day() -> None:
    crawls = pl.concat([
        crawl("jp_a", 0, "r1", discovered_count=5, fetched_count=2), crawl("jp_a", 0, "r2", discovered_count=6, fetched_count=1),
        crawl("jp_a", 1, last=1, discovered_count=70, fetched_count=60),
    ])
    made = source_days(crawls, pl.concat([partition(0, "r1", article_count=2), partition(0, "r2", article_count=1)]), SOURCES)
    counts = made.sort("day").select("discovered_count", "fetched_count", "article_count", "quarantined_count").rows()
    assert counts == [(11, 3, 3, 0), (0, 0, 0, 0)]


def test_an_undeclared_source_has_no_health() -> None:
    assert states(crawl("jp_gone", 0)) == {}


def beside_the_past(articles: list[int], quarantined: list[int], lengths: list[float | None]) -> list[str]:
    """States of a source's days, given what each day's run read, held back, and how long its bodies were."""
    numbers = range(len(articles))
    crawls = pl.concat([crawl("jp_a", number, f"r{number}", captured_date=day(number)) for number in numbers])
    ledger = pl.concat([
        partition(number, f"r{number}", article_count=articles[number], quarantined_count=quarantined[number]) for number in numbers
    ])
    rows = [{"source_id": "jp_a", "day": day(number), "body_length_median": lengths[number]} for number in numbers]
    figures = pl.DataFrame([dict.fromkeys(NONE.columns) | row for row in rows], schema=NONE.schema)
    whole = source_days(crawls, ledger, SOURCES, figures).sort("day")
    for cut in (len(articles) - 1, len(articles) // 2):   # as the days come in, each beside those before it
        later = crawls.filter(pl.col("first_date") >= day(cut))
        rest = source_days(later, ledger, SOURCES, figures, whole.filter(pl.col("day") < day(cut)))
        assert rest.sort("day").equals(whole.filter(pl.col("day") >= day(cut)))
    return whole["state"].to_list()


def test_bodies_that_shrink_to_a_lead() -> None:
    usual, none = [2_000.0] * 6, [0] * 9
    assert beside_the_past([4] * 9, none, [*usual, 90.0, 1_900.0, 90.0]) == ["ok"] * 6 + ["changed", "ok", "changed"]
    assert beside_the_past([1] * 9, none, [*usual, 90.0, 90.0, 90.0]) == ["ok"] * 8 + ["changed"], "one text a day"
    assert beside_the_past([4] * 9, none, [2_000.0] * 4 + [None] * 4 + [90.0]) == ["ok"] * 9, "four days are no habit"
    assert beside_the_past([4] * 9, none, [*usual, 600.0, 600.0, 600.0]) == ["ok"] * 9


def test_a_small_source_whose_pages_cannot_be_read() -> None:
    lengths: list[float | None] = [2_000.0] * 3 + [None] * 5
    assert beside_the_past([1] * 3 + [0] * 5, [0] * 3 + [1, 1, 1, 0, 0], lengths) == ["ok"] * 5 + ["changed"] * 3
    assert beside_the_past([1] * 3 + [0, 0, 1, 0, 0], [0] * 3 + [1, 1, 0, 1, 1], lengths) == ["ok"] * 8, "one was read between"
