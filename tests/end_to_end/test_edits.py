"""An official statement is edited after it has left every list: the next re-check sees it, and a query names the words.

What differs from visit to visit and is no text of the document makes no version. All pages are fiction.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from nichiro.query import run_query
from tests.crawlers.web import Answer
from tests.end_to_end.visits import FIRST, candidate_after
from tests.torture.web import Pages, address, rss, source
from warehouse.store import connect, publish

pytestmark = pytest.mark.slow

OFFICE = {"publisher": {"name": "架空外務局", "name_en": "Office (fiction)", "country": "JP", "kind": "government"}, "terms": {"access": "full"}}
NAME = "jp_office_statements"
HOST = address(NAME)
BEFORE = "架空の岬の灯台守は、隣の灯台守に強く抗議した。灯りの交換は六月に予定されている。"
AFTER = "架空の岬の灯台守は、隣の灯台守に厳重に抗議した。灯りの交換は六月に予定されている。"
VISITS = (0, 1, 3, 7)  # days; the edit is made between the third and the seventh


def statement(text: str, visit: int) -> Answer:
    """The page as it is served on a visit: counter, tooltip, banner and menu are others each time."""
    return Answer(
        f"<title>{visit}</title><nav>メニュー {visit}</nav><main><h1>灯りの交換（架空）</h1><time>2026-05-03T12:00:00Z</time><p>{text}"
        f"<span role=tooltip>注釈 {visit}</span></p><p>閲覧数：{visit}1,234</p><p>{visit}時間前</p></main><footer>お知らせ {visit}</footer>".encode()
    )


def pages_on(visit: int) -> Pages:
    news = [(f"{HOST}/a/news-{visit}", f"{FIRST + timedelta(days=visit):%a, %d %b %Y 12:00:00 GMT}")]
    if visit == 0:
        news += [(f"{HOST}/a/edited", None), (f"{HOST}/a/untouched", None)]
    return {
        f"{HOST}/feed": rss(*news),
        f"{HOST}/a/news-{visit}": statement(f"今日の潮位は{visit}センチである。灯台守はこれを記した。", visit),
        f"{HOST}/a/edited": statement(AFTER if visit == 7 else BEFORE, visit),
        f"{HOST}/a/untouched": statement("この文書は誰にも手を加えられていない。灯台だけが見ている。", visit),
    }


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release after four daily runs."""
    folder = tmp_path_factory.mktemp("edits")
    candidate = candidate_after(folder, [source(NAME, **OFFICE)], pages_on, VISITS)
    candidate.close()
    publish(folder / "data", "b1", keep=2)
    return folder / "data"


def rows(data_dir: Path, name: str) -> pl.DataFrame:
    with connect(data_dir) as connection:
        return run_query(connection, name)


def test_the_edit_is_named_with_its_words(data_dir: Path) -> None:
    (row,) = rows(data_dir, "revisions").iter_rows(named=True)
    assert (row["url"], row["part"]) == (f"{HOST}/a/edited", "body")
    assert (row["removed"], row["added"], row["context"]) == ("強く", "厳重に", "架空の岬の灯台守は、隣の灯台守に")
    assert row["unchanged_at"] < FIRST + timedelta(days=4) < row["seen_at"]


def test_counters_tooltips_and_banners_make_no_version(data_dir: Path) -> None:
    fates = rows(data_dir, "ops.fates").join(rows(data_dir, "raw.captures"), on="capture_id")
    found = {name: fates.filter(pl.col("url").str.ends_with(name)).sort("captured_at")["fate"].to_list() for name in ("edited", "untouched")}
    assert found == {"edited": ["article", "unchanged", "unchanged", "revision"], "untouched": ["article"] + 3 * ["unchanged"]}
    assert rows(data_dir, "ops.source_days").sort("day")["revised_count"].to_list() == [0, 0, 0, 1]
