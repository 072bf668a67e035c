"""`nichiro source show`: what is declared of a source, the rules in force, what they rest on, and how it has fared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from crawlers.source import Source
from nichiro.query import run_query
from nichiro.settings import Settings
from warehouse.store import connect, current_release

DAYS = 30
_HEALTH = """
SELECT day, state, basis, is_healthy, reason, discovered_count, fetched_count, article_count, quarantined_count
FROM ops.source_days WHERE source_id = $source_id ORDER BY day DESC LIMIT $days
"""


def dossier(settings: Settings, source: Source, now: datetime) -> dict[str, Any]:
    """``declaration`` with its defaults, ``rules`` in force now (None: the generic path), ``health`` newest first.

    ``release`` is the release that health was read from, None where nothing was published yet.
    """
    release = current_release(settings.data_dir)
    health: list[dict[str, Any]] = []
    if release:
        with connect(settings.data_dir) as connection:
            health = run_query(connection, _HEALTH, {"source_id": source.source_id, "days": DAYS}).to_dicts()
    rules = source.rules_at(now)
    return {
        "declaration": source.model_dump(mode="json"),
        "archive_days": source.archive_days,
        "rules": rules and rules.model_dump(mode="json"),
        "release": release and release.name,
        "health": health,
    }


def lines(source: Source, told: dict[str, Any]) -> Iterator[str]:
    """The dossier for a person, a fact a line."""
    publisher, terms, kept = source.publisher, source.terms, told["archive_days"]
    yield f"{source.source_id}: {source.title}"
    yield f"  publisher   {publisher.name} ({publisher.name_en}), {publisher.kind}, {publisher.country}"
    yield f"  documents   {source.genre}, {' '.join(source.language)}, {source.timezone}"
    yield f"  status      {source.status}, seen healthy live: {source.verified_on or 'not yet'}"
    yield f"  evidence    {' '.join(source.evidence.split()) or 'none given'}"
    yield f"  terms       {terms.access}{f', {terms.licence}' if terms.licence else ''}  {terms.url or 'no address'}"
    yield f"  kept        raw bytes and whole texts {f'{kept} days' if kept else 'for ever'}"
    for entry in source.discover:
        yield f"  found by    {entry.kind} {entry.url}"
    yield from (f"  follow      {pattern}" for pattern in source.follow.allow)
    yield from (f"  not         {pattern}" for pattern in source.follow.deny)
    politeness = source.politeness
    yield f"  politeness  {politeness.delay_seconds:g} s between requests, {politeness.max_pages_per_run} pages a run at most"
    for severity, bounds in (("min", source.assertions.min), ("max", source.assertions.max)):
        for name, bound in bounds.model_dump(exclude_none=True).items():
            yield f"  {severity:<11} {name} {bound:g}"
    if told["rules"] is None:
        yield "  rules       none in force: the generic path reads the pages"
    else:
        yield f"  rules       of {told['rules']['valid_from']}, one of {len(source.extract)} declared"
        yield from _rules(told["rules"])
    yield from _health(told)


def _rules(rules: dict[str, Any], above: str = "") -> Iterator[str]:
    for key, value in rules.items():
        if isinstance(value, dict):
            yield from _rules(value, f"{above}{key}.")
        elif value and key != "valid_from":
            yield f"    {above}{key}: {' | '.join(value) if isinstance(value, list) else value}"


def _health(told: dict[str, Any]) -> Iterator[str]:
    if not told["health"]:
        yield f"  health      unknown: {'no day of it is in the release' if told['release'] else 'nothing is published yet'}"
        return
    states = Counter(row["state"] for row in told["health"])
    counts = ", ".join(f"{state} {count}" for state, count in states.most_common())
    yield f"  health      {counts} (days, newest first, in release {told['release']})"
    for row in told["health"]:
        counts = f"{row['discovered_count']} links, {row['fetched_count']} asked, {row['article_count']} articles"
        yield f"    {row['day']}  {row['state']:<10} {counts}, {row['quarantined_count']} quarantined  {row['reason'] or ''}".rstrip()
