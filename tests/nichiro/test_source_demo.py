"""`source check` and `source new` on the fictional web of the demo: its outlets in three languages, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.catalog import load_catalog
from nichiro.checkup import check
from nichiro.scouting import scout
from nichiro.settings import Settings
from tests.demosite import DemoSite
from tests.demosite.replay import ReplayProxy

pytestmark = pytest.mark.slow

AT = datetime(2026, 6, 28, 23, 30, tzinfo=UTC)
CATALOG = Path(__file__).parent.parent / "demosite" / "catalog"


def test_the_demo_web(tmp_path: Path) -> None:
    """What was declared by hand is healthy; what is drafted reads the same articles and takes nothing for known."""
    catalog = load_catalog(CATALOG)
    with ReplayProxy(DemoSite(1), AT) as proxy:
        settings = Settings(_env_file=None, data_dir=tmp_path, proxy=proxy.url, clock=AT.isoformat())
        for source_id in ("au_southern_review", "jp_aozora_wire", "ru_vneshdel_news"):
            found = check(settings, catalog, source_id, pages=2)
            assert (found.state, found.articles_read, found.advice) == ("ok", 2, []), found
        for host, language in (("southern-review", "en"), ("aozora-tsushin", "ja"), ("polyus-agency", "ru")):
            drafted = scout(settings, f"http://www.{host}.example/")
            assert (drafted.sampled, drafted.read, drafted.source.language) == (2, 2, [language])
            assert drafted.source.terms.access == "derive"
            assert drafted.source.extract[0].body
