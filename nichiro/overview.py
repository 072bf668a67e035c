"""How it stands: is the current release fresh, how did the last runs go, which sources are in trouble, is there room."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import BaseModel, Field

from nichiro.errors import ConfigError
from nichiro.readiness import free_bytes
from nichiro.status import Status, statuses
from nichiro.world import world_of
from warehouse.lake import Lake, Partition
from warehouse.store import current_release
from warehouse.tables.raw import CRAWLS

DAY_AND_SOME = timedelta(hours=26)   # a daily run, and two hours for a long one
LOOK_BACK = 200   # runs read for the last publish; under Airflow every step is one
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class SourceTrouble(BaseModel):
    source_id: str
    state: str
    reason: str | None = None


class Overview(BaseModel):
    """``verdict``: never (published), stale (older than the limit), blocked, failed or died (the last run), else ok."""

    verdict: Literal["ok", "stale", "blocked", "failed", "died", "never"]
    message: str = Field("", description="what blocked, failed or killed the last run")
    release: str | None = None
    published_at: datetime | None = None
    age_hours: float | None = None
    max_age_hours: float | None = None
    sources_asked: int = Field(0, description="sources asked on the last day that any was")
    sources: list[SourceTrouble] = Field(default_factory=list, description="those of them in trouble")
    free_bytes: int = 0
    runs: list[Status] = Field(default_factory=list, description="newest first")

    @property
    def exit_code(self) -> int:
        return 1 if self.verdict in ("stale", "never") else 0


def overview(data_dir: Path, now: datetime, max_age: timedelta | None = None, last: int = 5) -> Overview:
    """Look at a data folder at an instant. A replay's release grows old by design: it has a limit only when one is given."""
    release = current_release(data_dir)
    runs = statuses(data_dir, LOOK_BACK)
    ended = next((run for run in runs if run.status in ("published", "unchanged", "blocked", "failed", "died")), None)
    published_at = _published_at(release, runs)
    if max_age is None and world_of(data_dir) == "live":
        max_age = DAY_AND_SOME
    age = now - published_at if published_at else None
    verdict: Literal["ok", "stale", "blocked", "failed", "died", "never"] = "ok"
    if release is None or age is None:
        verdict = "never"
    elif max_age is not None and age > max_age:
        verdict = "stale"
    elif ended and (ended.status == "blocked" or ended.status == "failed" or ended.status == "died"):
        verdict = ended.status
    asked, troubles = _sources(Lake(data_dir))
    return Overview(
        verdict=verdict,
        message=ended.message if ended else "",
        release=release.name if release else None,
        published_at=published_at,
        age_hours=round(age.total_seconds() / 3600, 2) if age is not None else None,
        max_age_hours=max_age.total_seconds() / 3600 if max_age is not None else None,
        sources_asked=asked,
        sources=troubles,
        free_bytes=free_bytes(data_dir),
        runs=runs[:last],
    )


def parse_age(text: str) -> timedelta:
    """Read 90m, 26h or 2d. Raises ConfigError otherwise."""
    match = re.fullmatch(r"(\d{1,6})([mhd])", text.strip())
    if not match:
        raise ConfigError(f"{text!r} is no age", "write it as 90m, 26h or 2d")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _published_at(release: Path | None, runs: list[Status]) -> datetime | None:
    """When the last run left a current release; where no status tells, the start of the run that built it."""
    if release is None:
        return None
    good = next((run for run in runs if run.status in ("published", "unchanged")), None)
    if good:
        return good.finished_at or good.started_at
    try:
        return datetime.strptime(release.name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _sources(lake: Lake) -> tuple[int, list[SourceTrouble]]:
    """The newest daily crawl of each source on the last day of any crawl, and those of them that are not well."""
    partitions = lake.partitions(CRAWLS)
    if not partitions:
        return 0, []
    day = partitions[-1].captured_date
    crawls = lake.read_all(CRAWLS, [partition for partition in partitions if partition.captured_date == day])
    crawls = crawls.filter(pl.col("basis") == "observed").sort("run_id").unique("source_id", keep="last").sort("source_id")
    entries = lake.manifest(day).entries
    troubles = []
    for row in crawls.iter_rows(named=True):
        entry = entries.get(Partition(day, row["run_id"], row["source_id"]).stem)
        if row["state"] not in ("ok", "empty"):
            troubles.append(SourceTrouble(source_id=row["source_id"], state=row["state"], reason=row["reason"]))
        elif entry and entry.status == "held":
            troubles.append(SourceTrouble(source_id=row["source_id"], state="held", reason="; ".join(entry.reasons)))
    return crawls.height, troubles
