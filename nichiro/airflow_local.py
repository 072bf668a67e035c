"""``make airflow``: Airflow on this machine, on the fictional demo, or with AIRFLOW_LIVE=1 on the real catalog.

The demo has its 118 days behind it; its two last mornings are caught up by the scheduler while you look on.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from nichiro.airflow_services import AirflowServices
from nichiro.demo import make_room
from nichiro.errors import ConfigError, NichiroError
from nichiro.run import clock_of
from nichiro.settings import PROJECT, load_settings
from warehouse.lake import write_atomically

PORT = 8080
DONE_DAYS, LAST_DAYS = 118, 2


def main() -> None:
    """Serve until Ctrl-C or SIGTERM. AIRFLOW_HOME and AIRFLOW_PORT may say where."""
    for number in (signal.SIGINT, signal.SIGTERM):      # SIGINT too: a shell's background job ignores it otherwise
        signal.signal(number, signal.default_int_handler)
    live = os.environ.get("AIRFLOW_LIVE") == "1"
    home = Path(os.environ.get("AIRFLOW_HOME") or PROJECT / "data" / ("airflow" if live else "airflow-demo"))
    try:
        with (_live(home) if live else _demo(home)) as settings, AirflowServices(
            home, int(os.environ.get("AIRFLOW_PORT", PORT)), settings
        ) as airflow:
            print(f"Airflow: {airflow.url}  user admin  password {airflow.password}  (Ctrl-C stops it)", flush=True)
            airflow.wait()
    except KeyboardInterrupt:
        print("stopped")
    except NichiroError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)


@contextmanager
def _live(home: Path) -> Iterator[dict[str, str]]:
    """The schedule begins on the day of the first start, which ``home`` remembers: later gaps are caught up."""
    settings = load_settings()
    if not settings.contact:
        raise ConfigError("a live crawl needs a contact in its user agent", "nichiro init asks for it")
    mark = home / "first_day"
    if not mark.exists():
        first_day = clock_of(settings).now().date() - timedelta(days=1)
        write_atomically(mark, lambda file: file.write(str(first_day).encode()))
    yield {"NICHIRO_SCHEDULE_FROM": os.environ.get("NICHIRO_SCHEDULE_FROM") or mark.read_text(encoding="utf-8"),
           "NICHIRO_DATA_DIR": str(settings.data_dir.absolute())}


@contextmanager
def _demo(home: Path) -> Iterator[dict[str, str]]:
    try:
        from tests.demosite import DemoSite
        from tests.demosite.scheduled import ScheduledReplay
    except ImportError as error:
        raise ConfigError("the demo's fictional web is not here", "run it in a checkout of the repository") from error
    data_dir = home / "data"
    site = DemoSite(seed=1)
    days = [site.first_day + timedelta(days=DONE_DAYS - 1 + number) for number in range(LAST_DAYS + 1)]
    with ScheduledReplay(site, days, home) as replay:
        if not (home / "airflow.db").exists():
            make_room(data_dir)
            print(f"{DONE_DAYS} days of the fictional web, to {days[0]}: half a minute …", flush=True)
            replay.backfill(data_dir)
        yield replay.settings(data_dir)


if __name__ == "__main__":
    main()
