"""enriched.document_tone: probabilities are whole, the label follows from them, and what is not scored says why."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.suites.enriched_target_tone import probable, scored


def derived(tone: pl.DataFrame, context: Context) -> pl.DataFrame:
    return probable(tone)


def expectations(context: Context) -> list[gxe.Expectation]:
    return scored()
