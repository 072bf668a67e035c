"""When an official statement is asked for again: governments edit what they have published, and seldom say so. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

AFTER = tuple(timedelta(days=days) for days in (1, 3, 7, 30))  # of its first capture
EARLY = timedelta(hours=2)  # a daily run does not reach a page at the same minute every day
LET_GO = timedelta(days=7)  # a page that gives no answer for so long after its last re-check is not asked for again
LONGEST = AFTER[-1] + LET_GO


def due_at(first_at: datetime, last_at: datetime, now: datetime) -> datetime | None:
    """When the re-check fell due that is owed for a page of these captures; None where none is.

    One re-check makes up for all that were missed before it: what counts is the newest that was not made.
    """
    due = [first_at + after for after in AFTER if first_at + after - EARLY <= now]
    if not due or last_at >= due[-1] - EARLY or now >= first_at + LONGEST:
        return None
    return due[-1]
