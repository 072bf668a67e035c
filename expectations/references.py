"""References between tables of one log partition: every capture that a row speaks of is there."""

from __future__ import annotations

import polars as pl

from expectations.context import Context
from expectations.rule import holds
from expectations.validation import Result, errored, validate
from warehouse.contract import Table

CAPTURES = "raw.captures", ("staging.articles", "staging.outcomes", "staging.quarantine", "ops.fates")
ARTICLES = "staging.articles", (
    "enriched.relevance", "enriched.passages", "enriched.topics", "enriched.mentions", "enriched.tone", "enriched.target_tone",
    "enriched.document_tone", "enriched.signatures",
)  # fmt: skip
REFERENCES = {name: target for target, names in (CAPTURES, ARTICLES) for name in names}


def check_reference(table: Table, frame: pl.DataFrame, context: Context) -> list[Result]:
    """``capture_is_known``, for the tables of REFERENCES before the publish; nothing for others."""
    target = REFERENCES.get(table.name)
    if target is None or context.gate != "tables":
        return []
    expectation = holds("capture_is_known")
    try:
        known = context.read(target)["capture_id"]
        found = frame.select(capture_is_known=pl.col("capture_id").is_in(known.implode()))
    except Exception as error:  # a table or column is missing: the check was not computed
        return [errored(expectation, error)]
    return validate(found, [expectation])
