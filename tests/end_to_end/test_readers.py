"""Readers never wait: analysts query while releases are published and old ones are dropped under them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.release import make_release
from warehouse.store import DATABASE, Candidate, connect, current_release, publish
from warehouse.tables import ops

READERS, PUBLISHES = 8, 20
# Asks as an analyst in a notebook does, until a file tells it to stop; prints what it saw as JSON.
READER = """
import json, sys
from pathlib import Path
import nichiro
stop, seen, errors = Path(sys.argv[1]), [], []
with nichiro.connect() as release:
    print("ready", flush=True)
while not stop.exists():
    try:
        with nichiro.connect() as release:
            first = release.execute("SELECT max(build_id), count(*) FROM ops.runs").fetchone()
            (articles,) = release.execute("SELECT count(*) FROM marts.articles JOIN marts.coverage_daily USING (published_date)").fetchone()
            again = release.execute("SELECT max(build_id), count(*) FROM ops.runs").fetchone()
        seen.append([first, again, articles])
    except Exception as error:
        errors.append(f"{type(error).__name__}: {error}")
print(json.dumps({"seen": seen, "errors": errors}))
"""


def publish_next(data_dir: Path, number: int, keep: int) -> str:
    """A release that differs from the last by one run, which names it."""
    build_id = f"20270101T0000{number:02d}Z-001"
    candidate = Candidate.start(data_dir)
    last = candidate.read(ops.RUNS).sort("run_id").tail(1)
    candidate.insert(ops.RUNS, last.with_columns(run_id=last["run_id"].clear().extend_constant(build_id, 1), build_id=last["run_id"].clear().extend_constant(build_id, 1)))
    candidate.close()
    publish(data_dir, build_id, keep)
    return build_id


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_eight_readers_during_twenty_publishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No error, and what one connection is told is of one release, though only the last two are kept."""
    make_release(tmp_path)
    monkeypatch.setenv("NICHIRO_DATA_DIR", str(tmp_path))
    stop = tmp_path / "stop"
    with connect(tmp_path) as release:
        count = release.sql("SELECT count(*) FROM ops.runs").fetchall()[0][0]
    readers = [subprocess.Popen([sys.executable, "-c", READER, str(stop)], stdout=subprocess.PIPE, text=True) for _ in range(READERS)]
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        published = [publish_next(tmp_path, number, keep=2) for number in range(PUBLISHES)]
    finally:
        stop.touch()
        told = [json.loads(reader.communicate(timeout=120)[0]) for reader in readers]
    assert [error for one in told for error in one["errors"]] == []
    for one in told:
        assert all(first == again for first, again, _ in one["seen"])
    runs = {first[0]: first[1] for one in told for first, _, _ in one["seen"] if first[0] in published}
    assert len(runs) >= PUBLISHES // 4, "the readers must have seen releases come"
    assert runs == {build_id: count + number + 1 for number, build_id in enumerate(published) if build_id in runs}


def test_a_release_that_is_dropped_stays_readable_to_whoever_has_it_open(tmp_path: Path) -> None:
    make_release(tmp_path)
    first = current_release(tmp_path)
    with connect(tmp_path) as reader:
        before = reader.sql("SELECT count(*), max(published_at) FROM marts.articles").fetchall()
        for number in range(3):
            publish_next(tmp_path, number, keep=2)
        assert first is not None
        assert not (first / DATABASE).exists()
        assert reader.sql("SELECT count(*), max(published_at) FROM marts.articles").fetchall() == before
        assert reader.sql("SELECT sum(body_length), count(DISTINCT headline) FROM marts.articles").fetchall() is not None
