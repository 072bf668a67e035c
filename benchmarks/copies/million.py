"""A million synthetic texts, 5,000 a day for 200 days, and one day more: signed, and compared over the window of the contract.

Texts are drawn from 50,000 made-up words; one in 25 is an earlier text of the last 30 days, cut at its end. Two processes
sign, day by day, and write what they signed to Parquet as the lake does; then the copies of each few days are found among
the signatures of those days and the 30 before. ``seconds`` has the making of the texts in it, ``cpu_seconds`` and
``peak_mb`` the day too. ``day_seconds``: 5,000 new texts are signed, the window is read from disk, their copies found; the
rule looks 30 days back, so no more of the million is read. ``python -m benchmarks.copies.million 60`` is a part of it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl

from benchmarks import child
from benchmarks.form import OURS, Row
from transforms.copies import WINDOW_DAYS, copies, signatures

DAYS = 200
A_DAY = 5_000
SPAN = 20          # days whose copies are looked for in one go: more are quicker and take more memory
VOCABULARY = 50_000
COPIED = 25        # one text in so many
KEPT = 0.7         # of a text that is copied
FIRST = date(2026, 1, 1)


def rows(days: int = DAYS) -> list[Row]:
    """Measured in a process of its own, with its children; fewer ``days`` are a part of the million."""
    measured = child.run([sys.executable, "-m", "benchmarks.copies.million", str(days)], environment=dict(os.environ))
    told = json.loads(measured.output)
    figures = {"seconds": told["seconds"], "cpu_seconds": measured.cpu_seconds, "peak_mb": measured.peak_mb, "recall": told["recall"], "strange": told["strange"]}
    made = [Row(OURS, "million", metric, round(value, 4), told["count"]) for metric, value in figures.items()]
    return [*made, Row(OURS, "million", "day_seconds", round(told["day_seconds"], 2), A_DAY)]


def texts(number: int, a_day: int) -> tuple[list[str], dict[int, str]]:
    """The texts of a day, and of those that are copies (by place) the article_id of the first of them.

    Each day's own texts depend on its number alone, so a copied one is made again rather than kept.
    """
    bodies = _own(number, a_day)
    chance = np.random.default_rng([2, number])
    origins: dict[int, str] = {}
    for place in range(0, a_day if number else 0, COPIED):
        back = int(chance.integers(1, min(number, WINDOW_DAYS) + 1))
        first = int(chance.integers(0, a_day))
        first += first % COPIED == 0   # an original
        words = _body(number - back, first % a_day).split()
        bodies[place] = " ".join(words[: int(len(words) * KEPT)])
        origins[place] = _name(number - back, first % a_day)
    return bodies, origins


def _own(number: int, a_day: int) -> list[str]:
    return [_body(number, place) for place in range(a_day)]


def _body(number: int, place: int) -> str:
    chance = np.random.default_rng([1, number, place])
    return " ".join(_WORDS[chance.integers(0, VOCABULARY, chance.integers(100, 700))])


_SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
_WORDS = np.array([
    _SYLLABLES[number % 70] + _SYLLABLES[number // 70 % 70] + _SYLLABLES[number // 4_900] for number in range(VOCABULARY)
], dtype=object)  # fmt: skip


def _name(number: int, place: int) -> str:
    return f"{number:03d}-{place:05d}"


def sign(folder: Path, a_day: int, number: int) -> dict[str, str]:
    """Write the signed articles of a day; returns {article_id: first article_id} of its copies."""
    bodies, origins = texts(number, a_day)
    names = [_name(number, place) for place in range(a_day)]
    day = FIRST + timedelta(days=number)
    articles = pl.DataFrame({
        "capture_id": names, "source_id": "zz", "language_code": "en", "body": bodies, "captured_date": day,
    })  # fmt: skip
    signatures(articles).select("signature", article_id="capture_id", source_id="source_id").with_columns(
        language_code=pl.lit("en"), published_date=pl.lit(day),
        published_at=pl.lit(datetime.combine(day, time(12), UTC)).cast(pl.Datetime("us", "UTC")),
    ).write_parquet(folder / f"{number:03d}.parquet", compression="uncompressed")
    return {names[place]: first for place, first in origins.items()}


def found(folder: Path, first: int, last: int) -> dict[str, str]:
    """The copies among the articles of the days ``first`` to ``last``."""
    window = range(max(0, first - WINDOW_DAYS), last + 1)
    articles = pl.concat([pl.read_parquet(folder / f"{number:03d}.parquet") for number in window])
    mine = articles.filter(pl.col("published_date") >= FIRST + timedelta(days=first))["article_id"]
    return dict(copies(articles, mine).select("article_id", "syndicated_from").iter_rows())


def measure(days: int, a_day: int) -> dict[str, float]:
    """Seconds, recall (copies found with their first text), strange (found without being one) over ``days`` and one more."""
    with tempfile.TemporaryDirectory(prefix="nichiro-copies-") as name:
        folder, start = Path(name), perf_counter()
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            wanted = {key: value for day in pool.map(partial(sign, folder, a_day), range(days)) for key, value in day.items()}
        signed = perf_counter() - start
        got: dict[str, str] = {}
        for first in range(0, days, SPAN):
            got |= found(folder, first, min(first + SPAN, days) - 1)
        seconds = perf_counter() - start
        print(f"{days * a_day} texts: signed {signed:.0f} s, compared {seconds - signed:.0f} s", file=sys.stderr)
        start = perf_counter()
        wanted |= sign(folder, a_day, days)
        got |= found(folder, days, days)
        day_seconds = perf_counter() - start
    return {
        "count": days * a_day, "seconds": seconds, "day_seconds": day_seconds,
        "recall": sum(got.get(key) == value for key, value in wanted.items()) / len(wanted), "strange": len(got.keys() - wanted.keys()),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), A_DAY)))
