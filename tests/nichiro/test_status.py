"""``nichiro status``: verdict and exit code for a monitor, words for a person."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nichiro import log
from nichiro.errors import ConfigError
from nichiro.overview import overview, parse_age
from nichiro.run import Clock
from nichiro.settings import PROJECT
from nichiro.status import Status
from tests.nichiro.command import Command
from warehouse.store import DATABASE

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def publish(data_dir: Path, at: datetime, world: str = "live") -> None:
    """A run that left a current release at an instant."""
    build_id = f"{at:%Y%m%dT%H%M%SZ}-001"
    release = data_dir / "releases" / build_id
    release.mkdir(parents=True)
    (release / DATABASE).touch()
    link = data_dir / "current"
    link.unlink(missing_ok=True)
    link.symlink_to(release)
    (data_dir / "state").mkdir(exist_ok=True)
    (data_dir / "state" / "world").write_text(world)
    end(data_dir, at, "published", build_id=build_id)


def end(data_dir: Path, at: datetime, status: str, message: str = "", build_id: str | None = None) -> None:
    """A run that ended at an instant."""
    folder = data_dir / "runs" / f"{at:%Y%m%dT%H%M%SZ}-001"
    folder.mkdir(parents=True)
    Status(
        run_id=folder.name, run_date=at.date(), started_at=at, finished_at=at, status=status, message=message, step="report", build_id=build_id,
    ).write(folder)   # type: ignore[arg-type]


def test_never_published(tmp_path: Path) -> None:
    seen = overview(tmp_path / "nothing", NOW)
    assert (seen.verdict, seen.exit_code, seen.release) == ("never", 1, None)
    assert seen.free_bytes > 0


@pytest.mark.parametrize(("hours", "verdict"), [(1, "ok"), (26, "ok"), (27, "stale")])
def test_a_live_release_is_stale_after_a_day_and_some(tmp_path: Path, hours: int, verdict: str) -> None:
    publish(tmp_path, NOW - timedelta(hours=hours))
    seen = overview(tmp_path, NOW)
    assert (seen.verdict, seen.age_hours) == (verdict, hours)
    assert seen.exit_code == (verdict == "stale")


def test_a_demo_grows_old_by_design(tmp_path: Path) -> None:
    publish(tmp_path, NOW - timedelta(days=200), world="replay")
    assert overview(tmp_path, NOW).verdict == "ok"
    assert overview(tmp_path, NOW, timedelta(days=1)).verdict == "stale"


@pytest.mark.parametrize("status", ["blocked", "failed"])
def test_the_last_run_counts_while_the_release_is_fresh(tmp_path: Path, status: str) -> None:
    publish(tmp_path, NOW - timedelta(hours=20))
    end(tmp_path, NOW - timedelta(hours=2), status, "a check failed")
    end(tmp_path, NOW - timedelta(hours=1), "running")
    with log.recorded(tmp_path / "runs" / f"{NOW - timedelta(hours=1):%Y%m%dT%H%M%SZ}-001", "on its way"):
        seen = overview(tmp_path, NOW)
    assert (seen.verdict, seen.message, seen.exit_code) == (status, "a check failed", 0)
    end(tmp_path, NOW - timedelta(minutes=5), "published")
    assert overview(tmp_path, NOW).verdict == "ok"


def test_a_killed_run_is_seen_without_a_doctor(tmp_path: Path) -> None:
    """Its lock fell with its process, so no pid has to be trusted."""
    publish(tmp_path, NOW - timedelta(hours=20))
    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path / "runs" / "20260504T110000Z-001"], cwd=PROJECT, check=False)
    assert killed.returncode == -signal.SIGKILL
    seen = overview(tmp_path, NOW)
    assert (seen.verdict, seen.runs[0].status, seen.exit_code) == ("died", "died", 0)
    assert "in step parse" in seen.message and "killed" in seen.message


KILLED = """
import os, signal, sys
from datetime import datetime, timezone
from pathlib import Path
from nichiro.log import recorded
from nichiro.status import Status, read_status

folder = Path(sys.argv[1])
folder.mkdir(parents=True)
at = datetime(2026, 5, 4, 11, tzinfo=timezone.utc)
with recorded(folder, folder.name):
    Status(run_id=folder.name, run_date=at.date(), started_at=at, step="parse").write(folder)
    assert read_status(folder).status == "running"
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_runs_that_were_removed(tmp_path: Path) -> None:
    publish(tmp_path, NOW - timedelta(hours=3))
    for file in (tmp_path / "runs").rglob("*.json"):
        file.unlink()
    assert overview(tmp_path, NOW).age_hours == 3


@pytest.mark.parametrize(("text", "hours"), [("90m", 1.5), ("26h", 26), ("2d", 48)])
def test_ages(text: str, hours: float) -> None:
    assert parse_age(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "26", "1w", "-1h", "1.5h", "9999999h"])
def test_no_ages(text: str) -> None:
    with pytest.raises(ConfigError, match="26h"):
        parse_age(text)


def test_the_command(tmp_path: Path) -> None:
    command = Command(tmp_path)
    done = command("status")
    assert done.returncode == 1 and "nothing was published yet" in done.stdout and not done.stderr
    publish(tmp_path / "data", Clock().now() - timedelta(hours=30))
    end(tmp_path / "data", Clock().now() - timedelta(hours=1), "failed", "no network: none of 13 sites answered")
    done = command("status", "--max-age", "2d")
    assert done.returncode == 0 and "30 hours ago" in done.stdout and "failed" in done.stdout
    assert "because    no network" in done.stdout
    done = command("status")
    assert done.returncode == 1 and "stale: the release is older than 26 hours" in done.stdout
    seen = json.loads(command("status", "--json", "--last", "1").stdout)
    assert (seen["verdict"], len(seen["runs"]), seen["max_age_hours"]) == ("stale", 1, 26)
    assert command("status", "--max-age", "soon").returncode == 78
