"""The report as a file: what it says, and that nothing hostile in it is alive. Chromium sees it in tests/browser."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from datetime import timedelta

import pytest
from lxml import html

from nichiro import wording
from nichiro.errors import ConfigError
from nichiro.report import write_report
from tests.release import BUILD_ID, LAST_DAY, SOURCES, make_release, write_status


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    make_release(folder)
    return folder


@pytest.fixture(scope="module")
def page(data_dir):
    path = write_report(data_dir, data_dir / "report.html", LAST_DAY)
    return path, html.fromstring(path.read_text(encoding="utf-8"))


def text(element):
    return " ".join(element.text_content().split())


def drawn(tree, chart):
    """The rows under a chart's first layer."""
    spec = json.loads(tree.get_element_by_id(chart).text)
    return spec["datasets"][spec["layer"][0]["data"]["name"]]


def test_it_is_one_small_file_that_names_its_release(page):
    path, tree = page
    assert path.stat().st_size < 3_000_000
    assert BUILD_ID in text(tree.cssselect(".masthead")[0])
    assert text(tree.cssselect("h1")[0]) == "Monday, 29 June 2026"
    assert not tree.cssselect("[src], link, iframe, object")


def test_the_glance_tells_spikes_stories_sources_and_checks(page):
    glance = text(page[1].cssselect(".glance")[0])
    assert "Spike: Whole beat, Japan, Mon 29 Jun" in glance and "Spike: Whole beat, Russia" in glance
    assert "where 3.4 were expected; p = 2 × 10⁻⁷" in glance
    assert "4 of 6 healthy" in glance and "Volna (fiction): no answer" in glance
    assert "12 of 13 passed" in glance and "discovers at least 1 link" in glance
    assert page[1].cssselect(".spike li")
    sentences = page[1].cssselect(".spike .reasons bdi")
    assert sentences and all(re.fullmatch(r"marts\.\w+: [0-9a-f ]+", sentence.get("title")) for sentence in sentences), "each names its rows"


def test_every_chart_has_its_table_and_the_same_figures(page):
    tree = page[1]
    for figure in tree.cssselect("figure[data-spec]"):
        spec = json.loads(tree.get_element_by_id(figure.get("data-spec")).text)
        assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
        section = next(parent for parent in figure.iterancestors() if parent.cssselect("details table"))
        assert section.cssselect("details table caption")
    count = sum(row["articles"] for row in drawn(tree, "coverage-JP"))
    japan = next(table for table in tree.cssselect("details table") if text(table.cssselect("caption")[0]).startswith("Japan: coverage"))
    assert count == sum(int(row.cssselect("td")[0].text) for row in japan.cssselect("tbody tr"))


def test_partial_days_are_marked_in_table_and_chart(page):
    tree = page[1]
    assert tree.cssselect("details tr.partial")
    bases = {row["basis"] for row in drawn(tree, "attention-RU")}
    assert "partial" in bases and "unknown" not in bases


def test_the_matrix_has_a_cell_a_day_with_sign_and_words(page):
    rows = page[1].cssselect(".matrix tbody tr")
    assert len(rows) == len(SOURCES)
    assert {len(row.cssselect("td.cell")) for row in rows} == {28}
    down = page[1].cssselect("td.state-down")[0]
    assert down.text == "D" and "no answer" in down.get("title")
    assert page[1].cssselect("td.basis-backfilled")[0].text == "○"


def test_headlines_carry_language_and_only_web_links(page):
    tree = page[1]
    links = tree.cssselect("a[href]:not([href='guard.html'])")
    assert links and all(re.match(r"https?://", a.get("href")) for a in links)
    assert all(a.get("rel") == "noopener noreferrer" for a in links)
    assert {a.get("lang") for a in links} >= {"ja", "ru"}
    assert "copy of Minato News (fiction)" in text(tree) and "1 reprint" in text(tree)


def test_a_hostile_headline_is_text_and_its_url_no_link(page):
    tree = page[1]
    (hostile,) = [e for e in tree.cssselect(".headlines bdi") if "window.pwned" in e.text_content()]
    assert hostile.getparent().tag == "span"
    assert len(hostile) == 0
    assert "javascript:" not in "".join(a.get("href") for a in tree.cssselect("a[href]"))


def test_the_policy_names_the_hash_of_each_script_and_nothing_else(page):
    tree = page[1]
    policy = tree.cssselect('meta[http-equiv="Content-Security-Policy"]')[0].get("content")
    assert policy.startswith("default-src 'none'") and "unsafe-eval" not in policy and "http" not in policy
    scripts = [s.text for s in tree.cssselect("script:not([type])")]
    assert len(scripts) == 2
    for script in scripts:
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy
    assert "script-src 'unsafe-inline'" not in policy


def test_it_can_be_read_in_order(page):
    levels = [int(element.tag[1]) for element in page[1].iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(table.cssselect("caption") for table in page[1].cssselect("table"))
    ids = [element.get("id") for element in page[1].cssselect("[id]")]
    assert len(ids) == len(set(ids))


def test_what_it_rests_on_is_said(page):
    rests = text(page[1].cssselect('section[aria-labelledby="rests"]')[0])
    assert BUILD_ID in rests and "beat terms" in rests and "1+lexicon:77" in rests
    assert "Validation: not validated on this language (fiction)" in text(page[1])
    assert "n = " in text(page[1])


def test_a_blocked_run_shows_the_old_release_and_the_checks_that_blocked(tmp_path):
    make_release(tmp_path)
    check = {"gate": "tables", "suite": "marts.articles", "check_name": "primary <b>key</b>", "severity": "critical",
             "outcome": "failed", "observed": "3 rows"}
    write_status(tmp_path, "20260630T233000Z-001", run_date="2026-06-30", started_at="2026-06-30T23:30:00Z",
                 status="blocked", exit_code=1, step="check", message="1 check failed", checks=[check])
    write_status(tmp_path, "20260630T234500Z-001", run_date="2026-06-30", started_at="2026-06-30T23:45:00Z",
                 status="running", step="report")
    path = write_report(tmp_path, tmp_path / "report.html", LAST_DAY + timedelta(days=1))
    tree = html.fromstring(path.read_text(encoding="utf-8"))
    banner = text(tree.cssselect('[role="alert"]')[0])
    assert "blocked" in banner and "end on Monday, 29 June 2026" in banner and BUILD_ID in banner
    assert "marts.articles" in banner and "primary <b>key</b>" in banner and "3 rows" in banner
    assert text(tree.cssselect("h1")[0]) == "Tuesday, 30 June 2026"


def test_no_banner_after_a_good_run(tmp_path):
    make_release(tmp_path)
    write_status(tmp_path, "20260629T233000Z-001", run_date="2026-06-29", started_at="2026-06-29T23:30:00Z")
    write_report(tmp_path, tmp_path / "report.html", LAST_DAY)
    assert 'role="alert"' not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_an_empty_release_makes_a_report(tmp_path):
    from warehouse.store import Candidate, publish

    Candidate.start(tmp_path, fresh=True).close()
    publish(tmp_path, "20260301T000000Z-001", keep=2)
    path = write_report(tmp_path, tmp_path / "report.html", LAST_DAY)
    assert "No spike in the last 3 days" in path.read_text(encoding="utf-8")


def test_without_a_release_it_says_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match="nichiro"):
        write_report(tmp_path, tmp_path / "report.html", LAST_DAY)


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://a.example/x?q=1", True), ("HTTP://a.example", True), ("javascript:alert(1)", False),
        (" https://a.example", False), ("https:///x", False), ("https://a.example/\nx", False), ("//a.example", False),
        ("data:text/html,x", False), ("", False), (None, False),
    ],
)
def test_only_plain_web_addresses_are_links(url, linked):
    assert (wording.web_address(url) is not None) is linked


def test_figures_are_written_as_in_print():
    assert [wording.tone(v) for v in (-0.123, 0.5, 0.0, -0.001, None)] == ["−0.12", "+0.50", "0.00", "0.00", "–"]
    assert [wording.probability(v) for v in (0.0123, 2.1e-7, 1e-15, 0.0)] == ["0.012", "2 × 10⁻⁷", "< 10⁻¹²", "< 10⁻¹²"]
    assert [wording.share(v) for v in (1.0, 0.123, None)] == ["100 %", "12.3 %", "–"]
    assert [wording.figure(v) for v in (3.0, 3.44, 1234.5)] == ["3", "3.4", "1,234"]
