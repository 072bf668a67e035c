"""A table's contract as expectations: columns, nulls, closed lists, ranges, primary key."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from great_expectations import expectations as gxe

from expectations.kinds import ValuesInSet, ValuesNotNull, ValuesWithin
from warehouse.contract import Column, Table

TEXTS = ("body", "lede", "text")


def slim(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame as it is handed over: texts and lists become their lengths, under their own names; instants lose "UTC".

    A million long texts take ten seconds to reach pandas, and no expectation needs more than a length. Great
    Expectations hashes every frame twice, and instants with a zone cost most of that time.
    """
    slimmer = [
        _lean(pl.col(name), dtype)
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.List | pl.Datetime) or (name in TEXTS and dtype == pl.String)
    ]
    return frame.with_columns(slimmer)


def _lean(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Datetime):
        return column.dt.replace_time_zone(None)
    return (column.list.len() if isinstance(dtype, pl.List) else column.str.len_chars()).cast(pl.Int64)


def mentioned(expectations: Sequence[gxe.Expectation], columns: Sequence[str]) -> list[str]:
    """Those of ``columns`` that the expectations look at."""
    named = {getattr(one, part, None) for one in expectations for part in ("column", "column_A", "column_B")}
    return [name for name in columns if name in named]


def baseline(table: Table, served: bool = False) -> list[gxe.Expectation]:
    """What the contract says, on a frame made by ``slim``; with ``served``, on the columns that a release holds."""
    columns = table.served_columns if served else table.columns
    expectations: list[gxe.Expectation] = [
        gxe.ExpectTableColumnsToMatchSet(
            column_set=[column.name for column in columns], exact_match=True, meta={"check": "columns"}
        ),
        _unique(table.primary_key),
    ]
    for column in columns:
        expectations += _column(column)
    return expectations


def _unique(key: tuple[str, ...]) -> gxe.Expectation:
    meta = {"check": "primary_key"}
    if len(key) == 1:
        return gxe.ExpectColumnValuesToBeUnique(column=key[0], meta=meta)
    return gxe.ExpectCompoundColumnsToBeUnique(column_list=list(key), meta=meta)


def _column(column: Column) -> list[gxe.Expectation]:
    expectations: list[gxe.Expectation] = []
    if not column.nullable:
        expectations.append(
            ValuesNotNull(column=column.name, meta={"check": f"{column.name}.not_null"})
        )
    if column.values:
        expectations.append(
            ValuesInSet(
                column=column.name, value_set=list(column.values), meta={"check": f"{column.name}.values"}
            )
        )
    if column.minimum is not None or column.maximum is not None:
        expectations.append(
            ValuesWithin(
                column=column.name,
                min_value=column.minimum,
                max_value=column.maximum,
                meta={"check": f"{column.name}.range"},
            )
        )
    return expectations
