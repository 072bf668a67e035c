"""One crawl of the whole torture web for all its tests."""

from __future__ import annotations

import pytest

from tests.torture.web import SITES, Visits


@pytest.fixture(scope="session")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Visits:
    return Visits(tmp_path_factory.mktemp("torture"), SITES)
