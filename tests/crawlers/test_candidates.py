"""What a page offers the parser, for the person who mends its rules."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from crawlers.candidates import LENGTH, SHOWN, Candidate, offer
from crawlers.source import Source

AT = datetime(2026, 6, 28, 23, 30, tzinfo=UTC)
URL = "https://www.kaikyo.example/2026/06/28/12.html"
SOURCE = Source(
    source_id="jp_kaikyo_editorial", title="Kaikyo (fiction)", genre="editorial", language=["en"], timezone="Asia/Tokyo",
    publisher={"name": "海峡", "name_en": "Kaikyo", "country": "JP", "kind": "newspaper"},
    discover=[{"kind": "rss", "url": "https://www.kaikyo.example/rss"}],
    extract=[
        {"headline": "css:h1.old", "body": "css:div.old", "published": {"select": ["css:time.old"]}},
        {"valid_from": "2026-06-01", "headline": "css:h1", "body": "css:div.text", "challenge": ["are-you-human"],
         "published": {"select": ["css:time", "meta:date"]}},
    ],
)  # fmt: skip
PAGE = b"""<html><head><title>Ferry | Kaikyo (fiction)</title><meta name="date" content="2026-06-28">
<meta property="og:title" content="The ferry returns"></head><body><h1>The ferry returns</h1><h1>The ferry returns</h1>
<script>window.hidden = 1</script>
<div class="text"><p>The ferry between two invented harbours runs again from the autumn, its owners said.</p></div>
<time>28 June 2026</time><time>27 June 2026</time></body></html>"""


def by_rules(field: str, html: bytes = PAGE) -> list[Candidate]:
    return [each for each in offer(html, URL, AT, SOURCE).candidates if (each.field, each.origin) == (field, "rules")]


def test_each_selector_of_the_rules_in_force_tells_what_it_finds() -> None:
    assert offer(PAGE, URL, AT, SOURCE).rules == "rules of 2026-06-01"
    assert by_rules("headline") == [Candidate("headline", "rules", "css:h1", 2, ["The ferry returns"] * 2)]
    assert by_rules("body")[0].count == 1 and by_rules("body")[0].values[0].startswith("The ferry between")
    assert [(each.selector, each.values) for each in by_rules("date")] == [
        ("css:time", ["28 June 2026", "27 June 2026"]), ("meta:date", ["2026-06-28"]),
    ]  # fmt: skip
    assert by_rules("challenge") == []


def test_a_selector_that_finds_nothing_is_told_too() -> None:
    bare = PAGE.replace(b"<time>", b"<i>").replace(b"h1", b"h2")
    assert [each.count for each in (*by_rules("headline", bare), *by_rules("date", bare))] == [0, 0, 1]


def test_the_page_speaks_for_itself() -> None:
    found = {(each.field, each.selector): each for each in offer(PAGE, URL, AT, None).candidates}
    assert offer(PAGE, URL, AT, None).rules == "generic"
    assert found["headline", "meta:og:title"].values == ["The ferry returns"]
    assert found["date", "meta:date"].values == ["2026-06-28"]
    assert all(each.origin == "page" and each.count for each in found.values())


def test_the_first_lines_are_text_without_scripts() -> None:
    lines = offer(PAGE, URL, AT, SOURCE).lines
    assert lines[0].startswith("Ferry |") or lines[0] == "The ferry returns"
    assert not any("hidden" in line for line in lines)


def test_long_and_many_values_are_cut() -> None:
    page = ("<body>" + f"<h1>{'long ' * 100}</h1>" * 50).encode()
    (headline,) = by_rules("headline", page)
    assert headline.count == 50 and len(headline.values) == SHOWN and all(len(value) <= LENGTH for value in headline.values)


def test_a_challenge_is_named() -> None:
    (found,) = by_rules("challenge", PAGE.replace(b"hidden", b"are-you-human"))
    assert found.selector == "are-you-human"


@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd(html: bytes) -> None:
    assert offer(html, URL, AT, SOURCE).rules == "rules of 2026-06-01"
