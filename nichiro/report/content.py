"""What the report says, gathered from a release by its named queries and from the last run's status."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl

from nichiro.errors import ContractError
from nichiro.query import run_query
from nichiro.report import charts
from nichiro.status import Status, read_status
from nichiro.wording import country, series
from warehouse.sql import Connection

CHART_DAYS = 120
MATRIX_DAYS = 28
HEADLINE_DAYS = 7
FRESH_DAYS = 3       # a spike is news for so long: the alerts' rule too
OUTCOME_DAYS = 90    # of which it is told how useful alerts were
SENSITIVITY = "medium"   # the rules' default: what the page shows
DOCUMENT = "document"    # the target of a whole text's own tone
WHOLE = pl.all_horizontal(pl.col("language_code", "genre", "actor_id") == "any")   # series of a topic in a country, not cut further
STORIES = 4          # headlines shown with a spike
STATUSES_READ = 50   # runs looked back at for one that reached the gate: single steps are runs as well

# One sign per state: a colour alone is not read by everybody, nor by a printer.
SIGNS = {
    "ok": "●", "empty": "0", "stale": "S", "blocked": "B", "challenged": "C", "changed": "L",
    "robots": "R", "down": "D", "held": "H", "unknown": "?",
}
MEANINGS = {
    "ok": "healthy, seen on the day", "empty": "answered, published nothing", "stale": "feed no longer moves",
    "blocked": "access refused", "challenged": "bot challenge", "changed": "layout changed",
    "robots": "robots.txt denies", "down": "no answer", "held": "held by the source gate", "unknown": "not looked at",
}


def gather(connection: Connection, data_dir: Path, day: date, run_dir: Path | None = None) -> dict[str, object]:
    """Everything the template needs, as plain rows. ``day`` is the day the report is about."""
    release = run_query(connection, "release").row(0, named=True)
    last = min(day, release["last_date"] or day)
    since = last - timedelta(days=CHART_DAYS - 1)
    span = {"since": since, "until": last}
    coverage = run_query(connection, "coverage_by_day", span)
    titles = dict(run_query(connection, "ops.topics").select("topic_id", "title").iter_rows())
    spikes = _named(run_query(connection, "spikes", span | {"sensitivity": SENSITIVITY}), titles, connection)
    health = run_query(connection, "source_health", {"since": last - timedelta(days=MATRIX_DAYS - 1), "until": last})
    headlines = run_query(connection, "latest_headlines", {"since": last - timedelta(days=HEADLINE_DAYS - 1), "until": last})
    fresh = spikes.filter(pl.col("published_date") > last - timedelta(days=FRESH_DAYS))
    leading = _leading(fresh)
    targets = run_query(connection, "tone_targets", span)["target_id"]
    validation = run_query(connection, "tone_validation")
    return {
        "day": day,
        "last": last,
        "since": since,
        "release": release | {"build_id": (data_dir / "current").resolve().name},
        "status": last_status(data_dir, run_dir),
        "topics": {"any": "whole beat"} | titles,
        "fresh_spikes": [spike | {"stories": _stories(connection, spike), "reasons": _reasons(connection, spike)} for spike in _rows(leading)],
        "further_spikes": _rows(_further(fresh, leading)),
        "cut_count": fresh.filter(~WHOLE).height,
        "outcomes": _rows(run_query(connection, "alert_outcomes", {"until": last, "days": OUTCOME_DAYS})),
        "outcome_days": OUTCOME_DAYS,
        "sensitivity": SENSITIVITY,
        "spikes": _rows(spikes),
        "countries": _countries(coverage, spikes),
        "tones": [_tone(connection, target, span, validation) for target in (DOCUMENT, *targets)],
        "matrix": _matrix(health, last),
        "meanings": MEANINGS,
        "signs": SIGNS,
        "trouble": _rows(run_query(connection, "sources_in_trouble", {"day": last})),
        "checks": _rows(run_query(connection, "checks")),
        "quarantine": _rows(run_query(connection, "quarantine_by_reason")),
        "headlines": _by_day(headlines),
        "methods": _rows(run_query(connection, "method_versions")),
        "fresh_days": FRESH_DAYS,
        "headline_days": HEADLINE_DAYS,
    }


def _rows(frame: pl.DataFrame) -> list[dict[str, object]]:
    return frame.to_dicts()


def last_status(data_dir: Path, run_dir: Path | None) -> Status | None:
    """The status of ``run_dir``, or of the last run that came to an end at the gate or failed before it."""
    if run_dir is not None:
        return read_status(run_dir)
    folders = sorted((path.parent for path in (data_dir / "runs").glob("*/status.json")), reverse=True)
    for folder in folders[:STATUSES_READ]:
        try:
            status = read_status(folder)
        except ContractError:
            continue   # cut off while it wrote: `nichiro status` names it
        if status.status in ("published", "unchanged", "blocked", "failed"):
            return status
    return None


def _named(spikes: pl.DataFrame, titles: dict[str, str], connection: Connection) -> pl.DataFrame:
    """The spikes with what their ``series`` is called."""
    actors = dict(run_query(connection, "ops.actors").select("actor_id", "name").iter_rows())
    labels = [series(row, {"any": "Whole beat"} | titles, actors) for row in spikes.iter_rows(named=True)]
    return spikes.with_columns(pl.Series("series", labels, pl.String))


def _leading(spikes: pl.DataFrame) -> pl.DataFrame:
    """The spikes told with their stories: of the whole beat in a country, else in all, else the strongest one; a week where no day is."""
    whole = spikes.filter(WHOLE)
    for period in ("day", "week"):
        beat = whole.filter(topic_id="any", period=period)
        countries = beat.filter(pl.col("country_code") != "any")
        if beat.height:
            return countries if countries.height else beat
    return (whole if whole.height else spikes).sort("p_value").head(1)


def _further(spikes: pl.DataFrame, leading: pl.DataFrame) -> pl.DataFrame:
    """The other topics; one of all countries is left out where some country has it on that day."""
    spikes = spikes.filter(WHOLE)
    countries = spikes.filter(pl.col("country_code") != "any").select("published_date", "topic_id", "period")
    whole = spikes.filter(pl.col("country_code") == "any").join(countries, on=["published_date", "topic_id", "period"], how="semi")
    told = pl.concat([leading.select("spike_id"), whole.select("spike_id")])
    return spikes.join(told, on="spike_id", how="anti", maintain_order="left")


def _stories(connection: Connection, spike: dict[str, object]) -> list[dict[str, object]]:
    """The articles behind a spike, most reprinted first, one per headline."""
    rows = run_query(connection, "spike_articles", {"spike_id": spike["spike_id"]})
    return _rows(rows.unique("headline", keep="first", maintain_order=True).head(STORIES))


def _reasons(connection: Connection, spike: dict[str, object]) -> list[dict[str, object]]:
    """The paragraph on a spike, sentence by sentence, each with the ids of its rows; what the line above it says already left out."""
    rows = run_query(connection, "spike_reasons", {"spike_id": spike["spike_id"]})
    return _rows(rows.filter(pl.col("kind") != "count"))


def _countries(coverage: pl.DataFrame, spikes: pl.DataFrame) -> list[dict[str, object]]:
    """Per country, the busiest first: rows, charts on common scales, and today's figures."""
    beat_spikes = spikes.filter(WHOLE, topic_id="any", period="day")
    busiest = coverage.group_by("country_code").agg(pl.col("article_count").sum()).sort(
        "article_count", "country_code", descending=[True, False]
    )
    top = max(coverage["article_count"].to_list(), default=0)
    top_share = float(coverage["attention_share"].quantile(0.99) or 0)   # one odd day of one article would flatten all
    found = []
    for code in busiest["country_code"]:
        days = coverage.filter(pl.col("country_code") == code)
        mine = beat_spikes.filter(pl.col("country_code") == code)
        rows = _rows(days)
        found.append({
            "code": code,
            "rows": rows,
            "today": rows[0],
            "usual": days["original_count"][1:29].mean(),
            "spike_days": set(mine["published_date"]),
            "coverage": charts.coverage(days, mine, top, f"Articles on the beat a day, {code}"),
            "attention": charts.attention(days, top_share, f"Share of attention, {code}"),
        })
    return found


def _tone(connection: Connection, target: str, span: dict[str, date], validation: pl.DataFrame) -> dict[str, object]:
    """Tone toward a target in its authors' own words, or of whole documents: per language weekly rows, chart, how far it was validated."""
    task, voice, what = ("document_tone", "any", "document tone") if target == DOCUMENT else ("target_tone", "author", f"tone toward {country(target)}")
    tones = run_query(connection, "tone_by_week", span | {"target": target, "voice": voice})
    found = []
    for code in sorted(tones["language_code"].unique()):
        weeks = tones.filter(pl.col("language_code") == code)
        found.append({
            "code": code,
            "rows": _rows(weeks),
            "article_count": int(weeks["article_count"].sum()),
            "scored_count": int(weeks["scored_count"].sum()),
            "validation": sorted(validation.filter(task=task, language_code=code)["validation"].unique()),
            "chart": charts.tone(weeks, f"Mean {what} a week, {code}"),
        })
    return {"target": target, "what": what, "languages": found}


def _matrix(health: pl.DataFrame, last: date) -> dict[str, object]:
    """Sources × days: per source one cell a day, None where nothing is known."""
    days = [last - timedelta(days=number) for number in reversed(range(MATRIX_DAYS))]
    sources = []
    for (source_id,), rows in health.group_by("source_id", maintain_order=True):
        by_day = {row["day"]: row for row in rows.iter_rows(named=True)}
        first = rows.row(0, named=True)
        cells = [by_day.get(day) for day in days]
        sources.append({
            "source_id": source_id, "publisher": first["publisher"], "country_code": first["country_code"], "cells": cells,
            "healthy_count": sum(cell["is_healthy"] for cell in cells if cell),
            "known_count": sum(cell is not None for cell in cells),
        })
    today = health.filter(pl.col("day") == last)
    return {
        "days": days,
        "sources": sources,
        "mute": [
            row["source_id"] for row in sources if all(cell and cell["state"] == "empty" for cell in row["cells"])
        ],
        "healthy_today": int(today["is_healthy"].sum()),
        "known_today": today.height,
        "has_backfill": "backfilled" in set(health["basis"]),
        "states": [state for state in SIGNS if state in set(health["state"])],
    }


def _by_day(headlines: pl.DataFrame) -> list[tuple[date, list[dict[str, object]]]]:
    return [
        (day, _rows(rows)) for (day,), rows in headlines.group_by("published_date", maintain_order=True)
    ]
