"""The demo's three runs: a backfill to day 118, then days 119 and 120, the last a spike day with sources in trouble."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from nichiro.errors import ConfigError
from nichiro.pipeline import Pipeline, Say
from nichiro.settings import PROJECT, load_settings
from nichiro.status import Status
from nichiro.world import world_of

TAKEN_AT = time(23, 30, tzinfo=UTC)   # by then the day has ended in Tokyo, Moscow and London


def run_demo(data_dir: Path, seed: int, say: Say) -> Iterator[Status]:
    """Run the chain on the fictional web of ``seed`` into ``data_dir``; yields each run's status."""
    try:
        from tests.demosite import DemoSite
        from tests.demosite.replay import ReplayProxy
    except ImportError as error:
        raise ConfigError("the demo's fictional web is not here", "run it in a checkout of the repository") from error
    make_room(data_dir)
    site = DemoSite(seed=seed)
    first = site.first_day
    catalog = PROJECT / "tests" / "demosite" / "catalog"
    with ReplayProxy(site, datetime.combine(first, TAKEN_AT)) as proxy:
        for number in (118, 119, 120):
            day = first + timedelta(days=number - 1)
            proxy.as_of = datetime.combine(day, TAKEN_AT)
            settings = load_settings(
                data_dir=data_dir, catalog_dir=catalog, proxy=proxy.url, clock=proxy.as_of.isoformat(), contact="https://nichiro.example/demo"
            )
            say("demo", f"day {number} of the fictional web, {day}")
            pipeline = Pipeline(settings, day, say)
            yield pipeline.run_all(None, first, day) if number == 118 else pipeline.run_all()


def make_room(data_dir: Path) -> None:
    """Empty an earlier demo's folder; never touch any other folder that holds something."""
    if not data_dir.exists() or not any(data_dir.iterdir()):
        return
    if world_of(data_dir) != "replay":
        raise ConfigError(f"{data_dir} is no earlier demo", "choose a new folder with --data-dir")
    shutil.rmtree(data_dir)
