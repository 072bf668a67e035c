"""Ten years of enriched rows as the steps would have left them: lake partitions, manifests, and quiet daily runs.

The articles came in by a backfill of every quarter and source, 2,400 partitions. On top of that each of the 60 sources was
looked at on each of the 3,650 days and had nothing new: 219,000 partitions in manifests and release, whose files in the
lake are one file under many names, for no ordinary morning opens them.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.scale import outlets
from crawlers.catalog import load_catalog, sources
from crawlers.source import Source
from nichiro.lexicons import load_lexicons
from nichiro.measuring import ENRICHED
from nichiro.partitions import enriching, gating, open_for, parsing
from nichiro.tones import models
from transforms.actors import Directory
from transforms.beat import Beat
from transforms.health import source_days
from warehouse.columns import CANDIDATES, CREDITS, TURNS
from warehouse.contract import Table
from warehouse.lake import CONTRACT_VERSION, Entry, Lake, Manifest, Partition
from warehouse.settled import open_days
from warehouse.store import Candidate, publish
from warehouse.tables import ops, raw, staging

QUARTERS = [date(2016 + number // 4, 1 + number % 4 * 3, 1) for number in range(1, 42)]   # the last is that after the ten years
LOG = (raw.CAPTURES, raw.FETCHES, raw.DISCOVERIES, raw.CRAWLS)
PARSED = (staging.ARTICLES, staging.QUARANTINE, staging.OUTCOMES)
PER_SHINGLE = {"en": 12, "ja": 2, "ru": 14}   # characters of text for each hash kept of it: words of 6 or 7, every other shingle
COPIES = 0.04
LINKS = 50_000   # names of one file, of which ext4 permits 65,000


def write_backfills(data_dir: Path, catalog_dir: Path, count: int, topics: list[str], seed: int) -> None:
    """Write ``count`` articles, spread over ten years, into the lake, by two processes."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(partial(_write_quarter, data_dir, catalog_dir, count, topics, seed), range(len(QUARTERS) - 1)))
    del os.environ["POLARS_MAX_THREADS"]


def _write_quarter(data_dir: Path, catalog_dir: Path, count: int, topics: list[str], seed: int, number: int) -> None:
    lake, catalog = Lake(data_dir), load_catalog(catalog_dir)
    first, captured = QUARTERS[number : number + 2]
    numbers = range(count * number // (len(QUARTERS) - 1), count * (number + 1) // (len(QUARTERS) - 1))
    made = _Quarter(first, captured, numbers, list(catalog.values()), topics, np.random.default_rng([seed, number])).frames()
    manifest = Manifest()
    parts = {table: made[table.name].partition_by("source_id", as_dict=True) for table in (*LOG, *PARSED, *ENRICHED)}
    for source_id in catalog:
        partition = Partition(captured, f"{captured:%Y%m%d}T010000Z-001", source_id)
        entry = Entry(parsed_from="generator", gated="generator", enriched_from="generator", status="accepted")
        for table in (*LOG, *PARSED, *ENRICHED):
            frame = parts[table].get((source_id,), table.empty())
            digest = _write(lake.path(table, partition), table, frame)
            entry.counts[table.name] = frame.height
            if table in PARSED:
                entry.parsed[table.name] = digest
            elif table in ENRICHED:
                entry.enriched[table.name] = digest
        manifest.entries[partition.stem] = entry
    lake.write_manifest(captured, manifest)


def _probabilities() -> list[pl.Expr]:
    """Of a tone, by chance: the first digits of the capture's id."""
    negative = (pl.col("capture_id").str.slice(0, 4).str.to_integer(base=16) / 131_072).round(4)
    return [negative.alias("negative"), pl.lit(0.3).alias("neutral"), (0.7 - negative).round(4).alias("positive"), pl.lit(None, pl.String).alias("unscored_reason"),
            pl.when(negative >= 0.35).then(pl.lit("negative")).otherwise(pl.lit("positive")).alias("label"), pl.lit(value=True).alias("is_active")]  # fmt: skip


def _write(path: Path, table: Table, frame: pl.DataFrame) -> str:
    """As the lake does, but neither sealed nor synced; what a column may leave out is null."""
    buffer = BytesIO()
    absent = [column for column in table.columns if column.nullable and column.name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, column.dtype).alias(column.name) for column in absent)
    table.conform(frame).write_parquet(buffer, compression="zstd", metadata={CONTRACT_VERSION: str(table.version)})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(buffer.getvalue())
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def add_quiet_days(data_dir: Path, catalog: dict[str, Source], beat: Beat, directory: Directory) -> None:
    """Add a daily run of every source on every day to the manifests and to the release, and mark all days as done with."""
    lake, days = Lake(data_dir), pl.date_range(QUARTERS[0], QUARTERS[-1], eager=True)
    entry = Entry(parsed_from="generator", gated="generator", enriched_from="generator", status="accepted")
    for table in (*PARSED, *ENRICHED):
        (entry.parsed if table in PARSED else entry.enriched)[table.name] = hashlib.sha256(table.name.encode()).hexdigest()
        entry.counts[table.name] = 0
    quiet = entry.model_dump_json()
    names: list[Path] = []
    for day in days:
        stems = [Partition(day, f"{day:%Y%m%d}T233000Z-001", source_id).stem for source_id in catalog]
        path = lake.manifest_path(day)
        before = path.read_text() if path.exists() else Manifest().model_dump_json()
        head = before.rstrip().removesuffix("}").rstrip().removesuffix("}").rstrip()
        path.write_text(head + ("," if head.endswith("}") else "") + ",".join(f'"{stem}":{quiet}' for stem in stems) + "}}")
        folder = lake.path(raw.CRAWLS, Partition(day, "", "")).parent
        folder.mkdir(parents=True, exist_ok=True)
        names += [folder / f"{stem}.parquet" for stem in stems]
    for start in range(0, len(names), LINKS):
        _write(names[start], raw.CRAWLS, raw.CRAWLS.empty())
        for name in names[start + 1 : start + LINKS]:
            name.hardlink_to(names[start])
    for step, methods in (("parse", parsing(catalog)), ("gate", gating(catalog)), ("enrich", enriching(beat, directory, load_lexicons(), models()))):
        with open_for(lake, step, methods):
            pass
    _publish(lake, catalog, days, entry)


def _publish(lake: Lake, catalog: dict[str, Source], days: pl.Series, entry: Entry) -> None:
    candidate = Candidate.start(lake.data_dir)
    at = pl.col("captured_date").cast(pl.Datetime("us", "UTC")) + pl.duration(hours=23, minutes=30)
    runs = days.alias("captured_date").to_frame().join(pl.DataFrame({"source_id": list(catalog)}), how="cross").with_columns(
        run_id=pl.col("captured_date").dt.strftime("%Y%m%dT233000Z-001"))
    candidate.insert(raw.CRAWLS, runs.with_columns(
        started_at=at, finished_at=at, first_date="captured_date", last_date="captured_date", state=pl.lit("empty"), reason=pl.lit(None),
        discovered_count=pl.lit(0), fetched_count=pl.lit(0), newest_text=pl.lit(None), basis=pl.lit("observed")))
    candidate.insert(ops.PARTITIONS, runs.with_columns(
        fingerprint=pl.lit(entry.fingerprint()), status=pl.lit("accepted"), reasons=pl.lit([], pl.List(pl.String)),
        capture_count=pl.lit(0), article_count=pl.lit(0), quarantined_count=pl.lit(0)))
    candidate.delete(ops.SOURCE_DAYS, candidate.read(ops.SOURCES, columns=["source_id"]))
    candidate.insert(ops.SOURCE_DAYS, source_days(candidate.read(raw.CRAWLS), candidate.read(ops.PARTITIONS), sources(catalog)).sort("day", "source_id"))
    with open_days(lake, candidate.settled):
        pass
    candidate.close()
    publish(lake.data_dir, f"{QUARTERS[-1]:%Y%m%d}T020000Z-001", keep=2)


@dataclass(frozen=True)
class _Quarter:
    """The articles of one quarter, all sources, captured on the day after; the frames of every table of log and lake."""

    first: date
    captured: date
    numbers: range
    sources: list[Source]
    topics: list[str]
    rng: np.random.Generator

    def frames(self) -> dict[str, pl.DataFrame]:
        articles = self._articles()
        measured = articles.select("capture_id", "source_id", "captured_date", method=pl.lit("generator"), method_version=pl.lit("1"))
        fetched = articles.select("capture_id", "run_id", "source_id", "url", "captured_at", "captured_date", "basis", kind=pl.lit("article"), http_status=pl.lit(200))
        relevance = pl.Series("relevance", self.rng.choice(["strong", "passage", "none"], len(articles), p=[0.2, 0.1, 0.7]), pl.String)
        passages = measured.with_columns(relevance, count=relevance.replace_strict({"strong": 3, "passage": 1, "none": 0}, return_dtype=pl.Int64))
        chosen = pl.DataFrame({"topics": [[self.topics[place]] for place in self.rng.integers(0, len(self.topics), len(articles))]})
        scored = pl.Series("tone_score", np.round(self.rng.normal(0, 0.4, len(articles)).clip(-1, 1), 2)).set(
            pl.Series(self.rng.random(len(articles)) < 0.2), None)
        single = passages.with_columns(chosen["topics"])
        each = single.select(pl.all().exclude("count"), place=pl.int_ranges("count")).explode("place", empty_as_null=False, keep_nulls=False)
        return {
            "raw.captures": fetched.with_columns(
                media_type=pl.lit("text/html"), charset=pl.lit("utf-8"), redirect_url=pl.lit(None), body_bytes=pl.lit(40_000),
                body_sha256=pl.col("capture_id") + pl.col("capture_id"), warc_offset=pl.int_range(pl.len()).over("source_id") * 9_000,
                warc_path=pl.format("archive/{}/{}/{}.warc.gz", "source_id", pl.lit(f"{self.captured:%Y/%m}"), "run_id"),
            ),
            "raw.fetches": fetched.rename({"captured_at": "requested_at"}).with_columns(
                fetch_id=pl.col("capture_id").str.reverse(), outcome=pl.lit("ok"), detail=pl.lit(None)),
            "raw.discoveries": fetched.drop("kind", "http_status").with_columns(
                discovery_id=pl.col("capture_id").str.reverse(), via=pl.lit("archive"), position=pl.lit(0), item_count=pl.lit(1), headline=pl.lit(None),
                published_text=pl.lit(None), decision=pl.lit("fetched")),
            "raw.crawls": self._crawls(articles),
            "staging.articles": articles,
            "staging.quarantine": staging.QUARANTINE.empty(),
            "staging.outcomes": fetched.select("capture_id", "run_id", "source_id", "captured_date", outcome=pl.lit("article"), reason=pl.lit(None), method_version=pl.lit("1")),
            "enriched.relevance": passages.rename({"count": "passage_count"}).with_columns(
                relevance_score=pl.col("passage_count") * 2.5, passage_share=pl.col("passage_count") / 10),
            "enriched.passages": each.with_columns(
                start_offset=pl.col("place") * 200, end_offset=pl.col("place") * 200 + 160, field=pl.lit("body"), evidence=pl.lit("co_occurrence"),
                terms=pl.concat_list(pl.lit("fiction"), pl.col("topics").list.first()),
            ).drop("relevance", "place"),
            "enriched.topics": single.filter(pl.col("relevance") == "strong").select(
                pl.all().exclude("relevance", "count", "topics"), topic_id=pl.col("topics").list.first(), passage_count=pl.lit(3)),
            "enriched.mentions": each.select(
                pl.all().exclude("relevance", "count", "topics", "place"), field=pl.lit("body"), start_offset=pl.col("place") * 200,
                end_offset=pl.col("place") * 200 + 7, surface=pl.lit("Fiction"), actor_id=pl.concat_str(pl.lit("fiction_"), pl.col("topics").list.first()),
                candidates=pl.concat_list(pl.concat_str(pl.lit("fiction_"), pl.col("topics").list.first())), office_ids=pl.lit([], pl.List(pl.String)),
                resolved_by=pl.lit("full_name")),
            "enriched.tone": measured.with_columns(
                scored, positive_count=pl.lit(3), negative_count=pl.lit(2), token_count=pl.lit(400),
                unscored_reason=pl.when(scored.is_null()).then(pl.lit("no_tone_words"))),
            "enriched.target_tone": each.select(
                pl.all().exclude("relevance", "count", "topics", "place"), *_probabilities(), field=pl.lit("body"), start_offset=pl.col("place") * 200,
                end_offset=pl.col("place") * 200 + 5, sentence_start=pl.col("place") * 200, sentence_end=pl.col("place") * 200 + 90, surface=pl.lit("Japan"),
                target_id=pl.when(pl.col("place") % 2 == 0).then(pl.lit("JP")).otherwise(pl.lit("RU")), voice=pl.lit("author"), speaker=pl.lit(None),
                speaker_actor_id=pl.lit(None)),
            "enriched.document_tone": single.filter(pl.col("relevance") != "none").select(pl.all().exclude("relevance", "count", "topics"), *_probabilities()),
            "enriched.signatures": measured.with_columns(self._signatures(articles), shingle_count=pl.col("source_id").str.len_chars() + 500),
            "enriched.embeddings": self._embeddings(single, articles),
        }

    def _articles(self) -> pl.DataFrame:
        count, rng = len(self.numbers), self.rng
        weights = 1 / (2 + np.arange(len(self.sources)) * 7 % len(self.sources))   # a few sources publish most
        places = rng.choice(len(self.sources), count, p=weights / weights.sum())
        sources = [self.sources[place] for place in places]
        strong = rng.random(count) < 0.2
        bodies = ["\n".join(outlets.text(source.language[0], bool(on), rng)) for source, on in zip(sources, strong, strict=True)]
        seen = datetime.combine(self.captured, time(1), UTC)
        frame = pl.DataFrame({
            "number": list(self.numbers),
            "capture_id": [rng.bytes(16).hex() for _ in range(count)],
            "article_id": [rng.bytes(8).hex() for _ in range(count)],
            "source_id": [source.source_id for source in sources],
            "host": [source.discover[0].url.split("/")[2] for source in sources],
            "headline": [outlets.headline(source.language[0], number) for source, number in zip(sources, self.numbers, strict=True)],
            "body": bodies,
            "language_code": [source.language[0] for source in sources],
            "genre": [source.genre for source in sources],
            "published_date": [self.first + timedelta(days=int(day)) for day in rng.integers(0, (self.captured - self.first).days, count)],
            "minute": rng.integers(60, 720, count),   # the same day in Moscow, Tokyo and London
        }, schema_overrides={"published_date": pl.Date, "capture_id": pl.String, "article_id": pl.String})
        url = pl.format("http://{}/{}/{}.html", "host", pl.col("published_date").dt.strftime("%Y/%m/%d"), "number")
        return frame.with_columns(
            url=url, canonical_url=url, run_id=pl.lit(f"{self.captured:%Y%m%d}T010000Z-001"), is_alternate_view=pl.lit(value=False), byline=pl.lit(None),
            authors=pl.lit([], pl.List(pl.String)), credits=pl.lit([], CREDITS), turns=pl.lit([], TURNS), published_candidates=pl.lit([], CANDIDATES),
            is_provisional_translation=pl.lit(value=False), published_zone=pl.lit("+00:00"), published_confidence=pl.lit(0.9), lede=pl.lit(None), body_length=pl.col("body").str.len_chars().cast(pl.Int64), body_state=pl.lit("full"),
            published_at=pl.col("published_date").cast(pl.Datetime("us", "UTC")) + pl.duration(minutes="minute"), published_precision=pl.lit("minute"),
            published_method=pl.lit("css"), published_text=pl.col("published_date").cast(pl.String), modified_at=pl.lit(None), event_date=pl.lit(None),
            content_sha256=pl.col("capture_id") + pl.col("capture_id"), captured_at=pl.lit(seen), captured_date=pl.lit(self.captured), basis=pl.lit("backfill"),
            method=pl.lit("rules"), method_version=pl.lit("1"),
        ).drop("number", "host", "minute")

    def _signatures(self, articles: pl.DataFrame) -> pl.Series:
        """As many even numbers by chance as the text is long; COPIES of the texts have those of an earlier one."""
        per = articles["language_code"].replace_strict(PER_SHINGLE, return_dtype=pl.Int64)
        lengths = (articles["body_length"] // per).to_numpy()
        values = pl.Series(self.rng.integers(0, 2**63, lengths.sum(), dtype=np.uint64) * np.uint64(2))
        owners = pl.Series(np.repeat(np.arange(len(articles)), lengths))
        signed = pl.DataFrame({"owner": owners, "signature": values}).group_by("owner", maintain_order=True).agg(pl.col("signature").sort())["signature"]
        sources = np.arange(len(articles))
        for language in PER_SHINGLE:
            mine = np.flatnonzero(articles["language_code"] == language)
            for place in np.flatnonzero(self.rng.random(len(mine)) < COPIES):
                sources[mine[place]] = mine[self.rng.integers(0, place + 1)]
        return signed.gather(sources).alias("signature")

    def _embeddings(self, single: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
        """Of what is on the beat: one of five events a day, told with noise, and a key that others share."""
        days = single.with_columns(articles["published_date"]).filter(pl.col("relevance") != "none")
        events = (days["published_date"].dt.epoch("d") * 5 + pl.Series(self.rng.integers(0, 5, days.height))).to_numpy()
        names, places = np.unique(events, return_inverse=True)
        vectors = self.rng.standard_normal((len(names), 512), np.float32)[places] + 0.9 * self.rng.standard_normal((days.height, 512), np.float32)
        vectors *= 1000 / np.linalg.norm(vectors, axis=1, keepdims=True)
        return days.select(
            "capture_id", "source_id", "captured_date", "method", "method_version",
            embedding=pl.Series(list(np.rint(vectors).astype(np.int16)), dtype=pl.List(pl.Int16)), phonetic_keys=pl.Series([[f"n:{event % 997}"] for event in events]),
        )

    def _crawls(self, articles: pl.DataFrame) -> pl.DataFrame:
        seen = datetime.combine(self.captured, time(1), UTC)
        found = articles.group_by("source_id").agg(discovered_count=pl.len(), fetched_count=pl.len())
        return pl.DataFrame({"source_id": [source.source_id for source in self.sources]}).with_columns(
            run_id=pl.lit(f"{self.captured:%Y%m%d}T010000Z-001"), captured_date=pl.lit(self.captured), started_at=pl.lit(seen), finished_at=pl.lit(seen),
            first_date=pl.lit(self.first), last_date=pl.lit(self.captured - timedelta(days=1)), state=pl.lit("ok"), reason=pl.lit(None),
            newest_text=pl.lit(None), basis=pl.lit("backfill"),
        ).join(found, on="source_id", how="left").with_columns(pl.col("discovered_count", "fetched_count").fill_null(0))
