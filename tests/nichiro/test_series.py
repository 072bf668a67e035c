"""`nichiro spikes` on series of a person's own: spikes found, and a clear word for every odd one."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from nichiro.cli import app
from nichiro.errors import ConfigError
from nichiro.series import spikes_in

FIRST = date(2031, 1, 6)


def written(path: Path, **series: list[float | None]) -> Path:
    """A CSV of daily series; None leaves the row out."""
    lines = ["day,n,name"]
    for name, counts in series.items():
        lines += [f"{FIRST + timedelta(days=number)},{count:.0f},{name}" for number, count in enumerate(counts) if count is not None]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def noise(days: int, mean: float = 6) -> list[float]:
    return np.random.default_rng(1).poisson(mean, days).astype(float).tolist()


def test_odd_series_have_a_defined_answer(tmp_path: Path) -> None:
    spiked, gap = noise(120), list(noise(120))
    spiked[100] = 40
    huge = [1e15] * 119 + [5e15]
    path = written(tmp_path / "own.csv", spiked=spiked, zero=[0] * 120, constant=[4] * 120, one_day=[7], gap=[*gap[:50], *[None] * 20, *gap[70:]], huge=huge)
    found = {each.series: each for each in spikes_in(path, "day", "n", "name", "D", "medium")}
    assert str(FIRST + timedelta(days=100)) in [spike["date"] for spike in found["spiked"].spikes]
    assert found["zero"].spikes == [] and "zero" in found["zero"].message
    assert found["constant"].spikes == [] and "the same" in found["constant"].message
    assert found["one_day"].spikes == [] and "too short" in found["one_day"].message
    assert found["gap"].missing == 20 and "not seen" in found["gap"].message
    assert not [spike for spike in found["gap"].spikes if spike["expected"] == 0]
    assert "taken for that" in found["huge"].message


@pytest.mark.parametrize(("cell", "said"), [("-3", "below zero"), ("2.5", "no whole number"), ("many", "no number"), ("nan", "no number"), ("1e999", "no number")])
def test_what_is_no_count_is_refused(tmp_path: Path, cell: str, said: str) -> None:
    (tmp_path / "own.csv").write_text(f"day,n\n2031-01-06,4\n2031-01-07,{cell}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=f"line 3.*{said}"):
        spikes_in(tmp_path / "own.csv", "day", "n", None, "D", "medium")


@pytest.mark.parametrize(
    ("text", "said"), [("day,n\n", "no row"), ("when,n\n2031-01-06,4\n", "no column day"), ("day,n\nsoon,4\n", "no date"), ("", "no column"), ("day,n\n0001-01-01,4\n2031-01-06,4\n", "too many")]
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "own.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        spikes_in(tmp_path / "own.csv", "day", "n", None, "D", "medium")


def test_the_command_tells_months_as_json(tmp_path: Path) -> None:
    months = [f"{2020 + number // 12}{number % 12 + 1:02},{count:.0f}" for number, count in enumerate([*noise(40, 2), 30])]
    (tmp_path / "own.csv").write_text("month,n\n" + "\n".join(months), encoding="utf-8")
    done = CliRunner().invoke(app, ["spikes", "--csv", str(tmp_path / "own.csv"), "--date", "month", "--value", "n", "--freq", "M", "--json"])
    assert done.exit_code == 0, done.output
    (series,) = json.loads(done.output)["series"]
    assert series["spikes"][-1]["date"] == "2023-05-01" and series["spikes"][-1]["observed"] == 30


def test_the_command_is_readable_and_names_are_escaped(tmp_path: Path) -> None:
    path = written(tmp_path / "own.csv", **{"[red]x\x1b[31m": [*noise(60), 50.0]})
    done = CliRunner().invoke(app, ["spikes", "--csv", str(path), "--date", "day", "--value", "n", "--series", "name"])
    assert "50, expected" in done.output and "\x1b" not in done.output
