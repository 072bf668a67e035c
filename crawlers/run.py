"""A crawl: child processes, because Scrapy's reactor starts once in a process; several sources share one.

The child reads its assignment as JSON from stdin and says on stdout, a JSON line each, which source has ended. It writes
a source's files when that source ends, so a child that dies takes only what it had not finished.
"""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
from pydantic import BaseModel, ConfigDict

from crawlers.log import CrawlLog, Task
from crawlers.rescue import take_over
from crawlers.settings import check_polite, scrapy_settings
from crawlers.source import Source
from crawlers.state import CrawlState
from nichiro import forkserver
from nichiro.errors import ConfigError, ContractError, NichiroError, TransientError
from nichiro.run import Run, clock_of
from nichiro.settings import PROJECT, Settings
from warehouse.lake import Lake
from warehouse.tables.raw import CRAWLS

BARRED = ("blocked", "challenged", "down")  # states in which a source's fallback is read
LAST_ASKED = timedelta(days=7)
LOOKUPS = 64  # names asked for at once: one whose server hangs must not keep another host waiting
CHILDREN = 2  # more would only share the same two cores; politeness is per source, not per child
_ERRORS: dict[int, type[NichiroError]] = {
    error.exit_code: error for error in (TransientError, ConfigError, ContractError)
}

logger = logging.getLogger(__name__)


class Assignment(BaseModel):
    """What a child is to crawl; settings and sources come from the parent, so both see the same."""

    model_config = ConfigDict(extra="forbid")

    settings: Settings
    run_id: str
    run_date: date
    started_at: datetime
    directory: Path
    sources: list[Source]
    first_date: date | None
    last_date: date | None


def crawl(
    settings: Settings,
    run: Run,
    catalog: dict[str, Source],
    source_ids: list[str] | None,
    first_date: date | None,
    last_date: date | None,
    on_progress: Callable[[str, str], None],
) -> pl.DataFrame:
    """Crawl sources and return this run's rows of raw.crawls, one per source.

    Without dates every source's feeds, sitemaps and listings are read; with ``first_date`` and ``last_date`` only its
    archives are. ``source_ids`` None means every active source. ``on_progress(source_id, text)`` may be called from
    several threads. Raises ConfigError for an unknown source, an impolite or anonymous live crawl, a reversed range;
    TransientError for trouble of our own. A site in trouble is a row, never an error.
    """
    sources = chosen(catalog, source_ids)
    check_polite(settings, sources)
    if (first_date is None) != (last_date is None) or (first_date and last_date and first_date > last_date):
        raise ConfigError(
            f"{first_date} to {last_date} is no range of days",
            "give a first day and a last one not before it",
        )
    _check_proxy(settings)
    settings = settings.model_copy(update={"data_dir": settings.data_dir.resolve()})
    tasks = {
        source.source_id: Task(source, run, settings.data_dir, first_date, last_date) for source in sources
    }
    readable = []
    for task in tasks.values():
        if _has_documents(task):
            readable.append(task)
        else:
            what = "no archive declared" if task.is_backfill else "no feed, sitemap or listing declared"
            CrawlLog(task).write("unknown", what, 0, None)
            on_progress(task.source.source_id, f"unknown: {what}")
    _crawl(settings, run, [task for task in readable if not task.source.fallback_for], on_progress)
    lake = Lake(settings.data_dir)
    needed = []
    for task in (task for task in readable if task.source.fallback_for):
        if why_not := _unneeded(lake, task):
            CrawlLog(task).write("unknown", why_not, 0, None)
            on_progress(task.source.source_id, why_not)
        else:
            needed.append(task)
    _crawl(settings, run, needed, on_progress)
    return pl.concat([CRAWLS.empty(), *(lake.read(CRAWLS, task.partition) for task in tasks.values())])


def _crawl(settings: Settings, run: Run, tasks: list[Task], on_progress: Callable[[str, str], None]) -> None:
    groups = [group for number in range(CHILDREN) if (group := tasks[number::CHILDREN])]
    _run_children(settings, run, groups, on_progress)
    # A child that died took others' work with it: each of them gets a child of its own.
    if left := _unfinished(tasks):
        _run_children(settings, run, [[task] for task in left], on_progress)
    for task in _unfinished(tasks):
        reason = f"the crawler's child process died; see {run.directory / 'crawl.log'}"
        crawl_log = CrawlLog(task)
        crawl_log.write("down", reason, crawl_log.resume(), None)
        on_progress(task.source.source_id, f"down: {reason}")


def _unneeded(lake: Lake, task: Task) -> str | None:
    """Why a fallback is not read: none of the sources that it stands in for was barred when last asked."""
    states: dict[str, str] = {}
    for partition in reversed(lake.partitions(CRAWLS, since=task.run.started_at.date() - LAST_ASKED)):
        if partition.source_id in task.source.fallback_for and partition.source_id not in states:
            states[partition.source_id] = lake.read(CRAWLS, partition)["state"][0]
    if any(state in BARRED for state in states.values()):
        return None
    told = ", ".join(f"{source_id} is {states.get(source_id, 'not known')}" for source_id in task.source.fallback_for)
    return f"not asked for, as it is a fallback: {told}"


def chosen(catalog: dict[str, Source], source_ids: list[str] | None) -> list[Source]:
    """The sources of these ids, every active one for None. Raises ConfigError for an unknown id, with the nearest."""
    if source_ids is None:
        return [source for source in catalog.values() if source.status == "active"]
    for source_id in source_ids:
        if source_id not in catalog:
            near = get_close_matches(source_id, catalog, n=1)
            hint = f"did you mean {near[0]}?" if near else "see `nichiro source list`"
            raise ConfigError(f"no source {source_id!r} in the catalog", hint)
    return [catalog[source_id] for source_id in dict.fromkeys(source_ids)]


def _has_documents(task: Task) -> bool:
    kinds = {entry.kind for entry in task.source.discover}
    return "archive" in kinds if task.is_backfill else bool(kinds - {"archive"})


def _unfinished(tasks: list[Task]) -> list[Task]:
    return [task for task in tasks if not Lake(task.data_dir).path(CRAWLS, task.partition).exists()]


def _check_proxy(settings: Settings) -> None:
    if not settings.proxy:
        return
    parts = urlsplit(settings.proxy)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme != "http" or not parts.hostname or not port:
        raise ConfigError(f"NICHIRO_PROXY={settings.proxy!r} is no proxy", "write http://127.0.0.1:PORT")
    try:
        socket.create_connection((parts.hostname, port), timeout=5).close()
    except OSError as error:
        raise TransientError(
            f"the proxy {settings.proxy} does not answer: {error}", "start it, or unset NICHIRO_PROXY"
        ) from error


def _run_children(
    settings: Settings, run: Run, groups: list[list[Task]], on_progress: Callable[[str, str], None]
) -> None:
    """Run one child per group, a few at a time; raise what a child raised, after all have ended."""
    with ThreadPoolExecutor(CHILDREN, thread_name_prefix="crawl") as pool:
        ended = list(pool.map(lambda group: _run_child(settings, run, group, on_progress), groups))
    for error in ended:
        if error is not None:
            raise error


def _run_child(
    settings: Settings, run: Run, tasks: list[Task], on_progress: Callable[[str, str], None]
) -> NichiroError | None:
    assignment = Assignment(
        settings=settings.model_dump(mode="json", exclude={"ping_url"})
        | {"clock": run.now().isoformat() if settings.clock else ""},
        run_id=run.run_id,
        run_date=run.run_date,
        started_at=run.started_at,
        directory=run.directory.resolve(),
        sources=[task.source for task in tasks],
        first_date=tasks[0].first_date,
        last_date=tasks[0].last_date,
    )
    trouble: NichiroError | None = None
    try:
        with (run.directory / "crawl.log").open("a", encoding="utf-8") as log:
            child = subprocess.Popen(
                # The names are for whoever reads the list of processes.
                forkserver.command("crawlers.run", *(task.source.source_id for task in tasks)),
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
            )
    except OSError as error:
        raise TransientError(f"cannot start a crawl: {error}", "check free space and memory") from error
    with child:
        for line in _conversation(child, assignment):
            if "exit_code" in line:
                trouble = _ERRORS.get(line["exit_code"], NichiroError)(line["message"], line["hint"])
            else:
                on_progress(line["source_id"], line["text"])
    if child.returncode and trouble is None:
        logger.warning("a crawl's child process ended with %s", child.returncode)
    return trouble


def _conversation(child: subprocess.Popen[str], assignment: Assignment) -> Iterator[dict]:
    assert child.stdin and child.stdout
    try:
        child.stdin.write(assignment.model_dump_json(exclude={"settings": {"ping_url"}}))  # a child has no use for it
        child.stdin.close()
    except BrokenPipeError:
        return  # it died at once: its return code says so
    for line in child.stdout:
        yield json.loads(line)


def main() -> int:
    """The child: crawl the assignment on stdin. Returns the exit code of the first trouble of our own, or 0."""
    from scrapy.crawler import AsyncCrawlerProcess, Crawler

    assignment = Assignment.model_validate_json(sys.stdin.read())
    settings = assignment.settings
    run = Run(
        assignment.run_id,
        assignment.run_date,
        assignment.started_at,
        assignment.directory,
        clock_of(settings),
    )
    process = AsyncCrawlerProcess({"LOG_LEVEL": "WARNING", "REACTOR_THREADPOOL_MAXSIZE": LOOKUPS})
    for name in ("robotstxt", "retry"):  # what they complain of are outcome rows
        logging.getLogger(f"scrapy.downloadermiddlewares.{name}").setLevel(logging.CRITICAL)
    from crawlers.spider import SourceSpider  # after the process has installed its reactor

    troubles: list[NichiroError] = []

    def note(spider: SourceSpider) -> None:
        if spider.trouble:
            troubles.append(spider.trouble)
            return
        found, asked = len(spider.crawl_log.discoveries), len(spider.frontier.asked)
        verdict = spider.verdict
        counts = f"{found} links, {asked} pages asked for"
        is_well = verdict.state in ("ok", "empty")
        told = [verdict.reason] if verdict.reason and verdict.state != "empty" else []
        _say(source_id=spider.name, text=f"{verdict.state}: {'; '.join([counts, *told] if is_well else told)}")

    def announce(spider: SourceSpider, pages: int) -> None:
        minutes = max(1, round(pages * spider.delay / 60))
        _say(source_id=spider.name, text=f"new pages: {pages}, one every {spider.delay:g} s, about {minutes} min")

    for source in assignment.sources:
        task = Task(source, run, settings.data_dir, assignment.first_date, assignment.last_date)
        try:
            crawl_log = CrawlLog(task)
            state = CrawlState(task.data_dir, source.source_id)
            if kept := take_over(task, state) + crawl_log.resume():
                _say(source_id=source.source_id, text=f"pages kept of a crawl that was killed: {kept}")
        except NichiroError as error:
            troubles.append(error)
            break
        crawler = Crawler(SourceSpider, scrapy_settings(settings, source))
        process.crawl(crawler, crawl_log=crawl_log, state=state, on_end=note, on_pages=announce)
    process.start()
    for trouble in troubles:
        _say(exit_code=trouble.exit_code, message=trouble.message, hint=trouble.hint)
    return troubles[0].exit_code if troubles else int(process.bootstrap_failed)


def _say(**line: object) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    forkserver.run_to_end(main)
