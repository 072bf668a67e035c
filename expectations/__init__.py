"""The guard: Great Expectations on frames, at two gates.

Great Expectations takes seconds to import: only ``expectations.gate`` is imported by others, and inside a function.
"""

from __future__ import annotations

import os

os.environ["GX_ANALYTICS_ENABLED"] = (
    "false"  # before Great Expectations is imported anywhere: it reports to nobody
)

GATE_VERSION = "1"
"""Rises when a check changes: partitions are then looked at again."""

GATE_VERSION = "1"
"""Raise it when the source gate judges otherwise: accepted and held partitions are then judged again."""
