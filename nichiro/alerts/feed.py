"""``alerts.atom``: the alerts of the last month for any feed reader (RFC 4287)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_OID, UUID, uuid5

import polars as pl
from lxml import etree
from lxml.builder import ElementMaker

from nichiro.alerts import content
from nichiro.alerts.message import entry_html, subject_line
from transforms.alerts import CHANGES
from warehouse.lake import write_atomically
from warehouse.sql import Connection

ATOM = "http://www.w3.org/2005/Atom"
DAYS = 30
ENTRIES = 50
_E = ElementMaker(namespace=ATOM, nsmap={None: ATOM})


def write_feed(observations: pl.DataFrame, connection: Connection, path: Path, today: date, now: datetime, where: Path | str) -> None:
    """Write the feed, whole or not at all. An entry keeps its id while its alert is revised or withdrawn."""
    told = (
        observations.filter(pl.col("published_date") >= today - timedelta(days=DAYS), pl.col("state") != "historical")
        .filter(pl.col("reason").ne_missing("past"))   # that its day is past changes nothing of what it says
        .sort("as_of", "run_id")
    )
    latest = told.unique("alert_id", keep="last").sort("as_of", "q_value", "alert_id", descending=[True, False, False]).head(ENTRIES)
    first = dict(told.unique("alert_id", keep="first").select("alert_id", "as_of").iter_rows())
    updated: datetime = told["as_of"].to_list()[-1] if told.height else now
    feed = _E.feed(
        _E.title("nichiro: spikes of coverage, changes of tone"),
        _E.id(f"urn:uuid:{uuid5(NAMESPACE_OID, 'nichiro.alerts')}"),
        _E.updated(_instant(updated)),
        _E.author(_E.name("nichiro")),
        *(_entry(latest.filter(alert_id=alert_id), first[alert_id], connection, where) for alert_id in latest["alert_id"]),
    )
    text = etree.tostring(feed, xml_declaration=True, encoding="utf-8", pretty_print=True)
    write_atomically(path, lambda file: file.write(text))


def _entry(observation: pl.DataFrame, first_at: datetime, connection: Connection, where: Path | str) -> etree._Element:
    row = observation.row(0, named=True)
    kind = "tone" if row["rule"] == CHANGES else "news"
    told = content.told(kind, observation, connection, where)
    return _E.entry(
        _E.title(subject_line(kind, told)),
        _E.id(f"urn:uuid:{UUID(row['alert_id'])}"),
        _E.published(_instant(first_at)),
        _E.updated(_instant(row["as_of"])),
        _E.category(term=row["target_id"] or row["topic_id"]),
        _E.content(entry_html(kind, told), type="html"),
    )


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
