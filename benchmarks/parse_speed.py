"""Processor milliseconds a page: ours beside trafilatura with metadata and beside lxml's bare parse, on the same pages.

``ruled``: pages of en.kremlin.ru and of the Japanese press, by the rules of their sources, from bytes to all fields.
``generic``: pages of the article extraction benchmark. Each figure is the least of three rounds, all in this one call;
trafilatura gets decoded text, ours decodes. ``--quick``: each fourth page.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from lxml.html import HTMLParser, document_fromstring

from benchmarks import child, pages, peers
from benchmarks.extraction import RULES
from benchmarks.form import OURS, Row, report
from benchmarks.pages import Sample
from crawlers.catalog import load_source
from crawlers.extract import extract
from crawlers.source import Source
from nichiro.settings import Settings

READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
ROUNDS = 3
LXML, TRAFILATURA = "lxml (bare parse)", "trafilatura (with metadata)"


def measure(quick: bool) -> list[Row]:
    """All rows of all systems."""
    step = 4 if quick else 1
    folder = Settings().catalog_dir
    kremlin = load_source(folder / "ru_kremlin_news_en.yml")
    ruled: list[tuple[Sample, Source | None]] = [(sample, kremlin) for sample in pages.kremlin()[::step]]
    ruled += [(sample, load_source(folder / f"{RULES[sample.name]}.yml")) for sample in pages.press() if sample.name in RULES]
    generic: list[tuple[Sample, Source | None]] = [(sample, None) for sample in pages.extraction_benchmark()[::step]]
    return [*_rows("ruled", ruled), *_rows("generic", generic)]


def _rows(dataset: str, chosen: Sequence[tuple[Sample, Source | None]]) -> list[Row]:
    samples = [sample for sample, _ in chosen]
    bodies = [sample.html.encode() for sample in samples]
    rounds: dict[str, list[float]] = {OURS: [], LXML: [], TRAFILATURA: []}
    for _ in range(ROUNDS):
        rounds[OURS].append(_ms(len(chosen), lambda: [extract(item.content, item.url, READ_AT, source) for item, source in chosen]))
        rounds[LXML].append(_ms(len(chosen), lambda: [document_fromstring(body, HTMLParser(encoding="utf-8")) for body in bodies]))
        rounds[TRAFILATURA].append(_trafilatura(samples))
    least = {system: min(found) for system, found in rounds.items()}
    ratios = {
        "ratio_trafilatura_to_nichiro": least[TRAFILATURA] / least[OURS], "ratio_nichiro_to_lxml": least[OURS] / least[LXML],
    }  # fmt: skip
    rows = [Row(system, dataset, "cpu_ms", round(value, 3), len(chosen)) for system, value in least.items()]
    return [*rows, *(Row(OURS, dataset, metric, round(value, 2), len(chosen)) for metric, value in ratios.items())]


def _ms(count: int, run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return 1000 * (time.process_time() - start) / count


def _trafilatura(samples: Sequence[Sample]) -> float:
    lines = "\n".join(json.dumps({"url": sample.url, "html": sample.html}) for sample in samples)
    done = child.run([peers.python(), str(peers.FOLDER / "speed_script.py")], environment=dict(os.environ), text=lines)
    return float(json.loads(done.output)["ms"])


if __name__ == "__main__":
    report("parse_speed", measure)
