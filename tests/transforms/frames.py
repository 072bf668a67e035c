"""Tiny frames for tests: a few columns by name, the rest filled with plain values of the contract's types."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import yaml

from transforms.beat import Beat
from warehouse.contract import UTC_INSTANT, Table
from warehouse.tables import marts, ops, raw, staging

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
FIRST = date(2026, 3, 2)   # a Monday
_PLAIN: dict[object, object] = {
    pl.String: "x", pl.Boolean: False, pl.Int32: 0, pl.Int64: 0, pl.UInt64: 0, pl.Float64: 0.0, pl.Date: FIRST,
    UTC_INSTANT: datetime(2026, 3, 2, 12, tzinfo=UTC), pl.List(pl.String): [], pl.List(pl.UInt64): [],
}


def day(number: int) -> date:
    """The day by number, from 0."""
    return FIRST + timedelta(days=number)


def noon(number: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, 2, hour, tzinfo=UTC) + timedelta(days=number)


def days(*numbers: int) -> pl.Series:
    return pl.Series("day", [day(number) for number in numbers], pl.Date)


def frame(table: Table, *rows: dict[str, object], **same: object) -> pl.DataFrame:
    """Rows of a table; ``same`` holds for all of them, the rest is plain."""
    plain = {
        column.name: None if column.nullable else (column.values[0] if column.values else _PLAIN[column.dtype])
        for column in table.columns
    }
    return table.conform(pl.DataFrame([plain | same | row for row in rows], schema=table.schema))


def source(source_id: str, country: str = "JP", languages: tuple[str, ...] = ("ja",), genre: str = "news", **more: object) -> pl.DataFrame:
    return frame(ops.SOURCES, {
        "source_id": source_id, "country_code": country, "languages": list(languages), "genre": genre,
        "status": "active", "publisher": f"{source_id} Co.", "access": "derive", **more,
    })


def topics(*topic_ids: str) -> pl.DataFrame:
    return frame(ops.TOPICS, *({"topic_id": topic_id, "title": topic_id} for topic_id in topic_ids))


def article(article_id: str, source_id: str = "jp_a", number: int = 0, **more: object) -> pl.DataFrame:
    """A marts.articles row published on day ``number``: strong, Japanese, news, no topic, not a copy."""
    return frame(marts.ARTICLES, {
        "article_id": article_id, "source_id": source_id, "country_code": "JP", "language_code": "ja", "genre": "news",
        "published_date": day(number), "published_at": noon(number), "relevance": "strong", **more,
    })


def health(source_id: str, numbers: range | list[int], state: str = "ok", basis: str = "observed") -> pl.DataFrame:
    return frame(
        ops.SOURCE_DAYS, *({"day": day(number)} for number in numbers),
        source_id=source_id, state=state, basis=basis, is_healthy=state in ("ok", "empty"),
    )


def version(capture_id: str, article_id: str, number: int, **more: object) -> pl.DataFrame:
    """A staging.articles row captured at noon of day ``number``."""
    return frame(staging.ARTICLES, {
        "capture_id": capture_id, "article_id": article_id, "captured_at": noon(number), "captured_date": day(number),
        "language_code": "en", "body_state": "full", **more,
    })


def text(body: str, headline: str = "A headline", language: str = "en", country: str = "GB", kind: str = "newspaper", **more: object) -> pl.DataFrame:
    """A staging.articles row as ``judge`` takes it."""
    row = version("c", "a", 0, body=body, headline=headline, language_code=language, **more)
    return row.with_columns(country_code=pl.lit(country), publisher_kind=pl.lit(kind))


def crawl(source_id: str, number: int, run_id: str = "r1", last: int | None = None, **more: object) -> pl.DataFrame:
    """A raw.crawls row: of day ``number``, or with ``last`` a backfill of the days from it to ``last``."""
    return frame(raw.CRAWLS, {
        "source_id": source_id, "run_id": run_id, "captured_date": day(number if last is None else 130),
        "first_date": day(number), "last_date": day(number if last is None else last),
        "basis": "observed" if last is None else "backfill", "state": "ok", **more,
    })


def load_beat(path: Path) -> Beat:
    return Beat(**yaml.safe_load(path.read_text(encoding="utf-8")))
