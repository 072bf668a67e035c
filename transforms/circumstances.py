"""What lies around a spike: its articles, those before them, the stories that they tell and who is named in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from transforms.coverage import ANY
from transforms.phrases import phrases

LAG_DAYS = 3          # as in the spikes: its first days are no part of what came before
BASELINE_DAYS = 28    # four weeks before are compared
ENOUGH = 20           # articles that tell what is usual; fewer say little of a term that none of them has


@dataclass(frozen=True)
class Circumstances:
    """Articles, stories and mentions by their ids."""

    articles: dict[str, dict[str, Any]]
    by_day: dict[date, list[str]]       # originals on the beat
    story_of: dict[str, str]
    told_by: dict[str, list[str]]       # story_id -> its articles, by time of publication
    stories: dict[str, dict[str, Any]]
    named: dict[str, set[str]]          # article_id -> actor_ids
    _phrases: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, articles: pl.DataFrame, story_documents: pl.DataFrame, stories: pl.DataFrame, mentions: pl.DataFrame) -> Circumstances:
        rows = articles.unique("article_id").sort("published_at", "article_id")
        by_id = {row["article_id"]: row for row in rows.iter_rows(named=True)}
        by_day: dict[date, list[str]] = {}
        for article_id, day in rows.filter(~pl.col("is_copy"), pl.col("relevance") == "strong").select("article_id", "published_date").iter_rows():
            by_day.setdefault(day, []).append(article_id)
        story_of = dict(story_documents.select("article_id", "story_id").iter_rows())
        told_by: dict[str, list[str]] = {}
        for article_id in by_id:
            if article_id in story_of:
                told_by.setdefault(story_of[article_id], []).append(article_id)
        named: dict[str, set[str]] = {}
        for article_id, actor_id in mentions.drop_nulls("actor_id").select("article_id", "actor_id").unique().iter_rows():
            named.setdefault(article_id, set()).add(actor_id)
        return cls(by_id, by_day, story_of, told_by, {row["story_id"]: row for row in stories.iter_rows(named=True)}, named)

    def phrases(self, article_id: str) -> dict[str, str]:
        """Phrases of the headline and of the text that is served, found once."""
        if article_id not in self._phrases:
            row = self.articles[article_id]
            self._phrases[article_id] = phrases(f"{row['headline']}\n{row['text'] or ''}", row["language_code"])
        return self._phrases[article_id]

    def before(self, spike: dict[str, Any], first: date, language: str | None = None) -> list[str]:
        """The originals of the four weeks before ``first``, less the lag: of the spike's own series, or where these are too few, of the
        whole beat in its country, else in all countries. ``language``: in that only."""
        days = [first - timedelta(days=LAG_DAYS + number) for number in range(1, BASELINE_DAYS + 1)]
        there = [self.articles[article_id] for day in days for article_id in self.by_day.get(day, [])]
        there = [article for article in there if language in (None, article["language_code"])]
        at_home = [article for article in there if spike["country_code"] in (ANY, article["country_code"])]
        series = [article for article in at_home if self._is_of(article, spike)]
        chosen = next((each for each in (series, at_home) if len(each) >= ENOUGH), there)
        return [article["article_id"] for article in chosen]

    def _is_of(self, article: dict[str, Any], spike: dict[str, Any]) -> bool:
        actor = spike.get("actor_id", ANY)
        return (
            all(spike.get(name, ANY) in (ANY, article[name]) for name in ("language_code", "genre"))
            and spike["topic_id"] in (ANY, *article["topics"])
            and (actor == ANY or actor in self.named.get(article["article_id"], ()))
        )
