"""The longest files first, so that no process of pytest is left with one of them at the end."""

from __future__ import annotations

import pytest

LONGEST = ("test_law.py", "test_doctor.py", "test_faults.py", "test_demo.py", "test_days.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))
