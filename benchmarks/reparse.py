"""Re-parse of real pages from WARC by ``nichiro reparse``: whether memory grows with the pages, and what a second core brings.

``memory``: ``peak_mb`` of the process tree after 2,000 and after 20,000 pages by two processes, ``ratio`` of the two.
``parallel``: ``ratio`` of the wall time of one process to that of two on 2,000 pages, starts included; ``cpu_ms`` a page.
The pages of ``../shared`` with their URLs, those of kremlin.ru by the rules of their source, the others by the generic
path, in source-days of at most 100 pages, over and over. ``--quick``: 400 and 1,200 pages, and both ratios of these.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import polars as pl

from benchmarks import child, pages
from benchmarks.form import OURS, Row, report
from benchmarks.pages import Sample
from crawlers.catalog import load_catalog
from crawlers.log import CrawlLog, Task
from crawlers.source import Source
from nichiro.drafts import FOLDER
from nichiro.reading import LOG
from nichiro.run import Clock, Run
from nichiro.settings import Settings
from warehouse.archive import warc_path_of
from warehouse.lake import Entry, Lake, Partition
from warehouse.tables import raw, staging

SIZES, QUICK_SIZES = (2_000, 20_000), (400, 1_200)
RULED, GENERIC = "ru_kremlin_news_en", "gb_benchmark_pages"
LARGEST = 100   # pages of a source-day
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
HEADERS = [("Content-Type", "text/html")]
OTHERS = """\
title: Real pages of many publishers
publisher: {name: Many, name_en: Many, country: GB, kind: newspaper}
genre: news
language: [en, ja, ru]
timezone: UTC
status: active
discover: [{kind: rss, url: "https://pages.example/feed.xml"}]
"""


def measure(quick: bool) -> list[Row]:
    """All rows, each world made once."""
    small, large = QUICK_SIZES if quick else SIZES
    with tempfile.TemporaryDirectory(prefix="nichiro-reparse-") as name:
        folder = Path(name)
        catalog = _catalog(folder / "catalog")
        data = {size: _world(folder / str(size), catalog, size) for size in (small, large)}
        one, two = (_reparse(folder, small, processes) for processes in (1, 2))
        many = _reparse(folder, large, 2)
    figures = [
        ("memory", f"peak_mb_{small}", two.peak_mb, data[small]),
        ("memory", f"peak_mb_{large}", many.peak_mb, data[large]),
        ("memory", "ratio", many.peak_mb / two.peak_mb, data[large]),
        ("parallel", "ratio", one.seconds / two.seconds, data[small]),
        ("parallel", "cpu_ms", 1_000 * one.cpu_seconds / data[small], data[small]),
        ("parallel", "pages_per_second", data[large] / many.seconds, data[large]),
    ]
    return [Row(OURS, dataset, metric, round(value, 3), count) for dataset, metric, value, count in figures]


def _catalog(folder: Path) -> dict[str, Source]:
    folder.mkdir()
    shutil.copy(Settings().catalog_dir / f"{RULED}.yml", folder)
    (folder / f"{GENERIC}.yml").write_text(OTHERS, encoding="utf-8")
    return load_catalog(folder)


def _world(data_dir: Path, catalog: dict[str, Source], size: int) -> int:
    """Write so many pages, as if other rules had read them; a file that repeats is one file under many names."""
    lake, whole = Lake(data_dir), {}
    count = 0
    for number, (source_id, chunk) in enumerate(cycle(_chunks())):
        if count >= size:
            break
        day = FIRST + timedelta(days=number)
        partition = Partition(day.date(), f"{day:%Y%m%dT%H%M%SZ}-001", source_id)
        first = whole.setdefault(chunk[0].name, partition)
        if first is partition:
            _write(data_dir, catalog[source_id], partition, chunk)
        else:
            path = data_dir / warc_path_of(partition)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.hardlink_to(data_dir / warc_path_of(first))
            for table in (*LOG, raw.CRAWLS):
                frame = lake.read(table, first).with_columns(run_id=pl.lit(partition.run_id), captured_date=pl.lit(partition.captured_date))
                if table is raw.CAPTURES:
                    frame = frame.with_columns(warc_path=pl.lit(warc_path_of(partition)))
                lake.write(table, partition, frame)
        manifest = lake.manifest(partition.captured_date)
        manifest.entries[partition.stem] = Entry(parsed_from="other rules", parsed={staging.ARTICLES.name: ""}, status="accepted")
        lake.write_manifest(partition.captured_date, manifest)
        count += len(chunk)
    return count


def _chunks() -> list[tuple[str, Sequence[Sample]]]:
    kremlin = pages.kremlin()
    names = {sample.name for sample in kremlin}
    others = [sample for sample in pages.titled() if sample.name not in names]
    return list(_cut(RULED, kremlin)) + list(_cut(GENERIC, others))


def _cut(source_id: str, samples: Sequence[Sample]) -> Iterator[tuple[str, Sequence[Sample]]]:
    for start in range(0, len(samples), LARGEST):
        yield source_id, samples[start : start + LARGEST]


def _write(data_dir: Path, source: Source, partition: Partition, chunk: Sequence[Sample]) -> None:
    now = datetime.combine(partition.captured_date, datetime.min.time(), UTC)
    log = CrawlLog(Task(source, Run(partition.run_id, partition.captured_date, now, data_dir, Clock()), data_dir))
    for sample in chunk:
        log.keep(log.writer.write(log.draw_up(sample.url, "article", 200, HEADERS, sample.content, [])))
    log.write("ok", None, len(chunk), None)


def _reparse(folder: Path, size: int, processes: int) -> child.Measured:
    data_dir = folder / str(size)
    shutil.rmtree(data_dir / FOLDER, ignore_errors=True)
    environment = os.environ | {"NICHIRO_DATA_DIR": str(data_dir), "NICHIRO_CATALOG_DIR": str(folder / "catalog")}
    done = child.run([sys.executable, "-m", "nichiro", "reparse", "--json", "--processes", str(processes)], environment=environment)
    told = json.loads(done.output)
    articles = sum(source["articles_now"] for source in told["sources"])
    print(f"{told['pages']} pages by {processes}: {articles} articles, {done.seconds:.1f} s, {done.peak_mb:.0f} MB", file=sys.stderr)
    if told["pages"] < size or articles < told["pages"] / 2:
        raise RuntimeError(f"{told['pages']} pages and {articles} articles of {size}: not what was to be measured")
    return done


if __name__ == "__main__":
    report("reparse", measure)
