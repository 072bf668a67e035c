"""Bring your own: texts through the same scoring as the pipeline's, without a warehouse."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

import polars as pl

from nichiro.beat import load_beat
from nichiro.lexicons import load_lexicons
from nichiro.settings import load_settings
from nichiro.texts import given
from transforms.beat import Beat
from transforms.relevance import judge
from transforms.tone import tone

BATCH = 256   # lines scored at once: enough to vectorise, few enough to answer while a long input comes in


def score_lines(lines: Iterable[str]) -> Iterator[str]:
    """Score JSON lines; each comes back in its order with relevance, topics, passages and tone, or with an error."""
    beat, lexicons = load_beat(load_settings().beat), load_lexicons()
    numbered = (line for line in lines if line.strip())
    while batch := list(islice(numbered, BATCH)):
        read = [_line(line) for line in batch]
        good = [(number, row) for number, row in enumerate(read) if "error" not in row]
        scored = dict(zip((number for number, _ in good), _score([row for _, row in good], beat, lexicons), strict=True))
        for number, row in enumerate(read):
            yield json.dumps(row | scored.get(number, {}), ensure_ascii=False)


def _line(line: str) -> dict:
    try:
        row = given(line)
    except (ValueError, RecursionError) as error:
        return {"error": f"no JSON: {getattr(error, 'msg', None) or error}", "line": line.strip()[:200]}
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        return {"error": 'an object with a string "text" is needed', "line": line.strip()[:200]}
    return row


def _score(rows: list[dict], beat: Beat, lexicons: pl.DataFrame) -> list[dict]:
    from crawlers.language import language_of

    if not rows:
        return []
    epoch = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    articles = pl.DataFrame(
        {
            "capture_id": [hashlib.sha256(f"{number}{row['text']}".encode()).hexdigest()[:32] for number, row in enumerate(rows)],
            "source_id": "own",
            "headline": [str(row.get("headline") or "") for row in rows],
            "body": [row["text"] for row in rows],
            "body_state": [str(row.get("body_state") or "full") for row in rows],
            "language_code": [str(row.get("language") or language_of(row["text"])) for row in rows],
            "country_code": [str(row["country"]) if row.get("country") else None for row in rows],
            "publisher_kind": [str(row["kind"]) if row.get("kind") else None for row in rows],
            "captured_date": epoch.date(),
        },
        schema_overrides={"country_code": pl.String, "publisher_kind": pl.String},
    )
    judged = judge(articles, beat)
    tones = tone(articles, lexicons)
    by_capture = {row["capture_id"]: row for row in judged.relevance.iter_rows(named=True)}
    tone_of = {row["capture_id"]: row for row in tones.iter_rows(named=True)}
    passages = judged.passages.partition_by("capture_id", as_dict=True)
    topics = judged.topics.partition_by("capture_id", as_dict=True)
    scored = []
    for row in articles.iter_rows(named=True):
        capture = row["capture_id"]
        found = passages.get((capture,), judged.passages.clear())
        scored.append(
            {
                "language": row["language_code"],
                "relevance": by_capture[capture]["relevance"],
                "relevance_score": by_capture[capture]["relevance_score"],
                "topics": sorted(topics[(capture,)]["topic_id"]) if (capture,) in topics else [],
                "passages": found.select("field", "start_offset", "end_offset", "evidence", "terms").to_dicts(),
                "tone_score": tone_of[capture]["tone_score"],
                "tone_unscored_reason": tone_of[capture]["unscored_reason"],
                "method_version": {"relevance": by_capture[capture]["method_version"], "tone": tone_of[capture]["method_version"]},
            }
        )
    return scored
