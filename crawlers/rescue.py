"""What killed crawls of a source had archived: taken over before its next crawl, so that nothing is lost or asked for twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from itertools import chain
from pathlib import Path

import polars as pl

from crawlers.log import CrawlLog, Rows, Task
from crawlers.state import SEEN_STATUSES, CrawlState, Page, is_watched
from nichiro.run import Run
from warehouse.archive import read_response, rescue, run_day, warc_path_of
from warehouse.lake import Lake, Partition
from warehouse.tables.raw import CAPTURES, CRAWLS, DISCOVERIES, FETCHES

LOOK_BACK = timedelta(days=31)  # a crawl that was killed earlier was taken over long ago
REASON = "the crawl was killed; what it had archived was kept"


def take_over(task: Task, state: CrawlState) -> int:
    """Give every killed crawl its log, with the state ``unknown``, and remember its pages; returns their number.

    ``state`` is open, so that no other crawl of the source is at work. Discovery documents are not remembered: what
    they link to may still be owed. Raises TransientError, or ContractError for a damaged archive or log.
    """
    lake = Lake(task.data_dir)
    for partition in _killed(task, lake):
        _write_log(task, partition)
    pages = list(_unremembered(task, lake, state))
    if pages:
        state.commit(pages, [], [])
    return len(pages)


def _killed(task: Task, lake: Lake) -> list[Partition]:
    """Runs with a file of this source in the archive and no raw.crawls, which is written last."""
    today, source_id = task.run.started_at.date(), task.source.source_id
    found = set()
    for day in (today - LOOK_BACK, today):
        folder = (task.data_dir / warc_path_of(Partition(day, task.run.run_id, source_id))).parent
        for path in folder.glob("*.warc.gz*"):
            run_id = path.name.partition(".")[0]
            found.add(Partition(run_day(run_id), run_id, source_id))
    return sorted(
        each for each in found if each.run_id != task.run.run_id and not lake.path(CRAWLS, each).exists()
    )


def _write_log(task: Task, partition: Partition) -> None:
    stored = rescue(task.data_dir, partition)
    first = next(stored, None)
    if first is None:
        return
    crawl_log = CrawlLog(_task_of(partition, task, first.capture["basis"]))
    crawl_log.started_at = crawl_log.task.run.started_at
    crawl_log.discoveries = Rows(DISCOVERIES, crawl_log.lake.read(DISCOVERIES, partition).iter_rows(named=True))  # if it came so far
    pages = sum(crawl_log.keep(each).kind == "article" for each in chain((first,), stored))
    crawl_log.write("unknown", REASON, pages, None)


def _unremembered(task: Task, lake: Lake, state: CrawlState) -> Iterator[Page]:
    """Pages of logs that are newer than all that the state knows: the crawl was killed between the two."""
    newest = state.newest_at() or task.run.started_at - LOOK_BACK
    for partition in lake.partitions(CRAWLS, since=newest.date()):
        if partition.source_id != task.source.source_id:
            continue
        fetches = _settled(lake.read(FETCHES, partition)).filter(pl.col("requested_at") > newest)
        if fetches.is_empty():
            continue
        captures = lake.read(CAPTURES, partition).with_columns(is_watched=is_watched())
        kept = captures.join(fetches.select("capture_id"), on="capture_id", how="semi")
        columns = ("url", "captured_at", "is_watched", "warc_path", "warc_offset")
        for url, at, watched, path, offset in kept.select(columns).iter_rows():
            answer = read_response(task.data_dir, path, offset)
            kept_before = state.validators(url) if answer.http_status == HTTPStatus.NOT_MODIFIED else {}
            etag = kept_before.get("If-None-Match") or answer.headers.get("etag")
            last_modified = kept_before.get("If-Modified-Since") or answer.headers.get("last-modified")
            yield Page(url, at, etag, last_modified, watched)


def _settled(fetches: pl.DataFrame) -> pl.DataFrame:
    """Pages that came, or are gone; a redirect only where the page at its end is among them."""
    is_seen = pl.col("outcome").is_in(["ok", "redirect", "not_modified"]) | pl.col("http_status").is_in(SEEN_STATUSES)
    pages = fetches.filter(pl.col("kind") == "article", is_seen)
    reached = pages.filter((pl.col("outcome") != "redirect") | pl.col("detail").is_in(pl.col("url").implode()))
    return pages if reached.height == pages.height else _settled(reached)


def _task_of(partition: Partition, task: Task, basis: str) -> Task:
    """What the killed run had set out to do, as far as its folder tells."""
    started_at = datetime.strptime(partition.run_id[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    directory = task.run.directory.parent / partition.run_id
    day = _run_date(directory) or partition.captured_date
    run = Run(partition.run_id, day, started_at, directory, task.run.clock)
    backfilled = day if basis == "backfill" else None
    return replace(task, run=run, first_date=backfilled, last_date=backfilled)


def _run_date(directory: Path) -> date | None:
    try:
        return date.fromisoformat(json.loads((directory / "status.json").read_bytes())["run_date"])
    except (OSError, ValueError, KeyError):
        return None
