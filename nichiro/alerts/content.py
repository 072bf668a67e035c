"""What a message says: the alerts' figures, and from the release the articles behind them and the reasons, sentence by sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from nichiro.alerts.inert import inert, inert_url
from nichiro.query import run_query
from nichiro.wording import country, series
from warehouse.sql import Connection

STORIES = 5
SENTENCE = 800      # characters of one that are shown: it may hold a headline and a dozen names
MOST_IDS = 200      # articles looked up of a change
AXES = ("topic_id", "country_code", "language_code", "genre", "actor_id")
SERIES = 8          # a storm touches dozens of series: the likeliest are told


def told(kind: str, observations: pl.DataFrame, connection: Connection, where: Path | str) -> dict[str, Any]:
    """Content of a message of ``kind`` news (spikes) or tone (changes of it)."""
    return {"news": news, "tone": tone}[kind](observations, connection, where)


def news(observations: pl.DataFrame, connection: Connection, where: Path | str) -> dict[str, Any]:
    """Content of a message on ``observations`` (rows of ops.alert_observations), a block per day, the latest first.

    ``where``: the report's address or path. The stories are those of the day's likeliest series.
    """
    topics, actors = names(connection)
    days = []
    for (day,), rows in observations.sort("published_date", descending=True).group_by("published_date", maintain_order=True):
        days.append(_day(day, rows.sort("q_value", "topic_id", "country_code"), connection, topics, actors))
    return {"days": days, "alert_count": observations.height, "report": str(where), "fields": {"days": [_fields(day) for day in days]}}


def _day(day: date, rows: pl.DataFrame, connection: Connection, topics: dict[str, str], actors: dict[str, str]) -> dict[str, Any]:
    alerts = [
        row | {
            "series": series(row, topics, actors), "is_storm": row["level"] == "storm", "is_slow_rise": row["level"] == "slow_rise",
            "is_withdrawn": row["reason"] == "withdrawn", "is_revised": row["state"] == "revised",
        }
        for row in rows.iter_rows(named=True)
    ]
    spike = {"spike_id": alerts[0]["alert_id"]}
    stories = run_query(connection, "spike_articles", spike)
    reasons = run_query(connection, "spike_reasons", spike)
    return {
        "day": day,
        "alerts": alerts[:SERIES],
        "further_count": len(alerts[SERIES:]),
        "stories": _linked(stories.unique("headline", keep="first", maintain_order=True).head(STORIES)),
        "story_count": stories.height,
        "reasons": reasons.select("kind", "sentence", "row_table", "row_ids").to_dicts(),
    }


def names(connection: Connection) -> tuple[dict[str, str], dict[str, str]]:
    """What topics and actors are called."""
    topics = {"any": "Whole beat"} | dict(run_query(connection, "ops.topics").select("topic_id", "title").iter_rows())
    return topics, dict(run_query(connection, "ops.actors").select("actor_id", "name").iter_rows())


def tone(observations: pl.DataFrame, connection: Connection, where: Path | str) -> dict[str, Any]:
    """Content of a message on changes of tone, the likeliest first, with some of the texts after it."""
    _, actors = names(connection)
    rows = [_change(row, connection, actors) for row in observations.sort("q_value", "alert_id").iter_rows(named=True)]
    figures = ("alert_id", "state", "target_id", "country_code", "language_code", "voice", "before_mean", "after_mean", "observed_count", "p_value", "q_value")
    fields = [
        {"published_date": row["published_date"].isoformat(), "is_withdrawn": row["is_withdrawn"]} | {name: row[name] for name in figures} for row in rows
    ]
    return {"changes": rows[:SERIES], "further_count": len(rows[SERIES:]), "report": str(where), "fields": {"changes": fields}}


def _change(row: dict[str, Any], connection: Connection, actors: dict[str, str]) -> dict[str, Any]:
    stories = run_query(connection, "articles_by_id", {"article_ids": row["article_ids"][:MOST_IDS]})
    return row | {
        "target": actors.get(row["target_id"], country(row["target_id"])), "is_withdrawn": row["reason"] == "withdrawn", "is_revised": row["state"] == "revised",
        "stories": _linked(stories.unique("headline", keep="first", maintain_order=True).head(STORIES)),
    }


def _linked(rows: pl.DataFrame) -> list[dict[str, Any]]:
    return [row | {"link": inert_url(row["url"])} for row in rows.iter_rows(named=True)]


def _fields(block: dict[str, Any]) -> dict[str, Any]:
    """The same for programs: JSON types only."""
    figures = ("alert_id", "state", *AXES, "period", "level", "sensitivity", "observed_count", "expected_count", "p_value", "q_value")
    return {
        "published_date": block["day"].isoformat(),
        "alerts": [{name: alert[name] for name in figures} | {"is_withdrawn": alert["is_withdrawn"]} for alert in block["alerts"]],
        "stories": [
            {"headline": inert(story["headline"]), "publisher": inert(story["publisher"]), "url": story["link"], "copy_count": story["copy_count"]}
            for story in block["stories"]
        ],
        "reasons": [reason | {"sentence": inert(reason["sentence"], SENTENCE)} for reason in block["reasons"]],
    }


def trouble(troubles: pl.DataFrame, where: Path | str) -> dict[str, Any]:
    """Content of a message on rows of ops.troubles."""
    rows = troubles.sort("kind", "subject").to_dicts()
    fields = [{name: inert(row[name], 600) for name in ("trouble_id", "kind", "subject", "message")} for row in rows]
    return {"troubles": rows, "report": str(where), "fields": {"troubles": fields}}


def test(recipient: str) -> dict[str, Any]:
    return {"recipient": recipient, "fields": {}}
