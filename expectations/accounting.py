"""The accounts of law 5: every capture has exactly one fate, summed per source and run."""

from __future__ import annotations

import polars as pl

from warehouse.columns import PARTITION


def counted(partitions: pl.DataFrame, captures: pl.DataFrame, fates: pl.DataFrame) -> pl.DataFrame:
    """``partitions`` with ``captures``, ``fates`` and ``quarantined_fates`` counted in them, row for row.

    A partition of a day from which neither frame has a row was not read, and its counts are null.
    """
    sums = (
        captures.group_by(PARTITION).len("captures"),
        fates.group_by(PARTITION).len("fates"),
        fates.filter(pl.col("fate") == "quarantined").group_by(PARTITION).len("quarantined_fates"),
    )
    days = pl.concat([captures["captured_date"], fates["captured_date"]]).unique()
    for total in sums:
        partitions = partitions.join(total, on=PARTITION, how="left", maintain_order="left")
    was_read = pl.col("captured_date").is_in(days.implode())
    return partitions.with_columns(
        pl.when(was_read).then(pl.col(name).fill_null(0).cast(pl.Int64)).alias(name)
        for name in ("captures", "fates", "quarantined_fates")
    )
