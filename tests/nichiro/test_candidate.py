"""What the checks of a candidate may look at besides the days that changed."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from nichiro.candidate import _within_reach
from warehouse.contract import Table
from warehouse.tables.enriched import COPIES
from warehouse.tables.marts import STORY_DOCUMENTS

DAY = date(2026, 5, 5)


class Release:
    """One article a day around DAY, its id the day."""

    def read(self, table: Table, keys: pl.DataFrame | None, columns: list[str]) -> pl.DataFrame:
        days = [DAY + timedelta(days=number) for number in range(-60, 60)]
        found = pl.DataFrame({"published_date": days, "article_id": map(str, days)})
        return found.join(keys, on="published_date", how="semi").select(columns) if keys is not None else found.select(columns)


@pytest.mark.parametrize("days", [-COPIES.reach, -1, 0, 1, STORY_DOCUMENTS.reach])
def test_an_article_may_copy_an_old_one_and_follow_one_that_was_published_later(days: int) -> None:
    """The late-known report of a story follows one that is dated after it: backfills come in any order."""
    keys = _within_reach(Release(), {"days": [DAY.isoformat()]})  # type: ignore[arg-type]
    assert str(DAY + timedelta(days=days)) in keys("marts.articles", "article_id").to_list()
    assert str(DAY + timedelta(days=50)) not in keys("marts.articles", "article_id").to_list(), "no run reads all years"
