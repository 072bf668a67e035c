"""What the source gate measures on a log partition, and the bounds that its source declares on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from great_expectations import expectations as gxe

from expectations import dirt
from expectations.rule import not_below

Declared = Mapping[str, Mapping[str, float | None]]

SEVERITIES = {"min": "critical", "max": "warning"}
LAYOUT_REASONS = ("no_headline", "many_headlines", "no_body", "many_bodies", "no_date", "many_dates")
DATE_REASONS = ("unreadable_date", "impossible_date", "future_date")
FEWEST_CAPTURES = 3  # a share of fewer pages says nothing: one odd page among 304s is no layout
HALF = 0.5
# Checks that hold without any declaration: the share of the pages that each looks at, and what is said of it.
SURE = {
    "layout_is_readable": ("layout_share", "layout changed? {:.0%} of the article pages cannot be read: {}"),
    "dates_are_right": ("wrong_dates_share", "{:.0%} of the article pages have no date, or a wrong one: {}"),
    "bodies_differ": ("repeated_bodies_share", "boilerplate? {:.0%} of the articles have the body of others"),
}


@dataclass(frozen=True)
class SourcePartition:
    """One run's captures of one source, parsed.

    ``frames`` by table name: staging.articles, staging.quarantine, staging.outcomes, and raw.crawls, without which a
    bound on links or age_days is errored. ``bounds``: min and max of the source's assertions, measure -> number.
    """

    captured_date: date
    run_id: str
    source_id: str
    frames: Mapping[str, pl.DataFrame]
    bounds: Declared = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.captured_date}|{self.run_id}|{self.source_id}"


def declared(bounds: Declared) -> list[tuple[str, str, float]]:
    """(min or max, measure, number) of every declared bound."""
    return [
        (side, measure, float(number))
        for side in SEVERITIES
        for measure, number in sorted(bounds.get(side, {}).items())
        if number is not None
    ]


def measures(partition: SourcePartition) -> pl.DataFrame:
    """One row: the measures, their declared bounds as ``<measure>_min`` and ``_max``, and HALF for those of SURE.

    Every measure is null where no article page was fetched, and every share or median where it rests on fewer than
    FEWEST_CAPTURES pages: nothing can be said of it then. links and age_days have no column where raw.crawls was not
    given.
    """
    articles, outcomes = partition.frames["staging.articles"], partition.frames["staging.outcomes"]
    quarantined = outcomes.filter(outcome="quarantined").filter(pl.col("reason") != "unreadable_feed")
    others = outcomes.filter(outcome="skipped", reason="not_article")
    taken_down = outcomes.filter(outcome="skipped", reason="tombstone").height  # a takedown holds no partition
    read = articles.height + taken_down
    captures = read + quarantined.height + others.height  # a gallery without text is none of them
    row: dict[str, Any] = {
        "articles": read,
        "article_share": read / max(captures, 1),
        "byline_share": articles["byline"].is_not_null().mean(),
        "median_body_length": articles["body_length"].median() if articles.height >= FEWEST_CAPTURES else None,
        "quarantined": quarantined.height,
        "quarantined_share": quarantined.height / max(captures, 1),
    }
    if (crawls := partition.frames.get("raw.crawls")) is not None:
        row |= {"links": crawls["discovered_count"].sum(), "age_days": _age_days(crawls)}
    reasons = quarantined["reason"]
    row |= {
        "layout_share": reasons.is_in(LAYOUT_REASONS).sum() / max(captures, 1),
        "wrong_dates_share": (reasons.is_in(DATE_REASONS).sum() + _exchanged(articles) + _urls(articles)) / max(captures, 1),
        "repeated_bodies_share": articles.filter(dirt.is_repeated()).height / max(articles.height, 1),
    }
    if captures == 0:
        row = dict.fromkeys(row)
    elif captures < FEWEST_CAPTURES:
        row |= dict.fromkeys(name for name in row if name.endswith("_share"))
    row |= {f"{measure}_max": HALF for measure, _ in SURE.values()}
    row |= {f"{measure}_{side}": number for side, measure, number in declared(partition.bounds)}
    return pl.DataFrame(row, schema=dict.fromkeys(row, pl.Float64))


def expectations(bounds: Declared) -> list[gxe.Expectation]:
    """The checks of SURE, critical, and one a declared bound: a broken minimum is critical, a maximum a warning."""
    found = [not_below(check, f"{measure}_max", measure) for check, (measure, _) in SURE.items()]
    for side, measure, _ in declared(bounds):
        ends = (measure, f"{measure}_min") if side == "min" else (f"{measure}_max", measure)
        found.append(not_below(f"{side}_{measure}", *ends, SEVERITIES[side]))
    return found


def threshold(check: str, row: Mapping[str, float | None]) -> float | None:
    """The bound of a check; ``row`` is the partition's measures."""
    if check in SURE:
        return HALF
    side, _, measure = check.partition("_")
    return row[f"{measure}_{side}"]


def reason(check: str, row: Mapping[str, float | None], partition: SourcePartition) -> str:
    """What a person reads of a broken bound; ``row`` is the partition's measures."""
    if check in SURE:
        measure, told = SURE[check]
        counts = partition.frames["staging.quarantine"]["reason"].value_counts(sort=True)
        found = [f"{count} {name}" for name, count in counts.iter_rows()]
        articles = partition.frames["staging.articles"]
        if measure == "wrong_dates_share":
            kinds = ("day and month exchanged", _exchanged(articles)), ("a URL as date", _urls(articles))
            found += [f"{count} {kind}" for kind, count in kinds if count]
        return told.format(row[measure], ", ".join(found))
    side, _, measure = check.partition("_")
    limit = "at least" if side == "min" else "at most"
    return f"{measure} is {row[measure]:.4g}, declared {limit} {row[f'{measure}_{side}']:.4g}"


def culprits(check: str, partition: SourcePartition) -> list[str]:
    """Captures that break a check of SURE, else the partition itself."""
    if check not in SURE:
        return [partition.key]
    articles, quarantine = partition.frames["staging.articles"], partition.frames["staging.quarantine"]
    rejected = {"layout_is_readable": LAYOUT_REASONS, "dates_are_right": DATE_REASONS}.get(check, ())
    dirty = {"dates_are_right": dirt.is_swapped() | dirt.is_url(), "bodies_differ": dirt.is_repeated()}.get(check)
    found = quarantine.filter(pl.col("reason").is_in(rejected))["capture_id"].to_list()
    return found + ([] if dirty is None else articles.filter(dirty)["capture_id"].to_list())


def _exchanged(articles: pl.DataFrame) -> int:
    return articles.filter(dirt.is_swapped()).height


def _urls(articles: pl.DataFrame) -> int:
    return articles.filter(dirt.is_url()).height


def _age_days(crawls: pl.DataFrame) -> float | None:
    """Days from the newest item found to the end of the crawl; null where no item had a readable date."""
    ages = []
    for newest, finished_at in crawls.select("newest_text", "finished_at").drop_nulls().iter_rows():
        try:
            instant = datetime.fromisoformat(newest)
        except ValueError:
            continue
        instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        ages.append((finished_at - instant).total_seconds() / 86_400)
    return min(ages, default=None)
