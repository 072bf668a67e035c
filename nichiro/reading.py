"""Reading one log partition by today's rules: from archive and log into the lake."""

from __future__ import annotations

from contextlib import suppress

import polars as pl

from crawlers.source import Source
from nichiro.drafts import Draft, Drafts, draft_of
from nichiro.strike import strike
from nichiro.workers import cores
from warehouse.lake import Lake, Partition
from warehouse.tables import raw, staging

LOG = (raw.CAPTURES, raw.FETCHES, raw.DISCOVERIES)
PARSED = (staging.ARTICLES, staging.QUARANTINE, staging.OUTCOMES)
MUCH = 8_000_000   # bytes of WARC files: half a minute's reading, and twice what a usual morning brings


def read(lake: Lake, partition: Partition, source: Source, tombstones: frozenset[str] = frozenset()) -> dict[str, pl.DataFrame]:
    """What today's rules make of the captures of one partition: the frames of ``PARSED`` by name. Writes nothing.

    Raises ContractError for a file of the log or the archive that is missing or damaged.
    """
    from crawlers.parse import parse as read_captures
    from warehouse.archive import read_response
    from warehouse.warc import require_whole

    log = {table: lake.read_all(table, [partition], must_exist=True) for table in LOG}
    captures = log[raw.CAPTURES]
    frames = read_captures(captures, lambda row: read_response(lake.data_dir, row["warc_path"], row["warc_offset"]), source, tombstones)
    unreadable = frames["staging.quarantine"].filter(pl.col("reason") == "unreadable_record")
    damaged = captures.join(unreadable, on="capture_id", how="semi")["warc_path"]
    for warc_path, last_offset in captures.group_by("warc_path").agg(pl.col("warc_offset").max()).sort("warc_path").iter_rows():
        if warc_path in damaged:
            require_whole(lake.data_dir, warc_path, last_offset)   # a damaged disk is our trouble, no page's fate
    return frames


def parse_one(lake: Lake, tombstones: frozenset[str], what: tuple[Partition, Source, str]) -> Draft:
    """Read one partition into the lake, or adopt its draft; the manifest is the caller's."""
    partition, source, rules = what
    if tombstones:
        strike(lake, partition, source.key, tombstones)
    drafts = Drafts(lake)
    if drafts.are_there and (draft := drafts.find(partition, drafts.mark(partition, rules, tombstones))):
        drafts.adopt(partition, draft)
        return draft
    frames = read(lake, partition, source, tombstones)
    if late := taken_down(frames):   # by what the page says of itself
        strike(lake, partition, source.key, tombstones, late)
    return draft_of(lake, partition, frames, rules)


def hands(lake: Lake, unread: list[Partition]) -> int:
    """How many processes read this much: starting others costs seconds, and a morning's pages less."""
    from warehouse.archive import warc_path_of

    size = 0
    for partition in unread:
        with suppress(FileNotFoundError):   # nothing answered, or it is missing, which reading it tells
            size += (lake.data_dir / warc_path_of(partition)).stat().st_size
        if size > MUCH:
            return min(cores(), len(unread))
    return 1


def taken_down(frames: dict[str, pl.DataFrame]) -> list[str]:
    """The captures that a parse passed over as taken down."""
    return frames["staging.outcomes"].filter(reason="tombstone")["capture_id"].to_list()
