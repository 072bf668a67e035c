"""Measuring one log partition by today's beat, actors, word lists and models: from staging into the lake's enriched tables."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from nichiro.drafts import Draft, draft_of
from nichiro.tones import Models
from nichiro.workers import cores
from transforms import actor_mentions, copies, embedding, relevance, target_tone, tone
from transforms.actors import Directory
from transforms.beat import Beat
from warehouse.lake import Lake, Partition
from warehouse.tables import enriched, staging

ENRICHED = (
    enriched.RELEVANCE_TABLE, enriched.PASSAGES, enriched.TOPICS, enriched.MENTIONS, enriched.TONE, enriched.TARGET_TONE, enriched.DOCUMENT_TONE,
    enriched.SIGNATURES, enriched.EMBEDDINGS,
)  # fmt: skip
MANY = 400   # articles: eight seconds' work, and other processes take three to have the models at hand


@dataclass(frozen=True)
class Instruments:
    """What articles are measured with; ``publishers``: source_id, country_code, publisher_kind."""

    beat: Beat
    directory: Directory
    lexicons: pl.DataFrame
    models: Models
    publishers: pl.DataFrame


def measure_one(lake: Lake, instruments: Instruments, what: tuple[Partition, str]) -> Draft:
    """Measure the articles of one partition into the lake's ENRICHED tables; the manifest is the caller's. ``what``: with what it is made from."""
    partition, made_from = what
    beat, directory, models = instruments.beat, instruments.directory, instruments.models
    articles = lake.read(staging.ARTICLES, partition).join(instruments.publishers, on="source_id", how="left")
    judged = relevance.judge(articles, beat)
    verdicts = judged.relevance.filter(pl.col("relevance") != "none").select("capture_id", "relevance")
    on_beat = articles.join(verdicts, on="capture_id", maintain_order="left")
    named = actor_mentions.mentions(on_beat, directory)
    frames = {
        "enriched.relevance": judged.relevance,
        "enriched.passages": judged.passages,
        "enriched.topics": judged.topics,
        "enriched.mentions": named,
        "enriched.tone": tone.tone(articles, instruments.lexicons),
        "enriched.target_tone": target_tone.target_tone(on_beat, named, judged.passages, beat, directory, models.targets),
        "enriched.document_tone": target_tone.document_tone(on_beat, models.documents),
        "enriched.signatures": copies.signatures(articles),
        "enriched.embeddings": embedding.embeddings(articles, judged.relevance, judged.passages),
    }
    return draft_of(lake, partition, frames, made_from)


def hands(articles: int, partitions: int) -> int:
    """How many processes measure so much."""
    return min(cores(), partitions) if articles >= MANY else 1
