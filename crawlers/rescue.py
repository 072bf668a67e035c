"""What killed crawls of a source had archived: taken over before its next crawl, so that nothing is lost or asked for twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from crawlers.log import CrawlLog, Task
from crawlers.state import CrawlState, Page
from nichiro.run import Run
from warehouse.archive import rescue, run_day, warc_path_of
from warehouse.lake import Lake, Partition
from warehouse.tables.raw import CRAWLS, DISCOVERIES

LOOK_BACK = timedelta(days=31)  # a crawl that was killed earlier was taken over long ago
REASON = "the crawl was killed; what it had archived was kept"


def take_over(task: Task, state: CrawlState) -> int:
    """Give every killed crawl its log, with the state ``unknown``, and remember its pages; returns their number.

    ``state`` is open, so that no other crawl of the source is at work. Raises TransientError, or ContractError for a
    damaged archive.
    """
    count = 0
    for partition in _killed(task):
        stored = rescue(task.data_dir, partition)
        if not stored:
            continue
        crawl_log = CrawlLog(_task_of(partition, task, stored[0].capture["basis"]))
        crawl_log.started_at = crawl_log.task.run.started_at
        if crawl_log.lake.path(DISCOVERIES, partition).exists():
            crawl_log.discoveries = crawl_log.lake.read(DISCOVERIES, partition).to_dicts()
        fetches = [crawl_log.keep(each) for each in stored]
        pages = [fetch for fetch in fetches if fetch.kind == "article"]
        crawl_log.write("unknown", REASON, len(pages), None)
        # Discovery documents are not remembered: what they link to may still be owed.
        seen = [fetch for fetch in pages if fetch.outcome in ("ok", "redirect")]
        state.commit([_page(fetch.capture, each.headers) for fetch in seen if (each := fetch.stored)], [], [])
        count += len(pages)
    return count


def _killed(task: Task) -> list[Partition]:
    """Runs with a file of this source in the archive and no raw.crawls, which is written last."""
    lake, since = Lake(task.data_dir), task.run.started_at.date() - LOOK_BACK
    source_id = task.source.source_id
    found = set()
    for day in (since, task.run.started_at.date()):
        folder = (task.data_dir / warc_path_of(Partition(day, f"{day:%Y%m%d}T000000Z-000", source_id))).parent
        for path in folder.glob("*.warc.gz*"):
            run_id = path.name.partition(".")[0]
            found.add(Partition(run_day(run_id), run_id, source_id))
    return sorted(each for each in found if each.run_id != task.run.run_id and not lake.path(CRAWLS, each).exists())


def _task_of(partition: Partition, task: Task, basis: str) -> Task:
    """What the killed run had set out to do, as far as its folder tells."""
    started_at = datetime.strptime(partition.run_id[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    directory = task.run.directory.parent / partition.run_id
    day = _run_date(directory) or partition.captured_date
    run = Run(partition.run_id, day, started_at, directory, task.run.clock)
    is_backfill = basis == "backfill"
    return replace(task, run=run, first_date=day if is_backfill else None, last_date=day if is_backfill else None)


def _run_date(directory: Path) -> date | None:
    try:
        return date.fromisoformat(json.loads((directory / "status.json").read_bytes())["run_date"])
    except (OSError, ValueError, KeyError):
        return None


def _page(capture: dict, headers: dict[str, str]) -> Page:
    return Page(capture["url"], capture["captured_at"], headers.get("etag"), headers.get("last-modified"))
