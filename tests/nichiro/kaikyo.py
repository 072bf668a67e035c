"""A lake of one fictional newspaper: two runs of a day, the first accepted, the second held. Without Great Expectations."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import yaml

from crawlers.catalog import load_catalog
from nichiro import partitions
from warehouse.archive import ArchiveWriter
from warehouse.lake import Lake, Partition
from warehouse.tables import raw

DAY = date(2026, 6, 28)
AT = datetime(2026, 6, 28, 23, 30, tzinfo=UTC)
SOURCE_ID = "jp_kaikyo_news"
HOSTILE = "https://www.kaikyo.example/news/\x1b[31m<script>.html"
RULES = {"headline": "css:h1", "body": "css:.text", "published": {"select": ["meta:date"]}}


def page(headline: str, day: str = "2026-06-28", tag: str = "h1") -> bytes:
    dated = f'<meta name="date" content="{day}">' if day else ""
    text = "<p>An invented harbour has waited three years for its ferry, and waits on.</p>" * 4
    return f'<html><head>{dated}</head><body><{tag}>{headline}</{tag}><div class="text">{text}</div></body></html>'.encode()


def declare(folder: Path, **changes: object) -> None:
    folder.mkdir(exist_ok=True)
    content = {
        "title": "Kaikyo News (fiction)", "genre": "news", "language": ["en"], "timezone": "Asia/Tokyo", "status": "active",
        "publisher": {"name": "海峡", "name_en": "Kaikyo News (fiction)", "country": "JP", "kind": "newspaper"},
        "discover": [{"kind": "rss", "url": "https://www.kaikyo.example/rss"}], "extract": [RULES],
    }  # fmt: skip
    (folder / f"{SOURCE_ID}.yml").write_text(yaml.safe_dump(content | changes), encoding="utf-8")


def crawl(data_dir: Path, number: int, pages: dict[str, bytes]) -> Partition:
    """One run's archive and log of these pages."""
    run_id = f"20260628T233000Z-{number:03d}"
    lake, partition = Lake(data_dir), Partition(DAY, run_id, SOURCE_ID)
    writer = ArchiveWriter(data_dir, SOURCE_ID, run_id)
    stored = [
        writer.write(
            writer.draw_up(url, 200, "OK", [("Content-Type", "text/html")], body, AT, [], kind="article", basis="observed")
        ).capture
        for url, body in pages.items()
    ]
    writer.close()
    lake.write(raw.CAPTURES, partition, pl.DataFrame(stored, schema=raw.CAPTURES.schema))
    for table in (raw.FETCHES, raw.DISCOVERIES):
        lake.write(table, partition, table.empty())
    row = {
        "run_id": run_id, "source_id": SOURCE_ID, "captured_date": DAY, "started_at": AT, "finished_at": AT, "first_date": DAY,
        "last_date": DAY, "state": "ok", "reason": None, "discovered_count": len(pages), "fetched_count": len(pages),
        "newest_text": None, "basis": "observed",
    }  # fmt: skip
    lake.write(raw.CRAWLS, partition, pl.DataFrame([row], schema=raw.CRAWLS.schema))
    return partition


def make_lake(data_dir: Path, catalog: Path) -> Lake:
    """The accepted run has two pages in quarantine, the held one an article and a page that cannot be read."""
    declare(catalog)
    crawl(data_dir, 1, {"https://www.kaikyo.example/1": page("Read"), "https://www.kaikyo.example/2": page("Undated", ""),
                        HOSTILE: page("Moved \x1b[31m<b>headline</b>", tag="h2")})
    held = crawl(data_dir, 2, {"https://www.kaikyo.example/4": page("Kept back"), "https://www.kaikyo.example/5": page("Gone", tag="h3")})
    lake = Lake(data_dir)
    partitions.parse(lake, load_catalog(catalog), lambda step, message: None)
    manifest = lake.manifest(DAY)
    for stem, entry in manifest.entries.items():
        is_held = stem == held.stem
        entry.status, entry.reasons = ("held", ["articles is 1, declared at least 2"]) if is_held else ("accepted", [])
    lake.write_manifest(DAY, manifest)
    return lake
