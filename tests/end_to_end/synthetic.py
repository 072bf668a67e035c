"""A made-up log for the law of the data: partitions as the crawl, the parser and the enrichment would have written them.

Late articles, re-crawls, revisions that move their day, alternate views, 304 answers, copies, held partitions, two runs
a day: everything that could make an incremental build differ from a full one, and no text.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

import polars as pl

from warehouse.contract import Table
from warehouse.lake import Entry, Lake, Partition
from warehouse.tables import enriched, ops, raw, staging

FIRST = date(2026, 3, 2)
ZONES = {"JP": "Asia/Tokyo", "RU": "Europe/Moscow", "GB": "Europe/London"}
SOURCES = (
    ("jp_a_op", "JP", "ja", "op_ed"), ("jp_b_press", "JP", "en", "official_statement"), ("ru_c_news", "RU", "ru", "news"),
    ("ru_d_press", "RU", "ru", "official_statement"), ("gb_e_news", "GB", "en", "news"), ("gb_f_wire", "GB", "en", "wire"),
)
TOPICS = ("territory", "energy", "visits")
ACTORS = ("first_actor", "second_actor")
BUSY_ACTOR = "busy_actor"   # named on three days
TARGETS = ("JP", "RU", "first_actor")
METHOD = {"method": "synthetic", "method_version": "1"}


def sources() -> pl.DataFrame:
    rows = [
        {
            "source_id": source_id, "title": source_id, "country_code": country,
            "publisher": "Office" if genre == "official_statement" else source_id,
            "publisher_kind": "government" if genre == "official_statement" else "newspaper", "genre": genre, "languages": [language], "status": "active",
            "timezone": ZONES[country], "access": "derive", "licence": None, "rules_sha256": "0", "min_articles_per_day": None,
            "archive_days": None if genre == "official_statement" else 30, "usual_gap_days": 7.0,
        }
        for source_id, country, language, genre in SOURCES
    ]
    return ops.SOURCES.conform(pl.DataFrame(rows, schema=ops.SOURCES.schema))


def topics() -> pl.DataFrame:
    return ops.TOPICS.conform(pl.DataFrame({"topic_id": TOPICS, "title": TOPICS}))


def _id(*parts: object) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


@dataclass
class Document:
    article_id: str
    source: tuple[str, str, str, str]
    published_date: date
    published_at: datetime
    signature: list[int]
    relevance: str
    topics: list[str]
    tone: float | None
    versions: int = 0


@dataclass
class World:
    """All partitions of ``days`` days, by captured day; ``write(lake, day)`` puts one day into the lake."""

    seed: int
    days: int = 120
    per_day: int = 7
    captures: dict[Partition, list[dict]] = field(default_factory=dict)
    held: set[Partition] = field(default_factory=set)

    def __post_init__(self) -> None:
        random = Random(self.seed)
        documents: list[Document] = []
        for number in range(self.days):
            day = FIRST + timedelta(days=number)
            for run in (1, 2):
                for source in SOURCES:
                    partition = Partition(day, f"{day:%Y%m%d}T2330{run:02d}Z-001", source[0])
                    self.captures[partition] = []
                    if random.random() < 0.02:
                        self.held.add(partition)
        for number in range(self.days):
            day = FIRST + timedelta(days=number)
            for count in range(self.per_day * (3 if _is_busy(day) else 1)):   # enough for a spike, which then has reasons
                document = self._document(random, documents, day, count)
                documents.append(document)
                late = random.randint(1, 60) if random.random() < 0.05 else 0
                if number + late < self.days:
                    self._capture(random, document, day + timedelta(days=late), "article")
                if random.random() < 0.3 and number + late + 1 < self.days:
                    again = random.choice(["unchanged", "same", "revision", "moved", "alternate", "quarantined"])
                    self._capture(random, document, day + timedelta(days=late + random.randint(0, 1)), again)

    def _document(self, random: Random, documents: list[Document], day: date, count: int) -> Document:
        source = random.choice(SOURCES)
        signature = sorted(random.getrandbits(63) for _ in range(40))
        earlier = [other for other in documents[-60:] if other.source[2] == source[2] and other.source != source]
        if earlier and random.random() < 0.25:
            model = random.choice(earlier)
            signature = sorted({*model.signature[: random.randint(20, 40)], *signature[: random.randint(0, 10)]})
        relevance = random.choices(["strong", "passage", "none"], [4, 1, 5])[0]
        return Document(
            _id(self.seed, day, count)[:16], source, day, datetime(day.year, day.month, day.day, random.randint(0, 14), tzinfo=UTC),
            signature, "strong" if _is_busy(day) else relevance, [] if relevance == "none" else random.sample(TOPICS, random.randint(0, 2)),
            random.choice([None, -1.0, -0.5, 0.25, 1.0]),
        )

    def _capture(self, random: Random, document: Document, captured: date, how: str) -> None:
        run = random.choice([1, 2])
        partition = Partition(captured, f"{captured:%Y%m%d}T2330{run:02d}Z-001", document.source[0])
        if how in ("revision", "moved"):
            document.versions += 1
        shift = timedelta(days=random.randint(-2, 2)) if how == "moved" else timedelta()
        self.captures[partition].append(
            {"document": document, "how": how, "version": document.versions, "shift": shift, "topics": list(document.topics),
             "capture_id": _id(self.seed, document.article_id, captured, how, len(self.captures[partition]))[:32],
             "captured_at": datetime(captured.year, captured.month, captured.day, 23, 30, run, tzinfo=UTC)}
        )

    def captured_days(self) -> list[date]:
        return sorted({partition.captured_date for partition in self.captures})

    def write(self, lake: Lake, day: date) -> None:
        """Put all partitions of one captured day into the lake, gated and enriched."""
        manifest = lake.manifest(day)
        for partition, captures in self.captures.items():
            if partition.captured_date != day:
                continue
            entry = Entry(parsed_from="1", gated="1", enriched_from="1", status="held" if partition in self.held else "accepted")
            for name, frame in self._frames(partition, captures).items():
                table = _TABLES[name]
                digest = lake.write(table, partition, frame)
                entry.counts[name] = frame.height
                if table.zone == "staging":
                    entry.parsed[name] = digest
                elif table.zone == "enriched":
                    entry.enriched[name] = digest
            manifest.entries[partition.stem] = entry
        lake.write_manifest(day, manifest)

    def _frames(self, partition: Partition, captures: list[dict]) -> dict[str, pl.DataFrame]:
        rows: dict[str, list[dict]] = {name: [] for name in _TABLES}
        common = {"run_id": partition.run_id, "source_id": partition.source_id, "captured_date": partition.captured_date}
        at = datetime(partition.captured_date.year, partition.captured_date.month, partition.captured_date.day, 23, 30, tzinfo=UTC)
        rows["raw.crawls"].append(common | {
            "started_at": at, "finished_at": at, "first_date": partition.captured_date, "last_date": partition.captured_date,
            "state": "down" if int(_id(partition), 16) % 40 == 0 else "ok", "reason": None, "discovered_count": len(captures),
            "fetched_count": len(captures), "newest_text": None, "basis": "observed",
        })
        for capture in captures:
            self._rows(rows, common, capture)
        return {name: pl.DataFrame(rows[name], schema=table.schema) for name, table in _TABLES.items()}

    def _rows(self, rows: dict[str, list[dict]], common: dict, capture: dict) -> None:
        document, how = capture["document"], capture["how"]
        key = common | {"capture_id": capture["capture_id"]}
        url = f"http://{document.source[0]}.example/{document.article_id}{'/print' if how == 'alternate' else ''}"
        rows["raw.captures"].append(key | {
            "kind": "article", "url": url, "captured_at": capture["captured_at"], "http_status": 304 if how == "unchanged" else 200,
            "media_type": "text/html", "charset": None, "redirect_url": None, "body_bytes": 0, "body_sha256": "0",
            "warc_path": "none", "warc_offset": 0, "basis": "observed",
        })
        outcome = {"unchanged": "unchanged", "quarantined": "quarantined"}.get(how, "article")
        reason = "no_date" if outcome == "quarantined" else None
        rows["staging.outcomes"].append(key | {"outcome": outcome, "reason": reason, "method_version": "1"})
        if outcome == "quarantined":
            rows["staging.quarantine"].append(key | METHOD | {"url": url, "reason": reason, "detail": None, "captured_at": capture["captured_at"]})
        if outcome != "article":
            return
        rows["staging.articles"].append(key | METHOD | {
            "article_id": document.article_id, "url": url, "canonical_url": url.removesuffix("/print"), "is_alternate_view": how == "alternate",
            "headline": f"{document.article_id} {capture['version']}{' Blockade' if _is_busy(document.published_date) else ''}", "byline": None, "authors": ["A. Author"], "lede": None,
            "credits": [{"name": "A. Author", "role": "staff", "given_name": "A.", "family_name": f"Author {capture['version']}"}],
            "turns": [{"speaker": "A. Author", "role": None, "start": 0, "end": 1 + number} for number in range(len(document.topics))],
            "body": "b" * _length(document, capture), "body_length": _length(document, capture), "body_state": "full", "language_code": document.source[2], "genre": document.source[3],
            "published_at": document.published_at + capture["shift"], "published_date": document.published_date + capture["shift"],
            "published_precision": "minute", "published_method": "css", "published_text": "", "modified_at": None, "event_date": None,
            "content_sha256": _id(document.article_id, capture["version"]), "captured_at": capture["captured_at"], "basis": "observed",
        })
        scored = {name: key[name] for name in ("capture_id", "source_id", "captured_date")} | METHOD
        rows["enriched.relevance"].append(scored | {
            "relevance": document.relevance, "relevance_score": 2.0, "passage_count": 1, "passage_share": 0.5})
        rows["enriched.topics"] += [scored | {"topic_id": topic, "passage_count": 1} for topic in document.topics]
        if document.relevance != "none":
            number = int(document.article_id, 16)
            actor = BUSY_ACTOR if number % 3 and _is_busy(document.published_date) else ACTORS[number % len(ACTORS)]
            rows["enriched.mentions"] += [scored | {
                "field": "body", "start_offset": 10 * number, "end_offset": 10 * number + 4, "surface": "Name", "actor_id": None if number == 2 else actor,
                "candidates": [*ACTORS], "office_ids": [], "resolved_by": None if number == 2 else "full_name",
            } for number in range(len(document.topics) + 1)]
        rows["enriched.tone"].append(scored | {
            "tone_score": document.tone, "positive_count": 1, "negative_count": 1, "token_count": 9,
            "unscored_reason": None if document.tone is not None else "no_tone_words"})
        if document.relevance != "none":
            rows["enriched.document_tone"].append(scored | _probabilities(document, capture, "whole") | {"is_active": True})
            rows["enriched.target_tone"] += [scored | _probabilities(document, capture, number) | {
                "field": "body", "start_offset": 10 * number, "end_offset": 10 * number + 4, "sentence_start": 0, "sentence_end": 99, "surface": "Name",
                "target_id": TARGETS[number], "voice": "quoted" if number == 1 else "author", "speaker": None, "speaker_actor_id": None, "is_active": active,
                "method_version": version,
            } for number in range(len(document.topics) + 1) for active, version in ((True, "1"), (False, "2"))]
            rows["enriched.embeddings"].append(scored | {"embedding": _vector(document, capture), "phonetic_keys": [f"n:{document.article_id[:1]}"]})
        rows["enriched.signatures"].append(scored | {"signature": document.signature, "shingle_count": len(document.signature)})


def _is_busy(day: date) -> bool:
    return 45 <= (day - FIRST).days <= 47


def _vector(document: Document, capture: dict) -> list[int]:
    """What a document tells: one of few events of its fortnight, other news in another version, and noise."""
    fortnight = (document.published_date - FIRST).days // 14
    event = int(document.article_id[:4], 16) % 12 + 12 * fortnight + 7 * capture["version"]
    told, own = Random(event), Random(document.article_id)
    parts = [told.gauss(0, 1) + own.gauss(0, 0.6) for _ in range(96)]
    length = sum(part * part for part in parts) ** 0.5
    return [round(1000 * part / length) for part in parts]


def _probabilities(document: Document, capture: dict, place: object) -> dict[str, object]:
    """Of a mention or whole text: gloomier from the fourth week on, so that tone changes; now and then not scored."""
    random = Random(f"{document.article_id}{capture['version']}{place}")
    if random.random() < 0.1:
        return {"negative": None, "neutral": None, "positive": None, "label": None, "unscored_reason": "beyond_cap"}
    gloom = 0.5 if (document.published_date - FIRST).days >= 24 else 0.0
    negative = round(random.uniform(gloom, 0.45 + gloom), 4)
    positive = round(random.uniform(0, 1 - negative), 4)
    neutral = round(1 - negative - positive, 4)
    of_label = {"negative": negative, "neutral": neutral, "positive": positive}
    return of_label | {"label": max(of_label, key=lambda name: of_label[name]), "unscored_reason": None}


def _length(document: Document, capture: dict) -> int:
    """Characters of a body; those of some days are leads, so that health has something to compare."""
    return 9 if capture["captured_at"].day % 11 == 3 else 50 + len(document.topics)


_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        raw.CAPTURES, raw.FETCHES, raw.DISCOVERIES, raw.CRAWLS, staging.ARTICLES, staging.QUARANTINE, staging.OUTCOMES,
        enriched.RELEVANCE_TABLE, enriched.PASSAGES, enriched.TOPICS, enriched.MENTIONS,
        enriched.TONE, enriched.TARGET_TONE, enriched.DOCUMENT_TONE, enriched.SIGNATURES, enriched.EMBEDDINGS,
    )
}
