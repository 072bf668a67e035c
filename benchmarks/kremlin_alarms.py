"""Alarms on a real archive, each read by eye: pages of en.kremlin.ru that speak of Japan and Russia, 2012–2020.

``strong``: pages on the beat as a whole by nichiro's own judge; ``touched``: those and pages that have the beat in passages; ``titled``:
transcripts whose headline names Japan, of a list of headlines. By week and by month. The archive as it is at hand is a sample whose collection stops, starts again and grows; a week or month behind which a quarter
without any page lies is a gap. ``share``: pages count against those off the beat of the last quarter, as nichiro counts; ``count``: bare.
What each alarm was stands in ``labels/kremlin_alarms.tsv``, read in the pages by one reader: ``event`` is a meeting, visit, message or
talk between the two sides, or what the President says of their relations; ``passing``, that Japan is named. An alarm that nobody has read
yet is a row ``unread``.

A row per alarm (metric ``true_event``: 1 or 0; n: pages), then per series the alarms and the share of them that were events.
"""

from __future__ import annotations

import csv
import gzip
import json
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.form import OURS, Row, report
from benchmarks.pages import SHARED
from benchmarks.passages import plain_text
from nichiro.beat import load_beat
from nichiro.settings import Settings
from nichiro.texts import Text, frame
from transforms.detection import detect
from transforms.relevance import judge
from transforms.terms import terms_of
from transforms.text import normalise

LABELS = Path(__file__).with_name("labels") / "kremlin_alarms.tsv"
FIRST, LAST = date(2012, 1, 2), date(2020, 8, 30)   # a Monday; the Sunday after the last page
QUARTER = timedelta(days=91)
SENSITIVITY = "medium"                              # nichiro's own default
COUNTRY = "RU"
_TITLE = " • President of Russia"


def pages() -> pl.DataFrame:
    """article_id, published_date, headline, relevance of each page, copies of a page (print, photos) left out."""
    with (SHARED / "realpages" / "index.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["file"].startswith("en.kremlin.ru/") and row["kind"] == "html" and "__" not in row["file"]]
    texts = [
        Text(
            id=Path(row["file"]).stem, text=plain_text(SHARED / "realpages" / row["file"]), headline=row["title"].removesuffix(_TITLE), language="en",
            published_date=date.fromisoformat(row["date"][:10]), source="ru_kremlin_news_en", country=COUNTRY, kind="government",
        )
        for row in rows
    ]
    judged = judge(frame(texts), load_beat(Settings().beat)).relevance
    return frame(texts).join(judged.select("capture_id", "relevance"), on="capture_id").select("article_id", "published_date", "headline", "relevance")


def headlines() -> pl.DataFrame:
    """The same of the list of headlines; on the beat is what names a country that is not the publisher's own."""
    named = [country for code, country in terms_of(load_beat(Settings().beat), "en").countries.items() if code != COUNTRY]
    with gzip.open(SHARED / "data" / "headlines" / "kremlin.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return pl.DataFrame(
        {
            "article_id": row["u"], "published_date": date.fromisoformat(row["d"]), "headline": row["t"],
            "relevance": "strong" if any(pattern.search(normalise(row["t"]).text) for pattern in named) else "none",
        }
        for row in rows
    )


def periods(freq: str) -> list[tuple[date, date]]:
    """First and last day of each week or month."""
    if freq == "week":
        return [(FIRST + timedelta(days=7 * number), FIRST + timedelta(days=7 * number + 6)) for number in range((LAST - FIRST).days // 7 + 1)]
    starts = [date(year, month, 1) for year in range(FIRST.year, LAST.year + 1) for month in range(1, 13)]
    return [(start, after - timedelta(days=1)) for start, after in zip(starts, [*starts[1:], date(LAST.year + 1, 1, 1)], strict=True) if start <= LAST]


def alarms(found: pl.DataFrame, on: tuple[str, ...], freq: str, basis: str) -> list[tuple[date, date, int, float, float]]:
    """First and last day, pages, expected and p-value of each alarm of the pages whose relevance is one of ``on``."""
    days = found["published_date"].to_list()
    mine = [day for day, relevance in zip(days, found["relevance"], strict=True) if relevance in on]
    others = [day for day, relevance in zip(days, found["relevance"], strict=True) if relevance == "none"]
    spans = periods(freq)
    counts = np.array([sum(first <= day <= last for day in mine) for first, last in spans], float)
    seen = np.array([any(last - QUARTER < day <= last for day in days) for _, last in spans])
    size = np.array([sum(last - QUARTER < day <= last for day in others) for _, last in spans], float) if basis == "share" else seen.astype(float)
    told = detect(np.where(seen & (size > 0), counts, np.nan)[None], exposure=(size / size[size > 0].mean())[None], period=1)
    return [
        (*spans[number], int(counts[number]), float(told.expected[0, number]), float(told.p_value[0, number]))
        for number in np.flatnonzero(told.alarms(SENSITIVITY)[0]) if counts[number] > told.expected[0, number]
    ]


def measure(quick: bool) -> list[Row]:
    with LABELS.open(encoding="utf-8") as file:
        read = {(row["freq"], row["first_date"]): row for row in csv.DictReader(file, delimiter="\t")}
    archive, rows, totals = pages(), [], []
    for name, found, on in (("strong", archive, ("strong",)), ("touched", archive, ("strong", "passage")), ("titled", headlines(), ("strong",))):
        for freq, basis in product(("week", "month"), ("share", "count")):
            verdicts = []
            for first, _, count, _, _ in alarms(found, on, freq, basis):
                label = read.get((freq, first.isoformat()))
                verdicts.append(label and label["verdict"])
                metric = "unread" if label is None else "true_event"
                rows.append(Row(OURS, f"{name} {basis} {freq} {first}", metric, float(label is not None and label["verdict"] == "event"), count))
            dataset = f"{name}_{basis}_{freq}s"
            totals.append(Row(OURS, dataset, "alarms", float(len(verdicts)), len(found)))
            totals.append(Row(OURS, dataset, "unread", float(verdicts.count(None)), len(verdicts)))
            if verdicts:
                totals.append(Row(OURS, dataset, "true_share", round(verdicts.count("event") / len(verdicts), 3), len(verdicts)))
    return [*rows, *totals]


if __name__ == "__main__":
    report("kremlin_alarms", measure)
