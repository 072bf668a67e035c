"""A run: its id, its day and its clock. The only module that reads the clock."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from nichiro.errors import ConfigError, TransientError
from nichiro.settings import Settings


class Clock:
    """UTC now; under a replay it starts at a given instant and then goes at its usual pace."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start
        self._monotonic = time.monotonic()

    def now(self) -> datetime:
        if self._start is None:
            return datetime.now(UTC)
        return datetime.fromtimestamp(self._start.timestamp() + time.monotonic() - self._monotonic, UTC)


@dataclass(frozen=True)
class Run:
    """One run of the pipeline. ``run_date`` is the day to analyse, never the day of the fetch."""

    run_id: str
    run_date: date
    started_at: datetime
    directory: Path
    clock: Clock

    def now(self) -> datetime:
        return self.clock.now()


def clock_of(settings: Settings) -> Clock:
    """The real clock, or the replay's."""
    if not settings.clock:
        return Clock()
    try:
        start = datetime.fromisoformat(settings.clock)
    except ValueError as error:
        raise ConfigError(f"NICHIRO_CLOCK={settings.clock!r} is no instant", "write 2026-06-28T06:00:00+00:00") from error
    if start.tzinfo is None:
        raise ConfigError(f"NICHIRO_CLOCK={settings.clock!r} has no offset", "write 2026-06-28T06:00:00+00:00")
    return Clock(start.astimezone(UTC))


def parse_day(text: str) -> date:
    """Read YYYY-MM-DD. Raises ConfigError otherwise."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{text!r} is no day", "write it as YYYY-MM-DD, e.g. 2026-06-28") from error


def start_run(settings: Settings, run_date: date | None = None) -> Run:
    """Claim a new run id and its folder ``runs/<run_id>``; the id is the start second and a number within it.

    Raises ConfigError for a day to come, TransientError where the folder cannot be written.
    """
    clock = clock_of(settings)
    started_at = clock.now()
    today = started_at.astimezone(ZoneInfo(settings.timezone)).date()
    day = run_date or today
    if day > max(today, started_at.date()):
        raise ConfigError(f"{day} lies in the future", f"the readers' today is {today}")
    runs = settings.data_dir / "runs"
    try:
        runs.mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            run_id = f"{started_at:%Y%m%dT%H%M%SZ}-{number:03d}"
            directory = runs / run_id
            try:
                directory.mkdir()
            except FileExistsError:
                continue
            return Run(run_id, day, started_at, directory, clock)
    except (FileExistsError, NotADirectoryError) as error:
        raise ConfigError(f"{settings.data_dir} is no folder", "set NICHIRO_DATA_DIR or --data-dir") from error
    except OSError as error:
        raise TransientError(f"cannot write to {runs}: {error.strerror}", "check rights and free space") from error
    raise TransientError("a thousand runs in one second", "try again in a second")
