"""What is asked before a run begins to write: is there room, and does the clock go forward?"""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nichiro.errors import TransientError
from nichiro.run import Run
from nichiro.settings import Settings
from nichiro.world import world_of
from warehouse.store import DATABASE, current_release

ASKED_BEFORE = ("crawl", "build")   # the steps that begin to fill the archive and a candidate
BACKWARDS = timedelta(hours=1)      # NTP may set a clock back by less
_RUN_ID = re.compile(r"(\d{8}T\d{6}Z)-\d{3}")


def require_readiness(settings: Settings, run: Run) -> None:
    """Raise TransientError where the disk is nearly full, or the clock lies before what was crawled already."""
    free, needed = free_bytes(settings.data_dir), needed_bytes(settings)
    if free < needed:
        raise TransientError(
            f"{free / 1e6:.0f} MB are free in {settings.data_dir}, {needed / 1e6:.0f} MB are needed",
            "free some space, or lower NICHIRO_KEEP_RELEASES or NICHIRO_MIN_FREE_MB",
        )
    newest = newest_crawl(settings.data_dir)
    if newest and is_backwards(settings, newest, run.started_at):
        raise TransientError(
            f"the clock says {run.started_at:%Y-%m-%d %H:%M} UTC, and the last crawl was at {newest:%Y-%m-%d %H:%M} UTC",
            "set the clock; if it is right, that crawl's was not: `nichiro doctor --repair --clock-is-right`",
        )


def free_bytes(data_dir: Path) -> int:
    """What the disk of a data folder, or of the folder it will be made in, has left."""
    return shutil.disk_usage(next(path for path in (data_dir, *data_dir.absolute().parents) if path.is_dir())).free


def needed_bytes(settings: Settings) -> int:
    """Room for a day's crawl, and for a candidate: a copy of the current release, which grows while it is brought up."""
    release = current_release(settings.data_dir)
    return max(settings.min_free_mb * 10**6, 2 * (release / DATABASE).stat().st_size if release else 0)


def newest_crawl(data_dir: Path) -> datetime | None:
    """When the newest run started that crawled something."""
    days = sorted((data_dir / "lake" / "raw" / "crawls").glob("captured_date=*"), reverse=True)
    starts = (start for path in (days[0].iterdir() if days else ()) if (start := started_at(path.name)))
    return max(starts, default=None)


def started_at(run_id: str) -> datetime | None:
    """The second with which a run's id, or a name that starts with one, begins; None for another name."""
    match = _RUN_ID.match(run_id)
    return datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if match else None


def is_backwards(settings: Settings, instant: datetime, now: datetime) -> bool:
    """Whether ``instant`` lies in the future; a replay's past and future mean nothing to the real clock."""
    is_another_time = not settings.clock and world_of(settings.data_dir) == "replay"
    return not is_another_time and instant > now + BACKWARDS
