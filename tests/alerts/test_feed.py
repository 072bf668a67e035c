"""The feed: one entry per alert that keeps its id, and changes its time when the alert changes."""

from __future__ import annotations

import polars as pl
from lxml import etree

from tests.alerts.conftest import World


def read(world: World) -> tuple[str, dict[str, tuple[str, str, str]]]:
    """When the feed was updated; entry id -> title, published, updated."""
    feed = etree.parse(world.data_dir / "alerts.atom").getroot()
    find = lambda node, name: node.findtext(f"{{*}}{name}")  # noqa: E731
    entries = {find(entry, "id"): (find(entry, "title"), find(entry, "published"), find(entry, "updated")) for entry in feed.iterfind("{*}entry")}
    return find(feed, "updated"), entries


def test_entries_keep_their_ids_and_historical_ones_are_left_out(world: World) -> None:
    world.at("2026-06-30T00:00:00+00:00").watch()
    updated, first = read(world)
    assert updated == "2026-06-30T00:00:00Z"
    assert len(first) == 4, "two of spikes, two of tone"
    assert all(entry_id.startswith("urn:uuid:") for entry_id in first)
    assert {times for _, *times in [(title, published, changed) for title, published, changed in first.values()] for times in times} == {updated}

    world.at("2026-06-30T01:00:00+00:00").watch()
    assert read(world) == (updated, first), "nothing new, nothing changed"

    world.change_spikes(lambda spikes: spikes.filter(pl.col("country_code") == "JP").with_columns(pl.col("observed_count") + 1), "20260630T020000Z-001")
    world.at("2026-06-30T02:00:00+00:00").watch()
    updated, second = read(world)
    assert updated == "2026-06-30T02:00:00Z"
    assert second.keys() == first.keys()
    assert sorted(title.split(":")[0] for title, _, _ in second.values()) == ["Change of tone toward Japan"] * 2 + ["Coverage spike, revised", "Withdrawn"]
    assert {published for _, published, _ in second.values()} == {"2026-06-30T00:00:00Z"}
