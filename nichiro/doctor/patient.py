"""The data folder that is examined, and how far the examination goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from nichiro.log import is_recorded
from nichiro.settings import Settings
from warehouse.lake import Lake
from warehouse.store import current_release
from warehouse.tables import raw

RECENT = timedelta(days=6)   # beside the last day of any crawl: a week, so that a daily examination costs the same for ever
RECENT_RUNS = 200            # under Airflow every step is a run


@dataclass(frozen=True)
class Patient:
    """Hold the lake's lock: then only runs that are ``alive``, crawls or reports, may write meanwhile."""

    settings: Settings
    now: datetime
    is_deep: bool = False
    clock_is_right: bool = False

    @property
    def data_dir(self) -> Path:
        return self.settings.data_dir

    @cached_property
    def lake(self) -> Lake:
        return Lake(self.data_dir)

    @cached_property
    def since(self) -> date:
        """The first captured day that is looked at."""
        days = sorted((self.lake.root / raw.CRAWLS.zone / raw.CRAWLS.noun).glob("captured_date=*"))
        if self.is_deep or not days:
            return date.min
        return date.fromisoformat(days[-1].name.removeprefix("captured_date=")) - RECENT

    @cached_property
    def runs(self) -> list[Path]:
        """The folders of runs, newest first."""
        folders = sorted((path for path in (self.data_dir / "runs").glob("*") if path.is_dir()), reverse=True)
        return folders if self.is_deep else folders[:RECENT_RUNS]

    @cached_property
    def alive(self) -> set[str]:
        """Ids of the runs whose process lives."""
        return {path.name for path in self.runs if is_recorded(path)}

    @property
    def release(self) -> Path | None:
        return current_release(self.data_dir)

    def where(self, path: Path) -> str:
        return str(path.relative_to(self.data_dir))
