"""Publication dates of real pages against human gold, beside other date finders; all get the same decoded text.

``dates``: pages of htmldate's own evaluation set, by the generic path. ``day_accuracy``: the page's own day is right; who
gives none is wrong. ``coverage``: share of pages that get a date. What the generic path looks at, and in which order, was
chosen with these pages in view. ``kremlin``: pages of en.kremlin.ru by the rules of their source, where the page shows
when it was published (galleries do not); gold is index.tsv's day. ``expected``: press pages by the generic path,
``minute_zone_exact``: day, minute and offset, as an instant; their source's zone is not told. ``--quick`` changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from benchmarks import pages
from benchmarks.form import OURS, Row, report
from benchmarks.pages import Sample
from crawlers import generic
from crawlers.catalog import load_source
from crawlers.confidence import confidence_of
from crawlers.datelines import Candidate, candidate_of
from crawlers.dates import Dateline
from crawlers.headline import headline_of
from crawlers.page import Unfit
from crawlers.published import published_by_rules
from crawlers.vicinity import below
from nichiro.settings import Settings

PEERS = ("htmldate", "trafilatura", "newspaper4k", "news-please", "goose3")
READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
KREMLIN = "ru_kremlin_news_en"


def measure(quick: bool) -> list[Row]:
    """All rows of all systems."""
    dated, press = pages.dated(), pages.press()
    rows = []
    for system, found in pages.read_by_peers(dated, PEERS).items():
        rows += _rows(system, dated, [_day(page["date"]) for page in found])
    rows += _rows(OURS, dated, [line.local_date if line else None for line in map(generic_date, dated)])
    exact = [bool(line) and _is_exact(sample, line) for sample, line in zip(press, map(generic_date, press), strict=True)]
    rows += confidences(dated)
    return [*rows, _share("expected", "minute_zone_exact", exact), _share("kremlin", "day_accuracy", kremlin_days())]


def generic_date(sample: Sample) -> Dateline | None:
    """The publication date by the generic path; None where it gives none."""
    found = _generic(sample)
    return found[0] if found else None


def _generic(sample: Sample) -> tuple[Dateline, str, str] | None:
    page = sample.page
    try:
        return generic.published_of(page, headline_of(page) or "", None, generic.languages_of(page), READ_AT)
    except Unfit:
        return None


def confidences(dated: Sequence[Sample]) -> list[Row]:
    """On the tuning half the share of right dates by method, from which ``crawlers/confidence.py`` has its counts.

    Of the other half the mean of its confidences, and the share of these dates that is right.
    """
    shares, right = [], []
    for sample in dated:
        if sample.is_held_out and (found := _generic(sample)):
            shares.append(confidence_of(found[1], is_ruled=False) or 0.0)
            right.append(found[0].local_date == sample.published)
    tuning: dict[str, list[bool]] = {}
    for sample in dated:
        if not sample.is_held_out and (found := _generic(sample)):
            tuning.setdefault(found[1], []).append(found[0].local_date == sample.published)
    told = [_share("dates_tuning", f"right_share_{method}", of_method) for method, of_method in sorted(tuning.items())]
    told += candidates(dated)
    mean = Row(OURS, "dates_held_out", "confidence_mean", round(sum(shares) / len(shares), 4), len(shares))
    return [*told, mean, _share("dates_held_out", "right_share", right)]


def candidates(dated: Sequence[Sample]) -> list[Row]:
    """Of every date that a page gives, each day once per method: the share that is the day of publication, on the tuning half by method.

    On the other half all methods together, with the mean of their confidences, and the share of pages whose day is among them.
    """
    tuning: dict[str, list[bool]] = {}
    held_out: list[tuple[bool, float]] = []
    among = []
    for sample in dated:
        days = {(method, day): confidence for method, day, confidence in _candidate_days(sample)}
        if sample.is_held_out:
            held_out += [(day == sample.published, confidence or 0.0) for (_, day), confidence in days.items()]
            among.append(any(day == sample.published for _, day in days))
        else:
            for method, day in days:
                tuning.setdefault(method, []).append(day == sample.published)
    return [
        *(_share("dates_tuning", f"candidate_share_{method}", right) for method, right in sorted(tuning.items())),
        _share("dates_held_out", "candidate_share", [right for right, _ in held_out]),
        Row(OURS, "dates_held_out", "candidate_confidence", round(sum(confidence for _, confidence in held_out) / len(held_out), 4), len(held_out)),
        _share("dates_held_out", "day_among_candidates", among),
    ]


def _candidate_days(sample: Sample) -> list[tuple[str, date, float | None]]:
    found = _generic(sample)
    taken = candidate_of("published", found[1], found[2], found[0]) if found else Candidate("published", "none", "")
    page = sample.page
    fields = generic.Fields(None, None, [], "", below=below(page, headline_of(page)))
    given = generic.candidates_of(page, fields, None, generic.languages_of(page), READ_AT.date(), taken)
    # the day that the page writes: the instant at its own offset; where it names none, UTC was assumed
    return [(each.method, _own_day(each.instant, each.zone), each.confidence) for each in given if each.field == "published" and each.instant]


def _own_day(instant: datetime, zone: str | None) -> date:
    return instant.astimezone(datetime.fromisoformat(f"2026-01-01T00:00{zone}").tzinfo if zone and zone[0] in "+-" else UTC).date()


def kremlin_days() -> list[bool]:
    """Whether the day is right, of each page that shows a publication time."""
    source = load_source(Settings().catalog_dir / f"{KREMLIN}.yml")
    rules = source.rules_at(READ_AT)
    if rules is None:
        raise ValueError(f"{KREMLIN} has no rules")
    right = []
    for sample in pages.kremlin():
        if any(sample.page.values(selector) for selector in rules.published.select):
            line, _, _ = published_by_rules(sample.page, rules.published, source, READ_AT)
            right.append(line.local_date == sample.published)
    return right


def _rows(system: str, samples: Sequence[Sample], days: Sequence[date | None]) -> list[Row]:
    right = [day == sample.published for sample, day in zip(samples, days, strict=True)]
    return [
        Row(system, "dates", "day_accuracy", round(sum(right) / len(right), 4), len(right)),
        Row(system, "dates", "coverage", round(sum(day is not None for day in days) / len(days), 4), len(days)),
    ]


def _share(dataset: str, metric: str, right: Sequence[bool]) -> Row:
    return Row(OURS, dataset, metric, round(sum(right) / len(right), 4), len(right))


def _is_exact(sample: Sample, line: Dateline) -> bool:
    wanted = sample.published_at
    return bool(wanted) and line.precision == "minute" and abs((line.instant_utc - wanted).total_seconds()) < 60  # type: ignore[operator]


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None


if __name__ == "__main__":
    report("dates", measure)
