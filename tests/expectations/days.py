"""120 days of the fictional web as daily crawls would have left them in a candidate, without a crawl.

Each page is rendered, parsed by the real rules and judged by the real source gate; only fetching is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from crawlers.catalog import load_catalog
from crawlers.parse import parse
from expectations.gate import SourcePartition, Verdict, check_sources
from nichiro.lexicons import load_lexicons
from nichiro.settings import PROJECT
from tests.demosite import DemoSite
from tests.demosite.articles import Article
from tests.demosite.incidents import INCIDENTS
from transforms.copies import signatures
from transforms.tone import tone
from warehouse.archive import ArchivedResponse
from warehouse.store import Candidate
from warehouse.tables import TABLES

TAKEN_AT = time(23, 30, tzinfo=UTC)
PATIENCE = 10  # days: how long a feed shows an article that could not be fetched
OUT_OF_ORDER = {"unavailable": "down", "closed": "down", "challenged": "challenged"}
PARSED = ("staging.articles", "staging.quarantine", "staging.outcomes")


@dataclass(frozen=True)
class Days:
    site: DemoSite
    verdicts: list[Verdict]
    results: pl.DataFrame
    frames: dict[str, pl.DataFrame]

    def day(self, number: int) -> date:
        return self.site.first_day + timedelta(days=number - 1)

    def candidate(self, data_dir: Path) -> Candidate:
        """A candidate that holds what the checks' history is read from."""
        candidate = Candidate.start(data_dir, fresh=True)
        for name, frame in self.frames.items():
            candidate.insert(TABLES[name], frame)
        return candidate


def daily_crawls(seed: int) -> Days:
    """All days of a seed, gated in one batch."""
    site = DemoSite(seed=seed)
    partitions = [parsed for group in _crawled(site).values() for parsed in group]
    verdicts, results = check_sources(partitions, "20260629T233000Z-002", datetime.combine(_day(site, 120), TAKEN_AT))
    return Days(site, verdicts, results, _frames(site, partitions, verdicts))


def _day(site: DemoSite, number: int) -> date:
    return site.first_day + timedelta(days=number - 1)


def _crawled(site: DemoSite) -> dict[date, list[SourcePartition]]:
    catalog = load_catalog(PROJECT / "tests" / "demosite" / "catalog")
    found: dict[tuple[date, str], list[tuple[Article, datetime]]] = {}
    for article in site.articles:
        if article.defect != "robots" and (seen := _first_seen(site, article)):
            found.setdefault((seen.date(), article.outlet.source_id), []).append((article, seen))
    days: dict[date, list[SourcePartition]] = {}
    for (day, source_id), articles in sorted(found.items(), key=lambda pair: pair[0]):
        source, run_id = catalog[source_id], f"{day:%Y%m%d}T233000Z-001"
        answers = {f"{source_id}-{article.number}": site.respond(article.url, seen) for article, seen in articles}
        key = {"run_id": run_id, "source_id": source_id, "captured_date": day, "kind": "article", "basis": "observed"}
        captures = pl.DataFrame(
            [
                key | {
                    "capture_id": f"{source_id}-{article.number}", "url": article.url, "captured_at": seen,
                    "http_status": answer.status, "media_type": answer.headers["Content-Type"].partition(";")[0],
                    "charset": article.outlet.http_charset, "redirect_url": None,
                }
                for (article, seen), answer in zip(articles, answers.values(), strict=True)
            ],
            schema_overrides={"charset": pl.String, "redirect_url": pl.String},
        )  # fmt: skip

        def read(row: dict, answers: dict = answers) -> ArchivedResponse:
            answer = answers[row["capture_id"]]
            return ArchivedResponse(
                row["url"], answer.status, {}, answer.body, row["captured_at"], row["kind"], row["basis"]
            )

        frames = parse(captures, read, source)
        bounds = source.assertions.model_dump()
        days.setdefault(day, []).append(SourcePartition(day, run_id, source_id, frames, bounds))
    return days


def _first_seen(site: DemoSite, article: Article) -> datetime | None:
    """The first run that is answered with the page; None where that is after the last day."""
    first = datetime.combine(article.appears_at.astimezone(UTC).date(), TAKEN_AT)
    for late in range(PATIENCE):
        moment = first + timedelta(days=late)
        if moment.date() > _day(site, site.days):
            return None
        if site.respond(article.url, moment).status == 200:
            return moment
    return None


def _frames(site: DemoSite, partitions: list[SourcePartition], verdicts: list[Verdict]) -> dict[str, pl.DataFrame]:
    parsed = {name: pl.concat(part.frames[name] for part in partitions) for name in PARSED}
    accepted = {part.key for part, verdict in zip(partitions, verdicts, strict=True) if verdict.status == "accepted"}
    partition = pl.format("{}|{}|{}", pl.col("captured_date"), "run_id", "source_id")
    articles = parsed["staging.articles"].filter(partition.is_in(accepted))
    first = {article.url: article.copy_of.url for article in site.articles if article.copy_of}
    by_url = dict(articles.select("canonical_url", "article_id").iter_rows())
    copies = articles.filter(pl.col("canonical_url").is_in(list(first))).select(
        "article_id",
        syndicated_from=pl.col("canonical_url").replace(first).replace(by_url),
        containment=pl.lit(1.0), resemblance=pl.lit(1.0), published_date="published_date",
        method=pl.lit("label"), method_version=pl.lit("1"),
    ).unique("article_id")  # fmt: skip
    fates = parsed["staging.outcomes"].join(articles.select("capture_id", "article_id"), on="capture_id", how="left")
    fates = fates.sort("captured_date").with_columns(
        fate=pl.when(pl.col("outcome") != "article").then("outcome")
        .when(pl.col("article_id").is_first_distinct()).then(pl.lit("article")).otherwise(pl.lit("revision"))
    )  # fmt: skip
    counts = pl.DataFrame(
        {
            "captured_date": part.captured_date, "run_id": part.run_id, "source_id": part.source_id,
            "fingerprint": "0", "status": verdict.status, "reasons": verdict.reasons,
            "capture_count": part.frames["staging.outcomes"].height,
            "article_count": part.frames["staging.articles"].height,
            "quarantined_count": part.frames["staging.quarantine"].height,
        }
        for part, verdict in zip(partitions, verdicts, strict=True)
    )  # fmt: skip
    frames = parsed | {
        "staging.articles": articles,
        "enriched.tone": tone(articles, load_lexicons()),
        "enriched.signatures": signatures(articles),
        "enriched.copies": copies,
        "ops.fates": fates.select(TABLES["ops.fates"].schema.names()),
        "ops.partitions": counts.cast({"reasons": pl.List(pl.String)}),
        "ops.source_days": pl.DataFrame(_health(site, counts), schema=TABLES["ops.source_days"].schema),
    }
    return {name: TABLES[name].conform(frame) for name, frame in frames.items()}


def _health(site: DemoSite, partitions: pl.DataFrame) -> Iterator[dict]:
    held = set(partitions.filter(status="held").select("captured_date", "source_id").iter_rows())
    for number in range(1, site.days + 1):
        for source_id in sorted({article.outlet.source_id for article in site.articles}):
            day = _day(site, number)
            states = [
                OUT_OF_ORDER[one.what]
                for one in INCIDENTS
                if one.source_id == source_id and one.what in OUT_OF_ORDER and one.first <= number <= (one.last or 999)
            ]
            state = "held" if (day, source_id) in held else next(iter(states), "ok")
            yield {
                "source_id": source_id, "day": day, "state": state, "basis": "observed", "is_healthy": state == "ok",
                "reason": None if state == "ok" else state, "discovered_count": 0, "fetched_count": 0,
                "article_count": 0, "quarantined_count": 0, "new_count": 0, "revised_count": 0, "http_states": [],
            }  # fmt: skip
