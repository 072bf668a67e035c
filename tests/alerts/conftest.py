"""A published release of fiction, and alerts that look at it at a given hour."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import yaml

from nichiro.alerts import Alerts
from nichiro.run import start_run
from nichiro.settings import load_settings
from tests.release import make_release
from warehouse.store import Candidate, publish
from warehouse.tables import marts

MORNING = "2026-06-30T00:00:00+00:00"   # 09:00 in Tokyo, the day after the spikes


class World:
    """A data folder, its rules, and the waits that were asked for."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "data"
        self.rules_path = folder / "alerts.yml"
        self.waits: list[float] = []

    def rules(self, channels: dict[str, list[str]], news: list[dict] | None = None, trouble: list[dict] | None = None, **more: dict) -> None:
        recipients = {name: {"channels": urls} | more.get(name, {}) for name, urls in channels.items()}
        news = [{"to": next(iter(channels))}] if news is None else news
        self.rules_path.write_text(yaml.safe_dump({"recipients": recipients, "news": news, "trouble": trouble or []}))

    def at(self, instant: str = MORNING) -> Alerts:
        settings = load_settings(
            data_dir=self.data_dir, clock=instant, proxy="http://127.0.0.1:9", contact="https://nichiro.example",
            alerts=self.rules_path if self.rules_path.exists() else None,
        )
        return Alerts(settings, start_run(settings), sleep=self.waits.append)

    def rows(self, table: str) -> pl.DataFrame:
        """A table of the ledger, in order."""
        from warehouse.tables import TABLES

        return self.at().ledger.rows(TABLES[table])

    def outcomes(self) -> list[str]:
        return self.rows("ops.deliveries")["outcome"].to_list()

    def change_spikes(self, change: Callable[[pl.DataFrame], pl.DataFrame], build_id: str) -> None:
        """Publish another release whose spikes are changed."""
        candidate = Candidate.start(self.data_dir)
        spikes = candidate.read(marts.COVERAGE_SPIKES)
        candidate.replace(marts.COVERAGE_SPIKES, spikes.select("spike_id"), change(spikes))
        candidate.close()
        publish(self.data_dir, build_id, keep=7)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    make_release(folder)
    return folder


@pytest.fixture
def world(tmp_path: Path, published: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    shutil.copytree(published, tmp_path / "data", symlinks=True)
    for name in ("NICHIRO_ALERTS", "NICHIRO_DATA_DIR", "NICHIRO_TIMEZONE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return World(tmp_path)


