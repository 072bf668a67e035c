"""A fictional web crawled on several days, all of it built at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from crawlers.catalog import sources
from crawlers.source import Source
from nichiro.beat import topics
from nichiro.build import build
from nichiro.pipeline import Pipeline
from nichiro.settings import PROJECT, load_settings
from tests.crawlers.web import Web
from tests.torture.web import Pages
from warehouse.store import Candidate

FIRST = datetime(2026, 5, 3, 23, 30, tzinfo=UTC)


def candidate_after(
    folder: Path, declared: Iterable[Source], pages_on: Callable[[int], Pages], days: Iterable[int]
) -> Candidate:
    """The candidate below ``folder / "data"`` after a daily run on each of these days, counted from FIRST."""
    (folder / "catalog").mkdir()
    for each in declared:
        text = yaml.safe_dump(each.model_dump(mode="json", exclude={"source_id"}, exclude_unset=True), allow_unicode=True)
        (folder / "catalog" / f"{each.source_id}.yml").write_text(text, encoding="utf-8")
    with Web({}) as web:
        for day in days:
            web.pages = pages_on(day)
            now = FIRST + timedelta(days=day)
            settings = load_settings(
                data_dir=folder / "data", catalog_dir=folder / "catalog", beat=PROJECT / "beats" / "japan_russia.yml",
                proxy=web.url, clock=now.isoformat(), contact="https://nichiro.example/tests",
            )
            pipeline = Pipeline(settings, now.date())
            pipeline.crawl()
            pipeline.parse()
    pipeline.gate()
    pipeline.enrich()
    candidate = Candidate.start(folder / "data")
    build(pipeline.lake, candidate, sources(pipeline.catalog), topics(pipeline.beat))
    return candidate
