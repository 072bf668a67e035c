"""The alerts as last seen, with what was told of them and what people said."""

from __future__ import annotations

from datetime import date

import polars as pl

from nichiro.alerts.ledger import Ledger
from warehouse.tables.ops import ALERT_OBSERVATIONS, DECISIONS_TABLE, DELIVERIES


def overview(ledger: Ledger, first: date) -> pl.DataFrame:
    """One row per alert from ``first`` on, the newest first: its latest observation, ``sent_count``, ``decision``."""
    seen = ledger.rows(ALERT_OBSERVATIONS).filter(pl.col("published_date") >= first)
    sent = ledger.rows(DELIVERIES).filter(pl.col("outcome") == "sent", pl.col("kind").is_in(["news", "tone"])).explode("subject_ids").rename({"subject_ids": "observation_id"})
    told = seen.join(sent.select("observation_id", "message_id"), on="observation_id").group_by("alert_id").agg(
        pl.col("message_id").n_unique().cast(pl.Int64).alias("sent_count")
    )
    decided = ledger.rows(DECISIONS_TABLE).drop_nulls("alert_id").sort("decided_at").unique("alert_id", keep="last")
    return (
        seen.sort("as_of", "run_id").unique("alert_id", keep="last")
        .join(told, on="alert_id", how="left")
        .join(decided.select("alert_id", "decision", "decided_by"), on="alert_id", how="left")
        .with_columns(pl.col("sent_count").fill_null(0))
        .drop("article_ids", "observation_id", "run_id", "captured_date")
        .sort("published_date", "q_value", "alert_id", descending=[True, False, False])
    )
