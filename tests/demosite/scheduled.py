"""The fictional web on several days at once, for a scheduler: a command ``nichiro`` that lives in the day of its --date."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from nichiro import forkserver
from tests.demosite.replay import ReplayProxy
from tests.demosite.site import DemoSite

TAKEN_AT = time(23, 30, tzinfo=UTC)   # as the demo: by then the day has ended in Tokyo, Moscow and London
CATALOG = Path(__file__).with_name("catalog")

COMMAND = """#!/bin/sh
# nichiro on the fictional web of the day that --date names, or on the day REPLAY_DAY whatever it names
day={last}; before=
for word; do [ "$before" = --date ] && day=$word; before=$word; done
day=${{REPLAY_DAY:-$day}}
case $day in
{ports}
*) echo "the fictional web has no $day" >&2; exit 78 ;;
esac
export NICHIRO_CLOCK="${{day}}T{clock}" NICHIRO_PROXY="http://127.0.0.1:$port"
exec {nichiro} "$@"
"""


class ScheduledReplay:
    """``with ScheduledReplay(site, days, folder) as replay:`` serves the site as it was at the end of each of ``days``.

    ``replay.settings(data_dir)`` are the environment variables under which a scheduler lives in them.
    """

    def __init__(self, site: DemoSite, days: list[date], folder: Path, catalog: Path = CATALOG) -> None:
        self.site, self.days, self.catalog = site, sorted(days), catalog
        self.command = folder.absolute() / "nichiro"
        self._proxies = ExitStack()

    def __enter__(self) -> ScheduledReplay:
        cases = []
        for day in self.days:
            proxy = self._proxies.enter_context(ReplayProxy(self.site, datetime.combine(day, TAKEN_AT)))
            cases.append(f"{day}) port={proxy.url.rsplit(':', 1)[1]} ;;")
        text = COMMAND.format(
            last=self.days[-1], ports="\n".join(cases), clock=TAKEN_AT.isoformat(),
            # as Airflow's own command: forked where NICHIRO_FORKSERVER is set
            nichiro=shlex.join([sys.executable, "-IS", forkserver.__file__, "nichiro"]),
        )
        self.command.parent.mkdir(parents=True, exist_ok=True)
        self.command.write_text(text, encoding="utf-8")
        self.command.chmod(0o755)
        return self

    def __exit__(self, *_: object) -> None:
        self._proxies.close()

    def settings(self, data_dir: Path) -> dict[str, str]:
        """The environment; the first of the days is taken as done before the schedule begins."""
        return {
            "NICHIRO_BIN": str(self.command), "NICHIRO_DATA_DIR": str(data_dir.absolute()),
            "NICHIRO_CATALOG_DIR": str(self.catalog), "NICHIRO_CONTACT": "https://nichiro.example/demo",
            "NICHIRO_SCHEDULE_FROM": str(self.days[0] + timedelta(days=1)), "NICHIRO_SCHEDULE_UNTIL": str(self.days[-1]),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }

    def backfill(self, data_dir: Path) -> None:
        """The run before the schedule: everything up to the first of the days, from archives."""
        self.run(data_dir, "run", "--from", str(self.site.first_day), "--to", str(self.days[0]), "--date", str(self.days[0]))

    def run(self, data_dir: Path, *arguments: str) -> str:
        """One command in the day of its --date, without a scheduler. Raises CalledProcessError."""
        environment = os.environ | self.settings(data_dir)
        return subprocess.run([str(self.command), *arguments], env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
