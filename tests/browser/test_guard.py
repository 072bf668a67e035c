"""The guard's page in Chromium, from disk: one request, no complaint, nothing alive of what was crawled, fit for a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from nichiro.report import write_report
from tests.nichiro.kaikyo import make_lake
from tests.release import LAST_DAY, make_release

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def guard(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_release(folder)
    make_lake(folder, tmp_path_factory.mktemp("catalog"))
    return write_report(folder, folder / "report.html", LAST_DAY).with_name("guard.html")


def test_the_guard_opens_from_disk(opened, guard):
    page, trouble, requests = opened(guard)
    assert trouble == [] and requests == [guard.as_uri()]
    assert page.evaluate("document.scripts.length") == 0
    assert page.get_by_text("<script>").count() >= 1
    assert "kept out of the release" in page.locator("body").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_report_and_guard_lead_to_each_other(opened, guard):
    page, trouble, _ = opened(guard.with_name("report.html"))
    page.get_by_role("link", name="the guard").click()
    assert page.url == guard.as_uri()
    page.get_by_role("link", name="the report").click()
    assert page.url.endswith("report.html") and trouble == []
