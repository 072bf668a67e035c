"""Spikes in series of a person's own: a CSV file with a date and a count in each row."""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from nichiro.errors import ConfigError
from transforms.baseline import DAYS, WEEKS
from transforms.detection import detect
from warehouse.columns import SENSITIVITIES

PERIODS = {"D": 7, "W": 1, "M": 1}
NAMES = {"D": "days", "W": "weeks", "M": "months"}
MOST_COLUMNS = 40_000    # a century of days
MOST_CELLS = 20_000_000
ENORMOUS = 1e12          # larger counts are taken for this one


@dataclass(frozen=True)
class Verdict:
    """What came of one series: its spikes, newest last, and a message where there is something to say of it."""

    series: str
    first: str
    last: str
    columns: int
    missing: int
    message: str
    spikes: list[dict[str, Any]]


def spikes_in(path: Path, date_column: str, value_column: str, series_column: str | None, freq: str, sensitivity: str) -> list[Verdict]:
    """One verdict per series, by name. Rows of the same day, week or month are added up; where a series has no row it was not seen.

    Raises ConfigError for a file that cannot be read so.
    """
    if freq not in PERIODS:
        raise ConfigError(f"no frequency {freq!r}", "use D for days, W for weeks or M for months")
    if sensitivity not in SENSITIVITIES:
        raise ConfigError(f"no sensitivity {sensitivity!r}", "use " + ", ".join(SENSITIVITIES))
    sums: dict[str, dict[int, float]] = defaultdict(dict)
    for number, row in _rows(path, [date_column, value_column, *([series_column] if series_column else [])]):
        column = _column(row[date_column], freq, number)
        name = row[series_column] if series_column else value_column
        if (value := _value(row[value_column], number)) is not None:
            sums[name][column] = sums[name].get(column, 0.0) + value
    if not sums:
        raise ConfigError("no row has a value", f"{path.name} needs a header and rows with {date_column} and {value_column}")
    first, last = min(min(each) for each in sums.values()), max(max(each) for each in sums.values())
    if last - first >= MOST_COLUMNS or (last - first + 1) * len(sums) > MOST_CELLS:
        raise ConfigError(f"{len(sums)} series over {last - first + 1} {NAMES[freq]} are too many", "look for a wrong date, or give a part of the file")
    names = sorted(sums)
    counts = np.full((len(names), last - first + 1), np.nan)
    for row_number, name in enumerate(names):
        for column, value in sums[name].items():
            counts[row_number, column - first] = value
    detection = detect(counts, weekday=(first - 1) % 7, period=PERIODS[freq])   # day 1 of the calendar was a Monday
    alarms = detection.alarms(sensitivity)
    verdicts = []
    for number, name in enumerate(names):
        own = sorted(sums[name])
        found = [
            {
                "date": _day(first + column, freq), "observed": counts[number, column], "expected": round(float(detection.expected[number, column]), 3),
                "p_value": float(detection.p_value[number, column]), "history": int(detection.history[number, column]),
            }
            for column in np.flatnonzero(alarms[number]).tolist()
        ]
        missing = own[-1] - own[0] + 1 - len(own)
        message = _message(counts[number], detection.p_value[number], missing, freq)
        verdicts.append(Verdict(name, _day(own[0], freq), _day(own[-1], freq), len(own), missing, message, found))
    return verdicts


def told(verdicts: list[Verdict]) -> list[dict[str, Any]]:
    """Verdicts as JSON has them."""
    return [asdict(verdict) for verdict in verdicts]


def _message(counts: np.ndarray, p_value: np.ndarray, missing: int, freq: str) -> str:
    """What a person should know before they trust the answer."""
    seen = counts[np.isfinite(counts)]
    enough = (DAYS if freq == "D" else WEEKS)
    said = []
    if not np.isfinite(p_value).any():
        said.append(f"too short to say: no spike is told before {enough.history} {NAMES[freq]} of history and {enough.lag} between, here are {len(seen)} in all")
    if len(seen) > 1 and not seen.any():
        said.append("all counts are zero")
    elif len(seen) > 1 and (seen == seen[0]).all():
        said.append(f"all counts are the same ({seen[0]:g})")
    if missing:
        said.append(f"{missing} {NAMES[freq]} have no row: taken for not seen, not for zero")
    if (seen > ENORMOUS).any():
        said.append(f"counts above {ENORMOUS:g} are taken for that")
    return "; ".join(said)


def _rows(path: Path, wanted: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with the number of their line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read", str(error)) from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if lacking := [name for name in wanted if name not in (reader.fieldnames or [])]:
        raise ConfigError(f"{path.name} has no column {', '.join(lacking)}", "its columns are " + ", ".join(reader.fieldnames or ["none"]))
    try:
        for row in reader:
            yield reader.line_num, {name: (row[name] or "").strip() for name in wanted}
    except csv.Error as error:
        raise ConfigError(f"{path.name}, line {reader.line_num}, is no CSV", str(error)) from error


def _value(text: str, line: int) -> float | None:
    """A count; None where the cell is empty."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ConfigError(f"line {line}: {text[:40]!r} is no number", "leave a cell empty where nothing was counted")
    if value < 0:
        raise ConfigError(f"line {line}: {value:g} is below zero", "spikes are looked for in counts; for other figures give counts of what lies beyond a bound")
    if value != int(value):
        raise ConfigError(f"line {line}: {value:g} is no whole number", "spikes are looked for in counts; give how many, not which share")
    return value


def _column(text: str, freq: str, line: int) -> int:
    """The number of the day, week or month since the beginning of the calendar."""
    try:
        day = date(int(text[:4]), int(text[4:6]), 1) if len(text) == 6 and text.isdigit() else datetime.fromisoformat(text + "-01" if len(text) == 7 else text).date()
    except ValueError:
        raise ConfigError(f"line {line}: {text[:40]!r} is no date", "write 2026-03-17; months may be 2026-03 or 202603") from None
    if freq == "M":
        return day.year * 12 + day.month - 1
    return day.toordinal() if freq == "D" else (day.toordinal() - 1) // 7


def _day(column: int, freq: str) -> str:
    """The first day of a column."""
    if freq == "M":
        return f"{column // 12:04}-{column % 12 + 1:02}-01"
    return str(date.fromordinal(column) if freq == "D" else date(1, 1, 1) + timedelta(days=7 * column))
