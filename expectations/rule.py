"""Three forms of a named expectation, in which the suites are written."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.kinds import ValuesInSet


def holds(
    check: str, severity: str = "critical", mostly: float = 1, threshold: float | None = None
) -> gxe.Expectation:
    """The boolean column ``check`` is true, in a share of at least ``mostly`` of the rows where it is not null.

    ``threshold`` is the number that the column was made with, where a person should see it; else ``mostly``.
    """
    return ValuesInSet(
        column=check,
        value_set=[True],
        mostly=mostly,
        severity=FailureSeverity(severity),
        meta={"check": check, "threshold": mostly if threshold is None and mostly != 1 else threshold},
    )


def not_below(check: str, column: str, floor: str, severity: str = "critical") -> gxe.Expectation:
    """``column`` >= ``floor``, both of them columns, where neither is null."""
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=column, column_B=floor, or_equal=True, ignore_row_if="either_value_is_missing",
        severity=FailureSeverity(severity), meta={"check": check},
    )  # fmt: skip


def equal(check: str, column: str, other: str, severity: str = "critical") -> gxe.Expectation:
    """``column`` = ``other``, both of them columns, where neither is null."""
    return gxe.ExpectColumnPairValuesToBeEqual(
        column_A=column, column_B=other, ignore_row_if="either_value_is_missing",
        severity=FailureSeverity(severity), meta={"check": check},
    )  # fmt: skip
