"""The demo, run once for all tests that look at it."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from nichiro.demo import run_demo
from nichiro.pipeline import Pipeline
from nichiro.settings import PROJECT
from nichiro.status import Status
from tests.demosite import DemoSite
from warehouse.store import Candidate, connect

SEED = 1


@dataclass(frozen=True)
class Demo:
    data_dir: Path
    site: DemoSite
    truth: dict
    statuses: list[Status]
    catalog_dir: Path = PROJECT / "tests" / "demosite" / "catalog"

    def connect(self) -> duckdb.DuckDBPyConnection:
        return connect(self.data_dir)

    def rows(self, sql: str) -> list[tuple]:
        with self.connect() as connection:
            return connection.sql(sql).fetchall()


def make_demo(folder: Path, seed: int) -> Demo:
    site = DemoSite(seed=seed)
    statuses = list(run_demo(folder, seed, lambda step, message: None))
    return Demo(folder, site, site.truth(), statuses)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Demo:
    """The demo of the development seed, made by the first of pytest's processes that asks: read only, copy it to change it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "demo"
    folder.mkdir(exist_ok=True)
    kept = folder / "demo.pickle"
    with FileLock(folder / "lock"):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(make_demo(folder / "data", SEED)))
    return pickle.loads(kept.read_bytes())


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publishes without the table checks, which have tests of their own and take their time."""

    def check(pipeline: Pipeline) -> None:
        candidate = Candidate(pipeline.settings.data_dir)
        candidate.note(candidate.noted() | {"is_checked": True})
        candidate.abandon()

    monkeypatch.setattr(Pipeline, "check", check)
