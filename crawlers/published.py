"""The dates of a page by the rules of its source: of publication, of change, of the event, and all that were looked at."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crawlers.confidence import confidence_of
from crawlers.datelines import Candidate, candidate_of
from crawlers.dates import Dateline, UnreadableDate, read_date
from crawlers.page import Page, Unfit
from crawlers.source import Extract, Published, Source

FUTURE = timedelta(hours=36)  # a day's lead of the farthest zone and half a day of a publisher's wrong clock


def published_by_rules(
    page: Page, where: Published, source: Source, captured_at: datetime
) -> tuple[Dateline, str, str]:
    """The publication date, the kind of selector that found it, and the text that it was read from."""
    for selector in where.select:
        if not (values := page.remembered(selector)):
            continue
        try:
            lines = [(_read(value, where, source, captured_at), value) for value in values]
            if len({line.local_date for line, _ in lines}) > 1:
                raise Unfit("many_dates", f"{selector}: {', '.join(values)}"[:200])
            line, written = next((pair for pair in lines if pair[0].precision == "minute"), lines[0])
            if line.precision == "day" and where.time and (clock := page.remembered(where.time)):
                written = f"{written} {clock[0]}"
                line = _read(written, where, source, captured_at)
        except UnreadableDate as error:
            raise Unfit(error.reason, f"{selector}: {error}"[:200]) from error
        return line, selector.partition(":")[0], written
    raise Unfit("no_date", ", ".join(where.select))


def other_date(
    page: Page, where: Published | None, source: Source, captured_at: datetime
) -> Dateline | None:
    """A date that the article can do without: what does not read is absent."""
    if where is None:
        return None
    for value in (value for selector in where.select for value in page.remembered(selector)):
        try:
            return _read(value, where, source, captured_at)
        except UnreadableDate:
            continue
    return None


def _read(written: str, where: Published, source: Source, captured_at: datetime) -> Dateline:
    zone = where.timezone or source.timezone
    return read_date(
        written, where.formats, zone, source.language, captured_at.astimezone(ZoneInfo(zone)).date()
    )


def candidates_by_rules(page: Page, rules: Extract, source: Source, captured_at: datetime) -> list[Candidate]:
    """What the rules' own selectors find, all of them; the page is not searched for more."""
    found = []
    for name, where in (("published", rules.published), ("modified", rules.modified), ("event", rules.event)):
        confidence = confidence_of("", is_ruled=True) if name == "published" else None
        if where is None:
            continue
        for selector in where.select:
            for value in page.remembered(selector):
                try:
                    line = _read(value, where, source, captured_at)
                except UnreadableDate:
                    line = None
                found.append(candidate_of(name, selector.partition(":")[0], value, line, confidence))
    return found


def not_future(line: Dateline, captured_at: datetime) -> Dateline:
    if line.instant_utc > captured_at + FUTURE:
        raise Unfit(
            "future_date", f"{line.instant_utc:%Y-%m-%dT%H:%MZ}, fetched {captured_at:%Y-%m-%dT%H:%MZ}"
        )
    return line
