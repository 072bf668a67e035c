"""A takedown: nothing of the document is left anywhere, nothing else changes, and it does not come back."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawlers.catalog import load_catalog
from crawlers.source import Terms
from nichiro import retention
from nichiro.backup import backup
from nichiro.demo import TAKEN_AT
from nichiro.errors import ConfigError, TransientError
from nichiro.forget import bury, find, is_pending
from nichiro.pipeline import Pipeline
from nichiro.restore import restore
from nichiro.settings import Settings, load_settings
from tests.demosite.replay import ReplayProxy
from tests.end_to_end.conftest import Demo
from tests.end_to_end.test_demo import settings_for, tables
from tests.end_to_end.traces import traces
from tests.nichiro.command import Command
from warehouse.archive import captures_of
from warehouse.contract import Table
from warehouse.lake import Lake, file_sha256
from warehouse.store import connect, current_release
from warehouse.tables import TABLES, raw, staging

# Of two sources that publish other views and revisions of a page: the document met under most addresses.
CHOICE = """
SELECT f.article_id, any_value(a.url) AS url, any_value(a.headline) AS headline, count(*) AS captures
FROM ops.fates f JOIN marts.articles a USING (article_id)
WHERE f.article_id IN (SELECT article_id FROM ops.fates WHERE fate = 'alternate_view')
GROUP BY ALL ORDER BY count(*) DESC, f.article_id LIMIT 1
"""


@dataclass(frozen=True)
class Document:
    article_id: str
    url: str
    headline: str
    captures: int
    urls: list[str]
    sentence: str


@pytest.fixture
def settings(demo: Demo, tmp_path: Path) -> Settings:
    shutil.copytree(demo.data_dir, tmp_path / "data", symlinks=True)
    return load_settings(data_dir=tmp_path / "data", catalog_dir=demo.catalog_dir)


@pytest.fixture
def document(settings: Settings) -> Document:
    with connect(settings.data_dir) as connection:
        (article_id, url, headline, captures), = connection.sql(CHOICE).fetchall()
        urls = [row[0] for row in connection.execute("SELECT DISTINCT url FROM staging.articles WHERE article_id = ?", [article_id]).fetchall()]
    sentence = sentence_of(settings, article_id)
    found = Document(article_id, url, headline, captures, urls, sentence)
    assert len(urls) > 1 and len(traces(settings.data_dir, sentence)) >= 2, "the test needs a document that is really there"
    return found


def sentence_of(settings: Settings, article_id: str) -> str:
    """The longest sentence of a document's body."""
    lake = Lake(settings.data_dir)
    versions = lake.read_all(staging.ARTICLES, lake.partitions(staging.ARTICLES)).filter(article_id=article_id)
    return max(re.split(r"[.。\n]", versions["body"][0]), key=len)


def holding_of(settings: Settings, url: str):
    return find(Lake(settings.data_dir), load_catalog(settings.catalog_dir), url)


def test_log_and_lake_are_struck(settings: Settings, document: Document) -> None:
    lake = Lake(settings.data_dir)
    partitions = lake.partitions(raw.CRAWLS)
    before = lake.read_all(raw.CAPTURES, partitions)
    pipeline = Pipeline(settings)
    bury(lake, pipeline.run, holding_of(settings, document.url), None)
    counts = pipeline.step("parse").counts
    assert counts["taken_down_captures"] >= document.captures and counts["taken_down_versions"] >= len(document.urls)
    found = traces(settings.data_dir, document.sentence, document.headline, *document.urls)
    assert {name.split("/")[0] for name in found} <= {"releases", "report.html", "alerts.atom"}, "these go with the publish"
    after = lake.read_all(raw.CAPTURES, partitions)
    assert after["capture_id"].to_list() == before["capture_id"].to_list()
    for partition in partitions:   # the index is still that of the archive
        if (captures := lake.read(raw.CAPTURES, partition)).height:
            assert captures_of(settings.data_dir, partition).equals(captures)
    outcomes = lake.read_all(staging.OUTCOMES, partitions)
    assert outcomes.filter(reason="tombstone").height >= document.captures and outcomes.height == after.height


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_is_left_and_nothing_else_changes(settings: Settings, document: Document, unchecked: None) -> None:
    before = tables(settings.data_dir)
    pipeline = Pipeline(settings)
    holding = holding_of(settings, document.url.replace("http://", "https://www.") + "?utm_source=letter")
    assert document.article_id in holding.article_ids and holding.version_count >= len(document.urls)
    bury(pipeline.lake, pipeline.run, holding, "a fictional letter")

    # killed after each step: the next run goes on from there
    for step in ("parse", "gate", "enrich", "build", "check"):
        Pipeline(settings).step(step)
        assert is_pending(pipeline.lake)
    Pipeline(settings).step("publish")
    Pipeline(settings).step("report")
    assert not is_pending(pipeline.lake)

    words = (document.sentence, document.headline, *document.urls)
    assert traces(settings.data_dir, *words) == []
    assert [path.name for path in (settings.data_dir / "releases").iterdir()] == [current_release(settings.data_dir).name]
    after = tables(settings.data_dir)
    assert document.article_id not in set(after["marts.articles"]["article_id"])
    gone = before["marts.articles"].join(after["marts.articles"], on="article_id", how="anti")
    assert gone["article_id"].to_list() == [document.article_id]

    # law 5: every capture still has its one fate
    fates = after["ops.fates"]
    assert fates["capture_id"].to_list() == before["ops.fates"]["capture_id"].to_list() == after["raw.captures"]["capture_id"].to_list()
    changed = fates.join(before["ops.fates"], on=fates.columns, how="anti", nulls_equal=True)
    assert changed.height >= document.captures and changed.select("fate", "reason").unique().rows() == [("skipped", "tombstone")]
    row = after["ops.tombstones"].row(0, named=True)
    assert document.article_id in row["article_ids"] and row["reason"] == "a fictional letter"

    Pipeline(settings).rebuild()
    assert traces(settings.data_dir, *words) == []
    again = tables(settings.data_dir)
    assert [name for name, frame in after.items() if not frame.equals(again[name])] == []


def test_an_expired_partition_is_struck_too(settings: Settings, document: Document) -> None:
    lake, catalog = Lake(settings.data_dir), load_catalog(settings.catalog_dir)
    everything = {source_id: each.model_copy(update={"terms": Terms(archive_days=1)}) for source_id, each in catalog.items()}
    due = list(retention.due(lake, everything, date(2027, 1, 1)))
    assert due and all(retention.expire(lake, each) for each in due)
    pipeline = Pipeline(settings)
    bury(lake, pipeline.run, holding_of(settings, document.url), None)
    pipeline.step("parse")
    found = traces(settings.data_dir, document.headline, *document.urls)
    assert {name.split("/")[0] for name in found} <= {"releases", "report.html", "alerts.atom"}
    for each in due:
        entry = lake.manifest(each.partition.captured_date).entries[each.partition.stem]
        told = retention.note(lake, each.partition)
        assert told and entry.files() == told.files() and entry.counts == told.counts
        for name, digest in entry.files().items():
            assert file_sha256(lake.path(TABLES[name], each.partition)) == digest


def test_a_killed_strike_is_made_up_for(settings: Settings, document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(settings.data_dir)
    bury(lake, Pipeline(settings).run, holding_of(settings, document.url), None)
    write = Lake.write

    def killed(self: Lake, table: Table, *arguments: object) -> str:
        if table is raw.CAPTURES:   # the WARC file is struck, its index not yet written
            raise TransientError("killed", "run again")
        return write(self, table, *arguments)   # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Lake, "write", killed)
        with pytest.raises(TransientError):
            Pipeline(settings).step("parse")
    Pipeline(settings).step("parse")
    found = traces(settings.data_dir, document.sentence, *document.urls)
    assert {name.split("/")[0] for name in found} <= {"releases", "report.html", "alerts.atom"}
    for partition in lake.partitions(raw.CRAWLS):
        if (captures := lake.read(raw.CAPTURES, partition)).height:
            assert captures_of(settings.data_dir, partition).equals(captures)


def test_the_command_asks(settings: Settings, document: Document, tmp_path: Path) -> None:
    nichiro = Command(tmp_path, {"NICHIRO_CATALOG_DIR": str(settings.catalog_dir)})
    told = nichiro("forget", document.url, "--data-dir", "data")
    assert told.returncode == 78 and "--yes" in told.stderr and document.headline in told.stderr
    assert not is_pending(Lake(settings.data_dir))


def test_what_is_no_document_is_refused(settings: Settings) -> None:
    with connect(settings.data_dir) as connection:
        ((feed,),) = connection.sql("SELECT url FROM raw.captures WHERE kind = 'feed' LIMIT 1").fetchall()
    for url, why in ((feed, "feed or a list"), ("seto-nippo.example/1", "no web address")):
        with pytest.raises(ConfigError, match=why):
            holding_of(settings, url)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_does_not_come_back(demo: Demo, settings: Settings, document: Document, tmp_path: Path) -> None:
    """Neither by tomorrow's crawl, whose feeds and lists may still name it, nor from a backup made before."""
    backup(settings.data_dir, tmp_path / "backup", Pipeline(settings).run.now(), lambda message: None)
    last = date(2026, 6, 29)
    published = last - timedelta(days=3)
    with connect(settings.data_dir) as connection:   # one that tomorrow's list still names
        article_id, url = connection.execute(
            "SELECT article_id, url FROM marts.articles WHERE published_date >= ? AND source_id = 'jp_seto_editorial' ORDER BY published_at DESC", [published]
        ).fetchone()
    words = (sentence_of(settings, article_id), "GET " + urlsplit(url).path)   # other articles' pages may name it among their links
    Pipeline(settings).take_down(holding_of(settings, url), None)
    assert traces(settings.data_dir, *words) == []
    shutil.rmtree(settings.data_dir / "state" / "crawl")   # so that lists are read whole again, not answered by 304
    with ReplayProxy(demo.site, datetime.combine(last + timedelta(days=1), TAKEN_AT)) as proxy:
        status = Pipeline(settings_for(demo, settings.data_dir, proxy)).run_all()
    assert status.status == "published"
    assert traces(settings.data_dir, *words) == []
    with connect(settings.data_dir) as connection:
        ((named,),) = connection.sql("SELECT count(*) FROM raw.discoveries WHERE decision = 'tombstone'").fetchall()
    assert named > 0, "the feed must still name it"

    restore(tmp_path / "backup", settings.data_dir, lambda message: None)
    assert traces(settings.data_dir, *words) != [] and is_pending(Lake(settings.data_dir))
    Pipeline(settings).catch_up()
    assert traces(settings.data_dir, *words) == []
