"""Delivery: every message once, each step of its way noted before and after.

The intention (``sending``) is written before the channel is asked and the outcome after. A run that was killed in between
leaves an intention without an outcome, and it may have been sent. Where the channel can tell a repeat by its key, it is sent
until it arrives; where it cannot, one more time only. The same goes for a connection that was cut on the way.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from nichiro.alerts.channels import Answer, Channel
from nichiro.alerts.choice import Batch, batches
from nichiro.alerts.ledger import Ledger, stable_id
from nichiro.alerts.message import Message
from nichiro.alerts.rules import Recipient, Rules
from transforms.alerts import FRESH_DAYS
from warehouse.tables.ops import ALERT_OBSERVATIONS, DELIVERIES, TROUBLES

PERHAPS = ", perhaps sent"
Compose = Callable[[str, str, tuple[str, ...]], Message]   # kind, message_id, subject_ids


@dataclass(frozen=True)
class Patience:
    """How often and how long a channel in trouble is asked within one run; the next run goes on."""

    tries: int = 3
    first_wait: float = 2.0     # seconds; doubled from try to try, ± half of it by chance
    longest_wait: float = 60.0  # a channel that asks for more waits for the next run


@dataclass
class Courier:
    """Delivers what is open and what is new, channel by channel. ``sleep`` takes seconds."""

    ledger: Ledger
    rules: Rules
    compose: Compose
    zone: ZoneInfo
    sleep: Callable[[float], None]
    chance: random.Random
    patience: Patience

    def deliver(self, recipient: str, channel: Channel) -> dict[str, int]:
        """Bring one channel up to date; returns outcome -> messages. A channel in trouble never raises."""
        counts: dict[str, int] = {}
        way = self.ledger.rows(DELIVERIES).filter(pl.col("channel_id") == channel.address.channel_id)
        quiet = self.rules.recipients[recipient]
        for message_id, batch, kept in [*self._unfinished(way, channel), *self._new(way, recipient, channel)]:
            outcome = kept or self._one(message_id, batch, quiet, channel, way)
            if outcome:
                counts[outcome] = counts.get(outcome, 0) + 1
            if outcome == "failed":
                break   # the channel is dead for now; the others go on. One that refuses a message may take the next
        return counts

    def _unfinished(self, way: pl.DataFrame, channel: Channel) -> list[tuple[str, Batch, str | None]]:
        """Messages whose last word is an intention or a failure; those that no longer make sense are given up."""
        found: list[tuple[str, Batch, str | None]] = []
        for (message_id,), steps in way.group_by("message_id", maintain_order=True):
            last = steps.row(-1, named=True)
            if last["outcome"] not in ("sending", "failed") or (last["retry_at"] and last["retry_at"] > self.ledger.now()):
                continue
            batch = Batch(last["kind"], tuple(last["subject_ids"]))
            if self._is_past(batch):
                self._note(message_id, batch, channel, "given_up", "its day is past")
                found.append((str(message_id), batch, "given_up"))
            else:
                found.append((str(message_id), batch, None))
        return found

    def _is_past(self, batch: Batch) -> bool:
        today = self.ledger.now().astimezone(self.zone).date()
        if batch.kind in ("news", "tone"):
            rows = self.ledger.rows(ALERT_OBSERVATIONS).filter(pl.col("observation_id").is_in(batch.subject_ids))
            return rows.filter(pl.col("published_date") >= today - timedelta(days=FRESH_DAYS)).is_empty()
        rows = self.ledger.rows(TROUBLES).filter(pl.col("trouble_id").is_in(batch.subject_ids))
        return rows.filter(pl.col("noted_at") >= self.ledger.now() - timedelta(days=FRESH_DAYS)).is_empty()

    def _new(self, way: pl.DataFrame, recipient: str, channel: Channel) -> list[tuple[str, Batch, str | None]]:
        local = self.ledger.now().astimezone(self.zone)
        return [
            (stable_id(channel.address.channel_id, *batch.subject_ids), batch, None)
            for batch in batches(self.ledger, self.rules, recipient, way, local)
        ]

    def _one(self, message_id: str, batch: Batch, quiet: Recipient, channel: Channel, way: pl.DataFrame) -> str | None:
        if batch.suppressed:
            return self._note(message_id, batch, channel, "suppressed", batch.suppressed)
        if quiet.quiet_hours and quiet.quiet_hours.cover(self.ledger.now().astimezone(self.zone)):
            steps = way.filter(pl.col("message_id") == message_id)
            if steps.height:   # deferred before, or unfinished: nothing new to note
                return None
            return self._note(message_id, batch, channel, "deferred", f"quiet hours until {quiet.quiet_hours.until:%H:%M}")
        message = self.compose(batch.kind, message_id, batch.subject_ids)
        for number in range(self.patience.tries):
            if not channel.can_tell and self._doubts(message_id) > 1:
                return self._note(message_id, batch, channel, "given_up", "perhaps sent twice already")
            self._note(message_id, batch, channel, "sending")
            answer = channel.send(message, self.ledger.now())
            if answer.is_sent:
                return self._note(message_id, batch, channel, "sent", answer.reason)
            reason = f"{answer.reason}{PERHAPS}" if answer.is_doubtful else answer.reason
            self._note(message_id, batch, channel, "failed", reason, self._retry_at(answer))
            if not answer.is_transient:
                return "refused"
            wait = self._wait(answer, number)
            if wait > self.patience.longest_wait:
                break
            if number + 1 < self.patience.tries:
                self.sleep(wait)
        return "failed"

    def _doubts(self, message_id: str) -> int:
        """How many times the message may have arrived without our knowing."""
        steps = self.ledger.rows(DELIVERIES).filter(pl.col("message_id") == message_id)
        is_settled = (pl.col("outcome") == "sent") | ((pl.col("outcome") == "failed") & ~pl.col("reason").str.ends_with(PERHAPS))
        return steps.filter(pl.col("outcome") == "sending").height - steps.filter(is_settled).height

    def _wait(self, answer: Answer, number: int) -> float:
        if answer.retry_after is not None:
            return answer.retry_after
        return self.patience.first_wait * 2**number * self.chance.uniform(0.5, 1.5)

    def _retry_at(self, answer: Answer) -> datetime | None:
        if answer.retry_after is None:
            return None
        return self.ledger.now() + timedelta(seconds=answer.retry_after)

    def _note(self, message_id: str, batch: Batch, channel: Channel, outcome: str, reason: str | None = None, retry_at: datetime | None = None) -> str:
        self.ledger.add(DELIVERIES, [{
            "noted_at": self.ledger.now(), "message_id": message_id, "kind": batch.kind, "recipient": channel.address.recipient,
            "channel_id": channel.address.channel_id, "channel": channel.label, "subject_ids": list(batch.subject_ids),
            "outcome": outcome, "reason": reason, "retry_at": retry_at,
        }])
        return outcome
