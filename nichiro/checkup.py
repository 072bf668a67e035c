"""`nichiro source check`: is a source healthy on the live web, and what in its YAML would mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

import polars as pl
from pydantic import BaseModel, Field

from crawlers import advice, proposal
from crawlers.causes import ASK
from crawlers.health import Verdict, of_fetch
from crawlers.log import Fetch
from crawlers.run import chosen
from crawlers.source import Discover, Source
from nichiro.errors import TransientError
from nichiro.settings import Settings
from nichiro.trial import Trial, attempt
from nichiro.witness import own_trouble
from warehouse.columns import RULE_KINDS, UNFOLLOWED

FIELDS = ("headline", "body", "byline", "authors", "lede", "published_at", "modified_at")


class Asked(BaseModel):
    """One URL asked for; ``links`` found in a document and, of them, those ``follow`` allows; ``reason`` of a quarantine."""

    kind: str
    url: str
    outcome: str
    detail: str | None = None
    links: int | None = None
    followed: int | None = None
    reason: str | None = None


class Checkup(BaseModel):
    """``fill``: share of the articles read that have the field; ``precision``: how many dates are to the minute, day, month."""

    source_id: str
    is_healthy: bool
    state: str
    reason: str | None
    asked: list[Asked]
    newest_at: str | None
    newest_age_days: float | None = None
    articles_read: int
    articles_quarantined: int
    fill: dict[str, float] = Field(default_factory=dict)
    median_body_length: float | None = None
    precision: dict[str, int] = Field(default_factory=dict)
    opt_outs: list[str] = Field(default_factory=list)
    advice: list[str] = Field(default_factory=list)


def check(settings: Settings, catalog: dict[str, Source], source_id: str, pages: int = 1) -> Checkup:
    """Ask for robots.txt, one document of each kind and ``pages`` articles, by the spider and the rules of every day.

    Healthy is a source whose documents read well and whose every page that came reads as an article, at least one. Raises
    ConfigError for an unknown id or no contact, TransientError where our own network is in trouble.
    """
    (source,) = chosen(catalog, [source_id])
    (trial,) = attempt(settings, [source], pages)
    if trouble := own_trouble(settings, catalog, pl.DataFrame([trial.crawl]), trial.fetches, trial.captures):
        raise TransientError(*trouble)
    state, reason = _health(trial)
    newest = trial.crawl["newest_text"]
    age = trial.crawl["finished_at"] - datetime.fromisoformat(newest) if newest else None
    articles = trial.articles
    return Checkup(
        source_id=source_id,
        is_healthy=state == "ok",
        state=state,
        reason=reason,
        asked=list(_asked(trial)),
        newest_at=newest,
        newest_age_days=round(age.total_seconds() / 86_400, 2) if age is not None else None,
        articles_read=articles.height,
        articles_quarantined=trial.quarantine.height,
        fill=_fill(articles),
        median_body_length=_median(articles),
        precision=dict(Counter(articles["published_precision"])),
        opt_outs=_opt_outs(trial),
        advice=list(dict.fromkeys(_advice(settings, trial))),
    )


def _health(trial: Trial) -> tuple[str, str | None]:
    """The crawl's verdict, and where that is ok what parsing made of the pages."""
    state, reason = trial.crawl["state"], trial.crawl["reason"]
    reasons = Counter(trial.quarantine["reason"])
    if "challenge" in reasons:
        return "challenged", f"a page is a bot challenge: {ASK}; it is not worked around"
    if state != "ok":
        return state, reason
    if reasons:
        return "changed", "pages that do not read as articles: " + ", ".join(f"{name} {count}" for name, count in reasons.items())
    if trial.articles.is_empty() and trial.source.terms.access != "feed_only":
        asked = trial.fetches.filter(kind="article").select("url", "kind", "outcome", "http_status", "detail")
        verdicts = filter(None, (of_fetch(Fetch(**row)) for row in asked.iter_rows(named=True)))
        worst = next(verdicts, Verdict("changed", "no article could be had: see what was asked for"))
        return worst.state, worst.reason
    return state, reason


def _asked(trial: Trial) -> Iterator[Asked]:
    reasons = dict(trial.quarantine.select("capture_id", "reason").iter_rows())
    for fetch in trial.fetches.iter_rows(named=True):
        found = trial.discoveries.filter(pl.col("capture_id") == (fetch["capture_id"] or ""))["decision"]
        is_document = fetch["kind"] not in (*RULE_KINDS, "article") and fetch["outcome"] == "ok"
        yield Asked(
            **{name: fetch[name] for name in ("kind", "url", "outcome", "detail")},
            links=len(found) if is_document else None,
            followed=int((~found.is_in(UNFOLLOWED)).sum()) if is_document else None,
            reason=reasons.get(fetch["capture_id"]),
        )


def _fill(articles: pl.DataFrame) -> dict[str, float]:
    if articles.is_empty():
        return {}
    return {name: round(len(list(filter(None, articles[name].to_list()))) / articles.height, 2) for name in FIELDS}


def _median(articles: pl.DataFrame) -> float | None:
    return float(articles["body_length"].median()) if articles.height else None  # type: ignore[arg-type]


def _opt_outs(trial: Trial) -> list[str]:
    """In the sites' own words, those that bind us and those that do not."""
    return list(dict.fromkeys(words for said in trial.fetches["reserved"].drop_nulls() for words in said.split("; ")))


def _advice(settings: Settings, trial: Trial) -> Iterator[str]:
    source, links = trial.source, trial.discoveries
    for row, page in trial.pages("article"):
        for line in advice.on_page(page, source, row["captured_at"]):
            yield f"{line} ({row['url']})"
    if links.height and (links["decision"] == "off_pattern").all():
        pattern = proposal.article_pattern(links["url"].to_list())
        yield f"follow.allow matches none of {links.height} links: `{pattern}` is the form of most"
    least, length = source.assertions.min.median_body_length, _median(trial.articles)
    if least and length is not None and length < least:
        yield f"extract.body: {length:g} characters, {least:g} are declared as the least: look whether it is cut"
    if trial.crawl["state"] in ("changed", "empty", "stale"):
        declared = {entry.url for entry in source.discover}
        for kind, url in _feeds(settings, trial):
            if url not in declared:
                yield f"discover: the site itself declares {kind} {url}"


def _feeds(settings: Settings, trial: Trial) -> list[tuple[str, str]]:
    """Feeds that the pages at hand declare, else those of the site's front page."""
    if found := [feed for _, page in trial.pages() for feed in proposal.feeds_of(page)]:
        return found
    parts = urlsplit(trial.source.discover[0].url)
    front = Discover(kind="listing", url=f"{parts.scheme}://{parts.netloc}/")
    (second,) = attempt(settings, [trial.source.model_copy(update={"discover": [front]})], pages=0)
    return [feed for _, page in second.pages() for feed in proposal.feeds_of(page)]
