"""Re-parse: what today's rules make of the pages that other rules have read, beside what is there, and what differs.

Nothing of the lake is written: the drafts lie in ``state/reparse/`` until a parse adopts them, so that a killed re-parse
goes on where it was and the publish has little left to do. Memory holds a few partitions and the figures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from crawlers.source import Source
from crawlers.tombstones import load_tombstones
from nichiro.comparison import Comparison, compare
from nichiro.drafts import Drafts
from nichiro.errors import ConfigError
from nichiro.partitions import parsing, stale
from nichiro.reading import PARSED, read, taken_down
from nichiro.workers import spread
from warehouse.lake import Lake, Partition
from warehouse.tables import raw

TELL = 25   # source-days between two lines of progress


@dataclass
class Reparse:
    """What a re-parse came to: source-days compared, of which ``kept`` were drafted before; pages read; source-days
    whose archive has ``expired``, which stay as they are, and those that the gate holds now."""

    source_days: int = 0
    kept: int = 0
    pages: int = 0
    expired: int = 0
    held: int = 0
    comparison: Comparison = field(default_factory=Comparison)


def reparse(
    lake: Lake, catalog: dict[str, Source], say: Callable[[str], None], processes: int,
    source_ids: list[str] | None = None, first: date | None = None, last: date | None = None,
) -> Reparse:  # fmt: skip
    """Draft the partitions that other rules have read, of some sources and captured days, and compare each with what it is.

    Raises ConfigError for an unknown source, ContractError for a damaged archive, TransientError where another re-parse
    runs or a worker was killed; what was drafted by then is kept.
    """
    if unknown := sorted(set(source_ids or []) - set(catalog)):
        raise ConfigError(f"unknown source {', '.join(unknown)}", "see `nichiro source list`")
    found, chosen = Reparse(), []
    for partition, entry in stale(lake, catalog):
        if (source_ids and partition.source_id not in source_ids) or not (first or date.min) <= partition.captured_date <= (last or date.max):
            continue
        if entry.expired:
            found.expired += 1
            continue
        found.held += entry.status == "held"
        chosen.append(partition)
    if not chosen:
        return found
    wanted = parsing(catalog)
    with Drafts(lake).lock():
        work = partial(_draft, lake, load_tombstones(lake))
        items = ((each, catalog[each.source_id], wanted[each.source_id]) for each in chosen)
        for comparison, pages, is_kept in spread(work, items, min(processes, len(chosen))):
            found.comparison.add(comparison)
            found.source_days += 1
            found.pages += pages
            found.kept += is_kept
            if found.source_days % TELL == 0 or found.source_days == len(chosen):
                say(f"{found.source_days} of {len(chosen)} source-days, {found.pages} pages")
    return found


def _draft(lake: Lake, tombstones: frozenset[str], what: tuple[Partition, Source, str]) -> tuple[Comparison, int, bool]:
    """Draft one partition unless that was done; what differs, its pages, and whether it was done."""
    partition, source, rules = what
    drafts = Drafts(lake)
    mark = drafts.mark(partition, rules, tombstones)
    draft = drafts.find(partition, mark)
    if draft:
        frames = drafts.read(partition, draft)
    else:
        frames = read(lake, partition, source, tombstones)
        if not taken_down(frames):   # the parse has to strike these first
            drafts.write(partition, frames, mark)
    before = {table.name: lake.read(table, partition) for table in PARSED}
    captures = lake.read_all(raw.CAPTURES, [partition], ["capture_id", "url", "kind"])
    urls = dict(captures.select("capture_id", "url").iter_rows())
    pages = captures.filter(kind="article").height
    return compare(partition.source_id, urls, before, frames), pages, draft is not None
