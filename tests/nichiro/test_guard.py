"""The guard's page: verdicts, what is held and quarantined, history and accounts; nothing hostile in it is alive."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from lxml import html

from nichiro.errors import CheckFailed
from nichiro.pipeline import Pipeline
from nichiro.report import write_guard, write_report
from nichiro.settings import load_settings
from tests.nichiro.kaikyo import make_lake
from tests.release import BUILD_ID, LAST_DAY, make_release, write_status
from warehouse.tables.ops import CHECK_RESULTS

BLOCKED = "20260630T233000Z-001"


def text(element) -> str:
    """With a space between cells."""
    return " ".join(" ".join(element.itertext()).split())


def section(tree, name: str) -> str:
    return text(tree.cssselect(f'section[aria-labelledby="{name}"]')[0])


def read(path: Path):
    return html.fromstring(path.read_text(encoding="utf-8"))


def checks(folder: Path, run_id: str, *rows: dict) -> None:
    """The results of a run that no release holds."""
    common = {
        "run_id": run_id, "gate": "tables", "suite": "marts.articles", "severity": "critical", "outcome": "passed", "observed": None,
        "failing_rows": [], "checked_at": datetime(2026, 6, 30, 23, 40, tzinfo=UTC), "threshold": None,
    }  # fmt: skip
    run = folder / "runs" / run_id
    run.mkdir(parents=True, exist_ok=True)
    pl.DataFrame([common | row for row in rows], schema=CHECK_RESULTS.schema).write_parquet(run / "checks_tables.parquet")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_release(folder)
    make_lake(folder, tmp_path_factory.mktemp("catalog"))
    write_report(folder, folder / "report.html", LAST_DAY)
    return folder


@pytest.fixture(scope="module")
def tree(data_dir):
    return read(data_dir / "guard.html")


def test_the_report_links_it_where_there_is_something_to_read(data_dir, tmp_path) -> None:
    report = read(data_dir / "report.html")
    (link,) = [a for a in report.cssselect("a[href]") if a.get("href") == "guard.html"]
    assert link.iterancestors("section").__next__().get("aria-labelledby") == "sources"
    assert (data_dir / "guard.html").exists()


def test_it_is_one_small_file_without_scripts(data_dir, tree) -> None:
    assert (data_dir / "guard.html").stat().st_size < 500_000
    assert not tree.cssselect("[src], link, iframe, object, script, form")
    policy = tree.cssselect('meta[http-equiv="Content-Security-Policy"]')[0].get("content")
    assert "script-src 'none'" in policy and "http" not in policy


def test_verdicts_tell_gates_and_what_did_not_pass(tree) -> None:
    assert "12 0 0" in section(tree, "glance")
    assert "2 on Sun 28 Jun" not in section(tree, "glance") and "4 on Sun 28 Jun" in section(tree, "glance")
    broken = section(tree, "broken")
    assert "discovers at least 1 link" in broken and "ru_volna_wire" in broken and "all 13 checks" in broken


def test_held_sources_and_quarantine_tell_why_and_show_examples(tree) -> None:
    held = section(tree, "held")
    assert "2026-06-28 jp_kaikyo_news 1 1 articles is 1, declared at least 2" in held
    found = section(tree, "quarantine")
    assert "jp_kaikyo_news no headline 2" in found and "no selector of the publication date finds anything" in found
    assert "https://www.kaikyo.example/2" in [a.get("href") for a in tree.cssselect("a[href]")]


def test_a_hostile_address_is_text(tree) -> None:
    assert "<script>" in text(tree)
    assert all(re.match(r"https?://|report\.html$", a.get("href")) for a in tree.cssselect("a[href]"))


def test_accounts_add_up_or_say_so(data_dir, tree, tmp_path) -> None:
    assert "captures, each with one fate" in section(tree, "glance")
    rows = tree.cssselect('section[aria-labelledby="accounts"] tbody tr')
    assert rows and all(text(row).endswith("yes") for row in rows)


def test_lost_captures_are_seen(tmp_path) -> None:
    from warehouse.store import Candidate, publish

    make_release(tmp_path)
    candidate = Candidate.start(tmp_path)
    candidate._connection.execute("DELETE FROM ops.fates WHERE capture_id = (SELECT max(capture_id) FROM ops.fates WHERE captured_date = ?)", [LAST_DAY])
    candidate.close()
    publish(tmp_path, "20260629T234500Z-001", keep=7)
    tree = read(write_guard(tmp_path, tmp_path / "guard.html", LAST_DAY))
    assert tree.cssselect('section[aria-labelledby="accounts"] .outcome-failed')
    assert tree.cssselect(".sums .outcome-failed")


def test_a_blocked_run_is_told_before_a_release_holds_it(tmp_path) -> None:
    make_release(tmp_path)
    write_status(tmp_path, BLOCKED, run_date="2026-06-30", started_at="2026-06-30T23:30:00Z", status="blocked", exit_code=1, step="check", message="1 check failed")
    checks(tmp_path, BLOCKED, {"check_name": "key <i>is</i> unique", "outcome": "failed", "observed": "3 of 9 rows", "threshold": 0.0,
                               "failing_rows": [f"{number:032x}" for number in range(20)]}, {"check_name": "fine"})
    tree = read(write_guard(tmp_path, tmp_path / "guard.html", date(2026, 6, 30)))
    assert "blocked" in text(tree.cssselect('[role="alert"]')[0])
    row = text(tree.cssselect('section[aria-labelledby="broken"] tbody tr')[0])
    assert "key <i>is</i> unique" in row and "3 of 9 rows 0" in row and row.endswith("and more")
    cells = tree.cssselect('section[aria-labelledby="history"] tbody tr')
    assert [text(cell) for cell in cells[1].cssselect("td.cell")][-1] == "F"
    assert text(cells[0].cssselect("td.cell")[-1]) == "1"


def test_before_the_first_release_the_block_can_be_read(tmp_path) -> None:
    checks(tmp_path, BLOCKED, {"check_name": "key is unique", "outcome": "errored", "observed": "KeyError"})
    tree = read(write_guard(tmp_path, tmp_path / "guard.html", LAST_DAY))
    assert "No release yet" in text(tree) and "KeyError" in section(tree, "broken")


def test_an_empty_folder_makes_a_page(tmp_path) -> None:
    tree = read(write_guard(tmp_path, tmp_path / "guard.html", LAST_DAY))
    assert "No check has run" in text(tree) and "Empty since" in text(tree)


def test_results_of_an_older_nichiro_are_read(tmp_path) -> None:
    checks(tmp_path, BLOCKED, {"check_name": "key is unique"})
    path = tmp_path / "runs" / BLOCKED / "checks_tables.parquet"
    pl.read_parquet(path).drop("threshold").write_parquet(path)
    assert "all 1 passed" in section(read(write_guard(tmp_path, tmp_path / "guard.html", LAST_DAY)), "broken")


def test_it_can_be_read_in_order(tree) -> None:
    levels = [int(element.tag[1]) for element in tree.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(table.cssselect("caption") for table in tree.cssselect("table"))
    ids = [element.get("id") for element in tree.cssselect("[id]")]
    assert len(ids) == len(set(ids)) and BUILD_ID in text(tree)


def test_a_first_run_that_is_blocked_leaves_the_guards_page(tmp_path) -> None:
    pipeline = Pipeline(load_settings(data_dir=tmp_path))

    def check() -> None:
        raise CheckFailed("1 table check failed")

    with pytest.raises(CheckFailed):
        pipeline._do({"check": check, "report": pipeline.report})
    assert pipeline.status.report == str(tmp_path / "guard.html")
    tree = read(tmp_path / "guard.html")
    assert "1 table check failed" in text(tree.cssselect('[role="alert"]')[0]) and "Nothing is published" in text(tree)
