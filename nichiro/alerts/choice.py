"""Who is to be told what: for one recipient, the observations and troubles that no message has covered yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from nichiro.alerts.ledger import Ledger
from nichiro.alerts.rules import AlertRule, NewsRule, Rules, ToneRule
from transforms.alerts import CHANGES, FRESH_DAYS
from warehouse.columns import SENSITIVITIES
from warehouse.tables.ops import ALERT_OBSERVATIONS, DECISIONS_TABLE, TROUBLES


@dataclass(frozen=True)
class Batch:
    """The subjects of one message; ``suppressed`` says why it is to be noted, and not sent."""

    kind: str
    subject_ids: tuple[str, ...]
    suppressed: str | None = None


def batches(ledger: Ledger, rules: Rules, recipient: str, way: pl.DataFrame, local: datetime) -> list[Batch]:
    """What ``recipient`` is to be told over the channel whose deliveries are ``way``; ``local``: now in their zone.

    One message holds all troubles, or all spikes, or all changes of tone, of a day and of a manner (at once, digest).
    """
    settled = way.filter(pl.col("outcome") != "deferred")
    covered = {subject for subjects in settled["subject_ids"] for subject in subjects}
    told = {s for subjects in settled.filter(~pl.col("outcome").is_in(["suppressed", "given_up"]))["subject_ids"] for s in subjects}
    mine: list[NewsRule | ToneRule] = [*(rule for rule in rules.news if rule.to == recipient), *(rule for rule in rules.tone if rule.to == recipient)]
    found: dict[tuple, list[str]] = {}
    for row in _alerts(ledger, local):
        matching = [rule for rule in mine if _matches(rule, row)]
        if row["observation_id"] in covered or not matching or not _is_news(row, told, min(rule.growth for rule in matching)):
            continue
        due = [rule for rule in matching if rule.send == "at_once" or _is_due(rule, row["as_of"], local)]
        kind = "tone" if row["rule"] == CHANGES else "news"
        key: tuple
        if reason := _silenced(ledger, row, local):
            key = (kind, reason, row["observation_id"])
        elif not due:
            continue
        elif any(rule.send == "at_once" for rule in due):
            key = (kind, None, row["published_date"])
        else:
            key = (kind, None, "digest")
        found.setdefault(key, []).append(row["observation_id"])
    kinds = {kind for rule in rules.trouble if rule.to == recipient for kind in rule.kinds}
    since = local.astimezone(UTC) - timedelta(days=FRESH_DAYS)
    troubles = ledger.rows(TROUBLES).filter(pl.col("kind").is_in(sorted(kinds)), pl.col("noted_at") >= since)
    if fresh := [trouble_id for trouble_id in troubles["trouble_id"] if trouble_id not in covered]:
        found["trouble", None] = fresh
    return [Batch(key[0], tuple(sorted(subjects)), key[1]) for key, subjects in found.items()]


def _alerts(ledger: Ledger, local: datetime) -> Iterator[dict]:
    """Per alert of the last days, its latest observation with the counts of the earlier ones."""
    first = local.date() - timedelta(days=FRESH_DAYS)
    rows = ledger.rows(ALERT_OBSERVATIONS).filter(pl.col("published_date") >= first, pl.col("state") != "historical")
    for _, seen in rows.sort("as_of", "run_id").group_by("alert_id", maintain_order=True):
        yield seen.row(-1, named=True) | {"earlier": seen.head(-1).to_dicts()}


_AXES: dict[type[AlertRule], dict[str, str]] = {
    NewsRule: {"topics": "topic_id", "countries": "country_code", "languages": "language_code", "genres": "genre", "actors": "actor_id", "periods": "period"},
    ToneRule: {"targets": "target_id", "countries": "country_code", "languages": "language_code", "voices": "voice"},
}


def _matches(rule: NewsRule | ToneRule, row: dict) -> bool:
    """Within the rule's series, and now or at any time before within its sensitivity and at its level."""
    if isinstance(rule, ToneRule) != (row["rule"] == CHANGES):
        return False
    if any(getattr(rule, axis) and row[column] not in getattr(rule, axis) for axis, column in _AXES[type(rule)].items()):
        return False
    return any(_reaches(rule, seen) for seen in (row, *row["earlier"]))


def _reaches(rule: NewsRule | ToneRule, seen: dict) -> bool:
    if seen["q_value"] > rule.max_q or SENSITIVITIES.index(seen["sensitivity"]) > SENSITIVITIES.index(rule.sensitivity):
        return False
    if isinstance(rule, ToneRule):
        return abs(seen["after_mean"] - seen["before_mean"]) >= rule.min_difference
    enough = seen["observed_count"] >= max(rule.min_count, rule.min_ratio * seen["expected_count"])
    return enough and (not rule.levels or seen["level"] in rule.levels)


def _is_news(row: dict, told: set[str], growth: float) -> bool:
    """Never told; or, since it was last told, withdrawn, back again, grown by ``growth`` or to a storm."""
    last = next((seen for seen in reversed(row["earlier"]) if seen["observation_id"] in told), None)
    if row["state"] == "closed":
        return row["reason"] == "withdrawn" and last is not None and last["state"] != "closed"
    if last is not None and row["level"] == "storm" != last["level"]:
        return True
    return last is None or last["state"] == "closed" or row["observed_count"] >= growth * last["observed_count"]


def _is_due(rule: AlertRule, as_of: datetime, local: datetime) -> bool:
    """A digest holds what was found before the last time that its hour struck."""
    if rule.digest_at is None:
        return True
    hour = local.replace(hour=rule.digest_at.hour, minute=rule.digest_at.minute, second=0, microsecond=0)
    return as_of <= (hour if hour <= local else hour - timedelta(days=1))


def _silenced(ledger: Ledger, row: dict, local: datetime) -> str | None:
    """Why a person does not want to hear of this alert: acknowledged, or its series or itself muted."""
    decisions = ledger.rows(DECISIONS_TABLE).sort("decided_at")
    mine = decisions.filter(pl.col("alert_id") == row["alert_id"])
    if mine.filter(pl.col("decision").is_in(["useful", "not_useful"])).height:
        return "acknowledged"
    muting = decisions.filter(
        pl.col("decision").is_in(["mute", "unmute"]),
        pl.col("alert_id").is_null() | (pl.col("alert_id") == row["alert_id"]),
        pl.col("topic_id").is_null() | (pl.col("topic_id") == row["topic_id"]),
        pl.col("country_code").is_null() | (pl.col("country_code") == row["country_code"]),
    )
    last = muting.row(-1, named=True) if muting.height else None
    if last and last["decision"] == "mute" and local.date() <= last["muted_until_date"]:
        return f"muted until {last['muted_until_date']}"
    return None
