"""What parsing keeps beside text and date: zone, confidence, candidates, provisional translations, rules by day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawlers.confidence import MEASURED, confidence_of
from crawlers.extract import Extracted, extract
from crawlers.source import Source

AT = datetime(2026, 6, 30, tzinfo=UTC)
URL = "https://harbour.example/1"


def source(*extract: dict) -> Source:
    return Source.model_validate({
        "source_id": "no_harbour_news", "title": "Harbour", "publisher": {"name": "H", "name_en": "H", "country": "NO", "kind": "government"},
        "genre": "official_statement", "language": ["en"], "timezone": "Asia/Tokyo", "discover": [{"kind": "rss", "url": "https://harbour.example/feed"}],
        "extract": list(extract),
    })  # fmt: skip


def rules(**more: object) -> dict:
    return {"headline": "css:h1", "body": "css:main", "published": {"select": ["css:time@datetime", "meta:date"]}, "byline": "css:.by", **more}


def page(time: str = "2026-06-29T12:00:00+03:00", note: str = "", main: str = "Ships came into the harbour of Lower Quay.") -> bytes:
    return (f"<html><head><meta name='date' content='2026-06-28'></head><body><h1>Ships</h1><p class=by>Ada Maker</p>"
            f"<time datetime='{time}'></time>{note}<main><p>{main}</p></main></body></html>").encode()


def read(html: bytes, *entries: dict, at: datetime = AT) -> Extracted:
    found = extract(html, URL, at, source(*entries))
    assert isinstance(found, Extracted), found
    return found


def test_zone_candidates_and_roles() -> None:
    found = read(page(), rules())
    assert (found.published.zone, found.published.local_date) == ("+03:00", date(2026, 6, 29))
    assert read(page("2026-06-29T12:00"), rules()).published.zone == "Asia/Tokyo"
    assert [(each.field, each.method, each.text, each.instant) for each in found.candidates] == [
        ("published", "css", "2026-06-29T12:00:00+03:00", datetime(2026, 6, 29, 9, tzinfo=UTC)),
        ("published", "meta", "2026-06-28", datetime(2026, 6, 28, 3, tzinfo=UTC)),
    ]
    assert [(credit.name, credit.role) for credit in found.credits] == [("Ada Maker", "official")], "a government's author"
    assert [credit.role for credit in read(page(), rules(role="academic")).credits] == ["academic"]


def test_confidence_is_what_was_measured() -> None:
    assert confidence_of("never met", is_ruled=False) is None
    assert all(0.5 < (confidence_of(method, is_ruled=False) or 0) < 1 for method in MEASURED)
    assert read(page(), rules()).confidence == confidence_of("css", is_ruled=True)


@pytest.mark.parametrize(
    ("note", "is_provisional"),
    [("", False), ("<p>(Provisional Translation)</p>", True), ("<p>（仮訳）</p>", True), ("<p>неофициальный перевод</p>", True),
     ("<p><a href='/ja'>仮訳</a></p>", False), ("<!-- provisional translation -->", False), ("<p>The translation is official.</p>", False)],
)  # fmt: skip
def test_provisional_translations(note: str, is_provisional: bool) -> None:
    assert read(page(note=note), rules()).is_provisional is is_provisional


def test_rules_may_call_it_provisional() -> None:
    assert read(page(), rules(provisional="harbour")).is_provisional
    assert not read(page(), rules(provisional="elsewhere")).is_provisional


def test_rules_are_those_of_the_capture_day() -> None:
    """Two versions: a capture before the redesign keeps the old rules, in the publisher's zone."""
    old, new = rules(), rules(valid_from=date(2026, 7, 1), headline="css:h2")
    redesigned = page().replace(b"h1>", b"h2>")
    assert read(page(), old, new).headline == "Ships"
    assert read(redesigned, old, new, at=datetime(2026, 6, 30, 15, tzinfo=UTC)).headline == "Ships"   # July in Tokyo
    assert not isinstance(extract(redesigned, URL, AT, source(old, new)), Extracted)
    assert not isinstance(extract(page(), URL, datetime(2026, 7, 2, tzinfo=UTC), source(old, new)), Extracted)


@pytest.mark.parametrize("more", ["<h1>Another</h1>", "<main>Another</main>", "<time datetime='2026-06-01'></time>"])
def test_exactly_one_of_each(more: str) -> None:
    found = extract(page(note=more), URL, AT, source(rules()))
    assert getattr(found, "reason", None) in ("many_headlines", "many_bodies", "many_dates")
