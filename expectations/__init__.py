"""The guard: Great Expectations on frames, at two gates.

Great Expectations takes seconds to import: only ``expectations.gate`` is imported by others, and inside a function.
"""

from __future__ import annotations

import os

# It is asked before Great Expectations is imported anywhere: nothing is reported to anybody.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

GATE_VERSION = "3"
"""Rises when a check of the source gate changes: partitions are then judged again."""
