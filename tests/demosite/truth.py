"""The truth of the fictional web: labels, copies, spikes, defects, incidents. Only tests read it."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.demosite import feeds
from tests.demosite.articles import Article
from tests.demosite.dates import PRECISION
from tests.demosite.incidents import INCIDENTS, SPIKES

if TYPE_CHECKING:
    from tests.demosite.site import DemoSite

RUN_AT = timedelta(minutes=30)  # runs are taken at 23:30 UTC; what appears later is seen the next day


def truth(site: DemoSite) -> dict[str, object]:
    """All labels as JSON-able values; dates are ISO texts, ``published_date`` is the publisher's local day."""
    return {
        "seed": site.seed,
        "first_day": site.first_day.isoformat(),
        "days": site.days,
        "articles": [_row(one) for one in site.articles],
        "spikes": [
            {
                "story": spike.story,
                "topic": spike.topic,
                "days": [_day(site.first_day, day) for day in spike.extra if day <= site.days],
                "urls": [one.url for one in site.articles if one.label.story == spike.story],
            }
            for spike in SPIKES
        ],
        "incidents": [
            {
                "source_id": incident.source_id,
                "what": incident.what,
                "first": _day(site.first_day, incident.first),
                "last": _day(site.first_day, incident.last) if incident.last else None,
            }
            for incident in INCIDENTS
            if incident.first <= site.days
        ],
    }


def write_truth(site: DemoSite, path: Path) -> None:
    """Write the truth as JSON."""
    path.write_text(json.dumps(truth(site), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _row(one: Article) -> dict[str, object]:
    dated = one.defect not in ("undated", "impossible")
    return {
        "url": feeds.linked_url(one),
        "canonical_url": one.url,
        "other_urls": feeds.other_views(one),
        "source_id": one.outlet.source_id,
        "country": one.outlet.country,
        "language": one.outlet.language,
        "genre": one.genre,
        "headline": one.headline,
        "byline": one.byline,
        "published_at": _iso(one.published_at) if dated else None,
        "published_date": one.published_at.date().isoformat() if dated else None,
        "precision": PRECISION.get(one.outlet.dates, "minute") if dated else None,
        "appears_at": _iso(one.appears_at),
        "appears_on": (one.appears_at + RUN_AT).date().isoformat(),
        "revised_at": _iso(one.revised_at) if one.revised_at else None,
        "on_beat": one.label.on_beat,
        "topics": list(one.label.topics),
        "kind": one.label.kind,
        "subject": one.label.subject,
        "tone": one.label.tone,
        "story": one.label.story,
        "copy_of": one.copy_of.url if one.copy_of else None,
        "edit": one.edit,
        "defect": one.defect,
    }


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _day(first_day: date, number: int) -> str:
    return (first_day + timedelta(days=number - 1)).isoformat()
