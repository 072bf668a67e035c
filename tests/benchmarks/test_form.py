"""The one form, floors that fall loudly, and the stopwatch."""

from __future__ import annotations

import json
import os
import sys
from importlib.util import find_spec

import pytest

from benchmarks import child, form
from benchmarks.form import Floor, Row, check_floors, report

ROWS = [Row("nichiro", "demo", "seconds_total", 50.0, 800), Row("a peer", "demo", "seconds_total", 5000.0, 800)]


def test_a_kept_floor() -> None:
    assert check_floors(ROWS, [Floor("demo", "seconds_total", at_most=50)]) == []


@pytest.mark.parametrize(
    ("floor", "said"),
    [
        (Floor("demo", "seconds_total", at_most=49.9), "demo seconds_total ≤ 49.9: 50"),
        (Floor("demo", "seconds_total", at_least=51), "demo seconds_total ≥ 51: 50"),
        (Floor("demo", "peak_mb", at_most=9), "demo peak_mb ≤ 9: not measured"),
    ],
)
def test_a_fallen_floor(floor: Floor, said: str) -> None:
    assert check_floors(ROWS, [floor]) == [said]


def test_a_fallen_floor_is_exit_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(form, "load_floors", lambda benchmark: [Floor("demo", "seconds_total", at_most=1)])
    with pytest.raises(SystemExit) as ended:
        report("pipeline", lambda quick: ROWS, ["--json", "--quick"])
    assert "floors fell" in str(ended.value)
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == {"benchmark", "machine", "rows", "floors"}
    assert set(printed["rows"][0]) == {"system", "dataset", "metric", "value", "n"}


def test_a_quick_run_is_not_asked_for_what_only_a_whole_one_measures(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(form, "load_floors", lambda benchmark: [Floor("demo", "peak_mb", at_most=1, only_whole=True)])
    report("pipeline", lambda quick: ROWS, ["--json", "--quick"])
    with pytest.raises(SystemExit):
        report("pipeline", lambda quick: ROWS, ["--json"])
    assert json.loads(capsys.readouterr().out.splitlines()[0])["floors"] == []


def test_every_floor_binds() -> None:
    pinned = json.loads(form.FLOORS.read_text(encoding="utf-8"))
    for benchmark in pinned:
        assert find_spec(f"benchmarks.{benchmark}")
        for floor in form.load_floors(benchmark):
            assert (floor.at_least is None) != (floor.at_most is None)


def test_the_stopwatch_sees_children() -> None:
    """A child of the child that holds 100 MB for half a second."""
    inner = "import time; block = bytearray(100_000_000); block[::4096] = b'1' * len(block[::4096]); time.sleep(0.5)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}], check=True); print('done')"
    measured = child.run([sys.executable, "-c", outer], environment=dict(os.environ))
    assert measured.output.strip() == "done"
    assert 100 < measured.peak_mb < 300
    assert measured.seconds >= 0.5


def test_a_failing_child_says_why() -> None:
    with pytest.raises(RuntimeError, match="no such luck"):
        child.run([sys.executable, "-c", "raise SystemExit('no such luck')"], environment=dict(os.environ))
