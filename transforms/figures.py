"""What a day's crawls of a source met and gave, in figures; ``transforms.health`` judges by them."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from warehouse.columns import PARTITION

KEY = ["source_id", "day"]
# A page in quarantine lacks what its reason names; for any other reason nothing of it could be read.
_LACKS = {
    "headline": ("no_headline", "many_headlines"),
    "date": ("no_date", "many_dates", "unreadable_date", "impossible_date", "future_date"),
    "body": ("no_body", "many_bodies"),
}
NONE = pl.DataFrame(
    schema={
        "source_id": pl.String, "day": pl.Date, "http_states": pl.List(pl.String), "new_count": pl.Int64, "revised_count": pl.Int64,
        "newest_age_days": pl.Float64, "headline_share": pl.Float64, "date_share": pl.Float64, "body_share": pl.Float64,
        "byline_share": pl.Float64, "body_length_median": pl.Float64,
    }
)  # fmt: skip


def figures(
    crawls: pl.DataFrame, fetches: pl.DataFrame, outcomes: pl.DataFrame, articles: pl.DataFrame, fates: pl.DataFrame
) -> pl.DataFrame:
    """One row per source and day with the columns of NONE.

    ``crawls``: raw.crawls, of which daily ones count; the others: raw.fetches, staging.outcomes, staging.articles and
    ops.fates of the same partitions. Shares are of the article pages that were answered, medians in characters.
    """
    runs = crawls.filter(pl.col("basis") == "observed").with_columns(day="first_date")
    of_day = runs.select(*PARTITION, "day")
    parts = [_states(fetches.join(of_day, on=PARTITION)), _ages(runs)]
    parts += [_filled(outcomes.join(of_day, on=PARTITION)), _read(articles.join(of_day, on=PARTITION))]
    parts += [
        fates.join(of_day, on=PARTITION).group_by(KEY).agg(
            new_count=(pl.col("fate") == "article").sum().cast(pl.Int64),
            revised_count=(pl.col("fate") == "revision").sum().cast(pl.Int64),
        )
    ]  # fmt: skip
    found = of_day.select(KEY).unique()
    for part in parts:
        found = found.join(part, on=KEY, how="left")
    return found.select(pl.col(name).cast(dtype) for name, dtype in NONE.schema.items())


def _states(fetches: pl.DataFrame) -> pl.DataFrame:
    """How requests ended: "200 × 12" by HTTP status, "timeout × 1" where none came."""
    ending = pl.coalesce(pl.col("http_status").cast(pl.String), "outcome").alias("ending")
    counted = fetches.select(*KEY, ending).group_by(*KEY, "ending").len().sort(*KEY, "ending")
    return counted.group_by(KEY, maintain_order=True).agg(http_states=pl.format("{} × {}", "ending", "len"))


def _ages(runs: pl.DataFrame) -> pl.DataFrame:
    """Days from the newest item that the source named to the end of the crawl."""
    rows = [
        (source_id, day, (finished_at - newest).total_seconds() / 86_400)
        for source_id, day, finished_at, text in runs.select(*KEY, "finished_at", "newest_text").drop_nulls().iter_rows()
        if (newest := _instant(text))
    ]
    frame = pl.DataFrame(rows, schema={"source_id": pl.String, "day": pl.Date, "newest_age_days": pl.Float64}, orient="row")
    return frame.group_by(KEY).agg(pl.col("newest_age_days").min())


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _filled(outcomes: pl.DataFrame) -> pl.DataFrame:
    is_page = pl.col("outcome").is_in(["article", "quarantined"]) & (pl.col("reason").fill_null("") != "unreadable_feed")
    known = [reason for reasons in _LACKS.values() for reason in reasons]
    other = pl.col("reason").is_not_null() & ~pl.col("reason").is_in(known)
    lacking = {f"{name}_share": 1 - (pl.col("reason").is_in(reasons).fill_null(value=False) | other).mean() for name, reasons in _LACKS.items()}
    return outcomes.filter(is_page).group_by(KEY).agg(**lacking)


def _read(articles: pl.DataFrame) -> pl.DataFrame:
    own = ~pl.col("is_alternate_view") & (pl.col("body_state") != "paywalled")   # that these are leads is known
    return articles.group_by(KEY).agg(
        byline_share=pl.col("byline").is_not_null().mean(), body_length_median=pl.col("body_length").filter(own).median()
    )
