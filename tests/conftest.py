"""The longest files first, so that no process of pytest is left with one of them at the end; examples have no deadline each,
as a busy machine would miss it.
"""

from __future__ import annotations

import hypothesis
import pytest

LONGEST = (
    "test_law.py", "test_demo.py", "test_damage.py", "test_doctor.py", "test_live.py", "test_faults.py", "test_retention.py",
    "test_quarantine.py", "test_days.py",
)  # fmt: skip

hypothesis.settings.register_profile("nichiro", deadline=None)
hypothesis.settings.load_profile("nichiro")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))
