"""The report in Chromium, from disk: it draws, asks nothing of the network and runs nothing that was crawled."""

from __future__ import annotations

from pathlib import Path

import pytest

from nichiro.report import write_report
from tests.release import LAST_DAY, make_release

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_release(folder)
    return write_report(folder, folder / "report.html", LAST_DAY)


@pytest.fixture
def seen(opened, report):
    """The opened page, drawn, with what it said and asked for."""
    page, trouble, requests = opened(report)
    page.wait_for_function("document.querySelectorAll('figure svg').length === document.querySelectorAll('figure').length", timeout=20_000)
    return page, trouble, requests


def test_the_report_opens_from_disk(seen, report):
    page, trouble, requests = seen
    assert trouble == []
    assert requests == [report.as_uri()]
    assert page.locator("figure svg").count() == 12   # three countries × 2; tone of documents and toward one country, in three languages
    assert page.locator("#coverage-JP").count() == 1
    marks = page.locator("figure svg path, figure svg rect").count()
    assert marks > 500, "the charts are empty"
    assert page.evaluate("window.pwned") is None
    assert page.get_by_text("<script>window.pwned").count() >= 1
    body = page.locator("body").inner_text()
    assert "漁業交渉" in body and "Переговоры" in body and "Kaikyo Shimbun" in body


def test_the_page_is_not_wider_than_the_screen(seen):
    page, _, _ = seen
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_policy_stops_an_injected_script_and_a_request(seen):
    """Were the escaping ever to fail, the policy is the second wall."""
    page, trouble, requests = seen
    page.evaluate("""() => {
        const script = document.createElement('script'); script.textContent = 'window.pwned = 1'; document.body.append(script);
        const image = document.createElement('img'); image.src = 'http://127.0.0.1:9/pixel'; document.body.append(image);
    }""")
    page.wait_for_timeout(200)
    assert page.evaluate("window.pwned") is None
    assert len(trouble) >= 2 and all("Content Security Policy" in text for text in trouble)
    assert len([url for url in requests if url.startswith("http")]) <= 1   # refused before it left


def test_a_table_opens_by_keyboard(seen):
    page, _, _ = seen
    details = page.locator("details:has(table)").first
    summary = details.locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert details.get_attribute("open") is not None
    assert details.locator("table").is_visible()
