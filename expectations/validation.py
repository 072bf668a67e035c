"""One frame against a list of expectations: each passed, failed or errored.

There is no engine for Polars, and the one for DuckDB answers every expectation with an exception (their issue 10738),
so frames go over as Arrow-backed pandas. An expectation that raised comes back from Great Expectations as not
successful; here that is *errored*, an outcome of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import great_expectations as gx
import pandas as pd
import polars as pl
from great_expectations import expectations as gxe
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import ProgressBarsConfig

SHOWN = 3  # unexpected values named in ``observed``


@dataclass(frozen=True)
class Result:
    """The outcome of one check on one frame; ``rows`` are the positions of the rows that break it, from 0.

    ``threshold`` is the bound that applied, where the check has one number.
    """

    check: str
    severity: str
    outcome: str
    observed: str | None = None
    rows: list[int] = field(default_factory=list)
    threshold: float | None = None


def validate(frame: pl.DataFrame, expectations: Sequence[gxe.Expectation]) -> list[Result]:
    """Check every expectation on the frame, in order. Never raises for what an expectation does."""
    if not expectations:
        return []
    try:
        batch = _frames().get_batch({"dataframe": frame.to_pandas(use_pyarrow_extension_array=True)})
        found = _validated(batch, expectations, "BASIC")
        # The rows that break a check cost as much as all the rest: they are looked for where there are any.
        broken = [one for one in expectations if not found[name(one)].success or found[name(one)].result.get("unexpected_count")]
        if broken:
            found |= _validated(batch, broken, "COMPLETE")
    except Exception as error:  # whatever it raises, the check was not computed: that is the outcome errored
        return [errored(one, error) for one in expectations]
    return [_result(found[name(one)]) for one in expectations]


def _validated(batch: Any, expectations: Sequence[gxe.Expectation], told: str) -> dict[str, Any]:
    """What Great Expectations says of each check, by its name; ``told``: how much, in its own word."""
    suite = gx.ExpectationSuite(name="frame", expectations=list(expectations))
    results = batch.validate(suite, result_format={"result_format": told}).results
    return {name(result.expectation_config): result for result in results}


def told_apart(result: Result, height: int) -> list[Result]:
    """The result of each row of the frame that was checked; what errored, errored for all of them."""
    if result.outcome == "errored":
        return [result] * height
    broken = set(result.rows)
    return [
        replace(result, outcome="failed" if row in broken else "passed", observed=None, rows=[])
        for row in range(height)
    ]


def name(expectation: Any) -> str:
    """The check's name, which every expectation here carries."""
    return expectation.meta["check"]


def errored(expectation: Any, error: Exception) -> Result:
    """The result of an expectation that was not computed."""
    return Result(name(expectation), _severity(expectation), "errored", short(error))


def short(found: object, length: int = 300) -> str:
    """One line, cut: crawled values can be of any length."""
    text = f"{type(found).__name__}: {found}" if isinstance(found, Exception) else str(found)
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


@cache
def _frames() -> BatchDefinition:
    """The one context of the process, in memory: no files, no telemetry, no progress bars."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("frames")
    return source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("whole")


def _result(validated: Any) -> Result:
    configuration, result = validated.expectation_config, validated.result
    check, severity = name(configuration), _severity(configuration)
    if raised := _raised(validated.exception_info):
        return Result(check, severity, "errored", short(raised))
    mismatched = result.get("details", {}).get("mismatched", {})
    if missing := mismatched.get("missing"):
        return Result(check, severity, "errored", short("missing columns: " + ", ".join(missing)))
    rows = [int(row) for row in result.get("unexpected_index_list") or []]
    outcome = "passed" if validated.success else "failed"
    threshold = configuration.meta.get("threshold")
    return Result(check, severity, outcome, _observed(result, mismatched), rows, threshold)


def _severity(configuration: Any) -> str:
    severity = configuration.severity
    return getattr(severity, "value", severity) or "critical"


def _raised(exception: dict[str, Any]) -> str | None:
    """The message of the first exception: the field holds one, or several by metric."""
    several = [exception] if "raised_exception" in exception else list(exception.values())
    return next((str(one["exception_message"]) for one in several if one["raised_exception"]), None)


def _observed(result: dict[str, Any], mismatched: dict[str, Any]) -> str | None:
    if mismatched:
        return short("unknown columns: " + ", ".join(mismatched["unexpected"]))
    if "unexpected_count" not in result:
        return short(result.get("observed_value"))
    count = f"{result['unexpected_count']} of {result['element_count']} rows"
    values = [
        value
        for value in result["partial_unexpected_list"][:SHOWN]
        if not any(value is nothing for nothing in (pd.NA, None, False))
    ]
    return short(f"{count}: " + ", ".join(map(str, values)) if values else count)
