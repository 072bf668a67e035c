"""What dirt looks like on the rows of staging.articles: expressions that are true where a row is suspicious.

The suite shows the rows; the source gate counts them and holds a partition where they are more than half of it.
"""

from __future__ import annotations

import polars as pl

SAME = 3  # different articles of a source and run with one text: two may be one article under two URLs
LEAD_LENGTH = 80  # characters; a shorter first paragraph is a dateline or a greeting, and repeats
SWAP_NEAR, SWAP_FAR = 3, 25  # days from the capture: of the date with day and month exchanged, and as read
FEED_APART = pl.duration(days=3)  # between a page's date and its feed's: two zones, and a night's delay
_URL = r"(?i)^\s*(?:[a-z][a-z0-9+.-]*://|//|www\.|/)\S*\s*$"
_ISO_DAY, _MAIL_DAY = r"(\d{4}-\d{2}-\d{2})", r"(\d{1,2} [A-Z][a-z]{2} \d{4})"


def is_swapped() -> pl.Expr:
    """The date lies far from its capture, and near it with day and month exchanged. False where nothing can be said."""
    read, captured = pl.col("published_date"), pl.col("captured_date")
    is_exchangeable = (read.dt.day() <= 12) & (read.dt.day() != read.dt.month())
    swapped = pl.when(is_exchangeable).then(pl.date(read.dt.year(), read.dt.day(), read.dt.month()))
    suspicious = (
        (pl.col("basis") == "observed")
        & ((swapped - captured).dt.total_days().abs() <= SWAP_NEAR)
        & ((read - captured).dt.total_days().abs() > SWAP_FAR)
    )
    return suspicious.fill_null(value=False)


def is_url() -> pl.Expr:
    """A URL or path stands where the date should; a date that is declared to come from the URL is none."""
    return (pl.col("published_method") != "url") & pl.col("published_text").str.contains(_URL)


def is_repeated() -> pl.Expr:
    """The body is that of SAME or more articles of the source and run: a sidebar, a banner, a notice."""
    return _repeats("body")


def is_repeated_lead() -> pl.Expr:
    """So is the first paragraph, where it is a long one."""
    lead = pl.col("body").str.split("\n").list.first()
    return _repeats(lead) & (lead.str.len_chars() >= LEAD_LENGTH)


def day_of_feed(published_text: pl.Expr) -> pl.Expr:
    """The day of an ISO 8601 or RFC 5322 date as feeds write it, in the feed's zone; null where it is neither."""
    iso = published_text.str.extract(_ISO_DAY).str.to_date("%Y-%m-%d", strict=False)
    mail = published_text.str.extract(_MAIL_DAY).str.to_date("%d %b %Y", strict=False)
    return pl.coalesce(iso, mail)


def _repeats(text: str | pl.Expr) -> pl.Expr:
    articles = pl.col("article_id").n_unique().over("source_id", "run_id", text)
    return (pl.col("body_length") > 0) & (articles >= SAME)
