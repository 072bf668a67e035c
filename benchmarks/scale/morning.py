"""What a morning finds: 2,000 pages of 60 sources, in WARC files and log as the crawler writes them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.scale import outlets
from crawlers.log import CrawlLog, Task
from crawlers.source import Source
from nichiro.run import Run

LATE = 0.05        # pages of articles that are up to 60 days old
REPRINTED = 0.05   # pages whose text another source had on that day
HEADERS = [("Content-Type", "text/html; charset=utf-8")]


def write_captures(data_dir: Path, catalog: dict[str, Source], run: Run, pages: int, seed: int) -> None:
    """Archive and log one run's pages, spread evenly over the sources of the catalog."""
    rng, random = np.random.default_rng([seed, pages]), Random(seed)
    told: dict[str, list[list[str]]] = {}
    for number, source in enumerate(catalog.values()):
        task = Task(source, run, data_dir)
        log, language, url = CrawlLog(task), source.language[0], source.discover[0].url.removesuffix("feed.xml")
        fetched = range(number, pages, len(catalog))
        log.keep(log.writer.write(log.draw_up(f"{url}feed.xml", "feed", 200, [("Content-Type", "application/xml")], b"<rss/>", [])))
        for page in fetched:
            before = told.setdefault(language, [])
            is_reprint = before and random.random() < REPRINTED
            paragraphs = random.choice(before) if is_reprint else _mixed(outlets.text(language, random.random() < 0.3, rng), language, random)
            before.append(paragraphs)
            day = run.run_date - timedelta(days=random.randint(1, 60) if random.random() < LATE else 0)
            at = datetime.combine(day, time(random.randint(0, 8), random.randint(0, 59)), ZoneInfo(source.timezone))
            text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
            html = outlets.PAGE.format(
                language=language, headline=outlets.headline(language, page), at=at.isoformat(), text=text, menu=outlets.MENU)
            page_url = f"{url}{day:%Y/%m/%d}/{run.run_id[:8]}{page}.html"
            log.keep(log.writer.write(log.draw_up(page_url, "article", 200, HEADERS, html.encode(), [])))
        log.write("ok", None, len(fetched), None)


def _mixed(paragraphs: list[str], language: str, random: Random) -> list[str]:
    """The paragraphs but for the first three in an order of words of their own: the pool is small, and no two pages repeat each other."""
    between = "" if language == "ja" else " "
    parts = [list(paragraph) if language == "ja" else paragraph.split() for paragraph in paragraphs]
    return paragraphs[:3] + [between.join(random.sample(words, len(words))) for words in parts[3:]]
