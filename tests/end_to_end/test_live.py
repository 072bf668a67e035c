"""The first live run on the real catalog: in a network namespace where its hosts serve fiction, or a portal sits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

from nichiro.settings import PROJECT
from tests.crawlers.test_sources import CATALOG
from warehouse.lake import Lake
from warehouse.tables.raw import CAPTURES, CRAWLS

pytestmark = pytest.mark.slow
UNSHARE = ["unshare", "--map-root-user", "--net", "--mount"]


def live(tmp_path: Path, mode: str) -> subprocess.CompletedProcess[str]:
    if not shutil.which("unshare") or not shutil.which("ip") or subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespaces here: Linux with unshare and ip is needed")
    environment = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY") and not name.startswith("NICHIRO_")}
    return subprocess.run(
        [*UNSHARE, sys.executable, "-m", "tests.end_to_end.namespace", str(tmp_path), mode, sys.executable, "-m", "nichiro", "run"],
        cwd=PROJECT, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
        env=environment | {"NICHIRO_CONTACT": "https://example.org/crawler", "NICHIRO_DATA_DIR": str(tmp_path / "data")},
    )


def crawls(tmp_path: Path) -> dict[str, dict]:
    lake = Lake(tmp_path / "data")
    return {row["source_id"]: row for row in lake.read_all(CRAWLS, lake.partitions(CRAWLS)).iter_rows(named=True)}


def test_the_real_catalog_live(tmp_path: Path) -> None:
    done = live(tmp_path, "web")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    rows = crawls(tmp_path)
    assert len(rows) >= 10
    for refused in (rows.pop("jp_mainichi_opinion"), rows.pop("jp_mainichi_english")):
        assert refused["state"] == "blocked" and "run from an office or home network" in refused["reason"]
    waiting = {source_id: rows.pop(source_id) for source_id in list(rows) if CATALOG[source_id].fallback_for}
    assert waiting and all(row["state"] == "unknown" and "as it is a fallback" in row["reason"] for row in waiting.values())
    # the fixtures are of May 2026, and each source's further documents are not served
    assert {row["state"] for row in rows.values()} <= {"ok", "stale", "changed"}
    with duckdb.connect(str(tmp_path / "data" / "current" / "warehouse.duckdb"), read_only=True) as connection:
        found = dict(connection.sql("SELECT source_id, count(*) FROM marts.articles GROUP BY ALL").fetchall())
    assert found == {source_id: 1 for source_id in rows if CATALOG[source_id].terms.access != "feed_only"}
    for source_id in rows:
        assert f"{source_id}: " in done.stderr, "each source is spoken of"
    lake = Lake(tmp_path / "data")
    captured = lake.read_all(CAPTURES, lake.partitions(CAPTURES))
    assert captured.filter(pl.col("url").str.starts_with("https://")).height > 20
    assert (tmp_path / "data" / "state" / "world").read_text() == "live"


def test_a_hotel(tmp_path: Path) -> None:
    """On http a redirect to the sign-in page, on https a certificate that is not the site's."""
    done = live(tmp_path, "portal")
    assert done.returncode == 75, done.stderr
    last = done.stderr.splitlines()[-1]
    assert "only redirect to login.hotel.example" in last and "sign in with a browser" in last
    assert {row["state"] for row in crawls(tmp_path).values()} == {"down"}
    assert not (tmp_path / "data" / "current").exists()
