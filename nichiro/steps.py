"""The steps of a run, in order; the command line, the DAGs and the docs take their names from here."""

from __future__ import annotations

STEPS = ("crawl", "parse", "gate", "enrich", "build", "check", "publish", "alert", "report")
