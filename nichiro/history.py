"""What the guard learns from: the last days of a candidate, as ``expectations.measures.History`` describes them."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from expectations.dirt import SAME
from expectations.measures import DOCUMENTS, HEALTH, PAGES, History
from warehouse.lake import Lake, Partition
from warehouse.store import Candidate
from warehouse.tables.enriched import SIGNATURES

LONG_ENOUGH = 20   # shingles; a shorter text is a caption, and repeats

_DOCUMENTS = """
SELECT s.source_id || '|' || s.article_id AS key, s.source_id, s.language_code,
    CASE s.basis WHEN 'observed' THEN s.captured_date ELSE s.published_date END AS day,
    c.article_id IS NOT NULL AS is_copy,
    CASE s.body_state WHEN 'full' THEN s.body_length END AS body_length,
    t.tone_score,
    CASE s.basis WHEN 'observed' THEN s.captured_date - s.published_date END AS age_days
FROM staging.articles s
JOIN ops.fates f ON f.capture_id = s.capture_id AND f.captured_date >= {since}
LEFT JOIN enriched.tone t ON t.capture_id = s.capture_id AND t.captured_date >= {since}
LEFT JOIN enriched.copies c ON c.article_id = s.article_id
WHERE f.fate = 'article' AND s.captured_date BETWEEN {since} AND {until}
    AND (s.basis = 'observed' OR s.published_date >= {since})
"""
_PAGES = """
SELECT o.source_id || '|' || o.capture_id AS key, o.source_id, o.captured_date AS day, o.reason
FROM staging.outcomes o
JOIN ops.partitions p USING (captured_date, run_id, source_id)
WHERE o.captured_date BETWEEN {since} AND {until} AND p.status = 'accepted'
    AND o.outcome IN ('article', 'quarantined') AND coalesce(o.reason, '') <> 'unreadable_feed'
"""
_HEALTH = """
SELECT source_id || '|' || day AS key, source_id, day, is_healthy
FROM ops.source_days
WHERE day BETWEEN {since} AND {until} AND basis = 'observed'
"""
# Lengths first: signatures lie in the lake, and few texts are equally long.
_EQUALLY_LONG = """
SELECT s.capture_id, s.captured_date, s.run_id, s.source_id, s.body_length, g.shingle_count
FROM staging.articles s
JOIN ops.fates f ON f.capture_id = s.capture_id AND f.captured_date >= {since}
JOIN enriched.signatures g ON g.capture_id = s.capture_id AND g.captured_date >= {since}
WHERE f.fate = 'article' AND s.captured_date BETWEEN {since} AND {until} AND g.shingle_count >= {long_enough}
QUALIFY count(*) OVER (PARTITION BY s.source_id, s.body_length, g.shingle_count) >= {same}
"""


def read_history(candidate: Candidate, lake: Lake, window_days: int, until: date | None = None) -> History | None:
    """The last ``window_days`` captured days up to ``until``, or to the newest; None where nothing was captured."""
    newest = until or candidate.query("SELECT max(captured_date) AS day FROM ops.partitions")["day"][0]
    if newest is None:
        return None
    numbers = {
        "since": f"DATE '{newest - timedelta(days=window_days - 1)}'", "until": f"DATE '{newest}'",
        "long_enough": LONG_ENOUGH, "same": SAME,
    }

    def read(sql: str, schema: pl.Schema) -> pl.DataFrame:
        return candidate.query(sql.format(**numbers)).select(pl.col(name).cast(dtype) for name, dtype in schema.items())

    repeated = _repeated(lake, candidate.query(_EQUALLY_LONG.format(**numbers)))
    return History(newest, read(_DOCUMENTS, DOCUMENTS), read(_PAGES, PAGES), read(_HEALTH, HEALTH), repeated)


def _repeated(lake: Lake, texts: pl.DataFrame) -> pl.Series:
    """Those of some texts, all of a length that SAME texts of their source have, whose signature is that of as many."""
    where = texts.select("captured_date", "run_id", "source_id").unique().sort(pl.all())
    signatures = lake.read_all(SIGNATURES, [Partition(*row) for row in where.iter_rows()], ["capture_id", "signature"])
    alike = pl.len().over("source_id", "body_length", pl.col("signature").hash())
    return texts.join(signatures, on="capture_id").filter(alike >= SAME)["capture_id"].sort()
