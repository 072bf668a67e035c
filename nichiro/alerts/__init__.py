"""Alerts: rows first, then messages to those who asked for them, each once.

A run sees what is new in the published release, notes it, delivers what no message has covered, and writes the feed.
Nothing here changes a release; a channel in trouble is rows in ops.deliveries and another try at the next run.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from nichiro.alerts import content, troubles
from nichiro.alerts.channels import Answer, open_channel
from nichiro.alerts.delivery import Courier, Patience
from nichiro.alerts.feed import write_feed
from nichiro.alerts.ledger import Ledger, stable_id
from nichiro.alerts.message import Message, compose
from nichiro.alerts.rules import Rules, address, environment, load_rules
from nichiro.errors import ConfigError
from nichiro.query import run_query
from nichiro.run import Run
from nichiro.settings import Settings
from nichiro.world import world_of
from transforms.alerts import CHANGES, alert_observations
from warehouse.lake import Lake
from warehouse.sql import Connection
from warehouse.store import connect, current_release
from warehouse.tables import TABLES
from warehouse.tables.ops import ALERT_OBSERVATIONS, DECISIONS_TABLE, TROUBLES

FEED = "alerts.atom"


@dataclass
class Alerts:
    """The alerts of one run. ``say(message)`` tells a person how far it is; ``sleep`` takes seconds."""

    settings: Settings
    run: Run
    say: Callable[[str], None] = lambda message: None
    sleep: Callable[[float], None] = time.sleep
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        self.data_dir = self.settings.data_dir
        self.zone = ZoneInfo(self.settings.timezone)
        self.ledger = Ledger(Lake(self.data_dir), self.run)
        self.today = self.run.now().astimezone(self.zone).date()

    def watch(self) -> dict[str, int]:
        """Note what is new, deliver it, write the feed; returns counts. Raises ConfigError for broken rules, at the end."""
        counts = self._look() if current_release(self.data_dir) else {}
        troubles.note_runs(self.ledger, self.data_dir / "runs")
        try:
            return counts | self.send()
        finally:
            self.write_feed()

    def _look(self) -> dict[str, int]:
        with connect(self.data_dir) as connection:
            spikes = run_query(connection, "marts.coverage_spikes")
            changes = run_query(connection, f"marts.{CHANGES}") if f"marts.{CHANGES}" in TABLES else None
            troubles.note_sources(self.ledger, connection)
        found = alert_observations(spikes, self.ledger.rows(ALERT_OBSERVATIONS), self.today, changes)
        rows = found.with_columns(
            observation_id=pl.col("alert_id").map_elements(lambda alert_id: stable_id(alert_id, self.run.run_id), pl.String),
            as_of=pl.lit(self.run.now()),
        )
        self.ledger.add(ALERT_OBSERVATIONS, rows)
        return dict(found.group_by("state").len().sort("state").iter_rows())

    def send(self) -> dict[str, int]:
        """Deliver what is new and what is unfinished; returns outcome -> messages."""
        rules = self.rules()
        counts: dict[str, int] = {}
        broken = None
        with connect(self.data_dir) if current_release(self.data_dir) else nullcontext() as connection:
            courier = Courier(
                self.ledger, rules, lambda *what: self._compose(connection, rules, *what), self.zone, self.sleep,
                random.Random(self.run.run_id), self.patience,
            )
            for recipient, url in self._ways(rules):
                try:
                    channel = open_channel(address(recipient, url, environment()))
                except ConfigError as error:
                    broken = error   # the others go on
                    continue
                if self._is_replay() and not channel.is_on_loopback:
                    self.say(f"{recipient}: {channel.label} is left out: fiction is told on this machine only")
                    continue
                done = courier.deliver(recipient, channel)
                for outcome, count in done.items():
                    counts[outcome] = counts.get(outcome, 0) + count
                if done:
                    self.say(f"{recipient}: {channel.label}: " + ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in done.items()))
        if broken:
            raise broken
        return counts

    def trouble(self, kind: str, subject: str, message: str, beginning: object) -> dict[str, int]:
        """Note a trouble that nichiro cannot see itself, once per ``beginning``, and deliver what waits."""
        troubles.note(self.ledger, kind, subject, message, beginning)
        troubles.note_runs(self.ledger, self.data_dir / "runs")
        return self.send()

    def decide(self, decision: str, by: str, **about: object) -> dict[str, object]:
        """Note a person's decision on an alert or a series; returns its row of ops.decisions."""
        columns: dict[str, object] = dict.fromkeys(("alert_id", "topic_id", "country_code", "muted_until_date", "note"))
        row = columns | about | {"decided_at": self.run.now(), "decided_by": by, "decision": decision}
        self.ledger.add(DECISIONS_TABLE, [row])
        return row

    def find(self, prefix: str) -> str:
        """The alert whose id begins so. Raises ConfigError unless there is exactly one."""
        known = self.ledger.rows(ALERT_OBSERVATIONS)["alert_id"].unique()
        found = known.filter(known.str.starts_with(prefix)) if len(prefix) >= 8 else known.head(0)
        if len(found) != 1:
            raise ConfigError(f"{len(found)} alerts begin with {prefix!r}", "give eight digits or more, see `nichiro alert list`")
        return str(found[0])

    def test(self, only: str | None = None) -> list[tuple[str, str, Answer]]:
        """Send a test message to every channel, or those of one recipient; (recipient, channel, answer)."""
        rules = self.rules()
        if only and only not in rules.recipients:
            raise ConfigError(f"{only} is no recipient", f"the rules have: {', '.join(rules.recipients) or 'none'}")
        answers = []
        for recipient, url in self._ways(rules):
            if only in (None, recipient):
                channel = open_channel(address(recipient, url, environment()))
                message = compose("test", stable_id("test", channel.address.channel_id, self.run.run_id), content.test(recipient))
                answers.append((recipient, channel.label, channel.send(message, self.run.now())))
        return answers

    def rules(self) -> Rules:
        return load_rules(rules_path(self.settings))

    def _ways(self, rules: Rules) -> list[tuple[str, str]]:
        return [(recipient, url) for recipient, who in rules.recipients.items() for url in who.channels]

    def _compose(self, connection: Connection | None, rules: Rules, kind: str, message_id: str, subject_ids: tuple[str, ...]) -> Message:
        where = rules.report_url or (self.data_dir / "report.html").resolve()
        if kind == "trouble":
            rows = self.ledger.rows(TROUBLES).filter(pl.col("trouble_id").is_in(subject_ids))
            return compose(kind, message_id, content.trouble(rows, where))
        assert connection is not None, "news come from a release"
        rows = self.ledger.rows(ALERT_OBSERVATIONS).filter(pl.col("observation_id").is_in(subject_ids))
        return compose(kind, message_id, content.told(kind, rows, connection, where))

    def _is_replay(self) -> bool:
        return self.settings.is_replay or world_of(self.data_dir) == "replay"

    def write_feed(self) -> None:
        """Write the feed from the current release, if there is one."""
        if not current_release(self.data_dir):
            return
        where = (self.data_dir / "report.html").resolve().as_uri()
        with connect(self.data_dir) as connection:
            write_feed(self.ledger.rows(ALERT_OBSERVATIONS), connection, self.data_dir / FEED, self.today, self.run.now(), where)


def rules_path(settings: Settings) -> Path | None:
    """``NICHIRO_ALERTS``, or ``alerts.yml`` beside the data folder where there is one. Raises ConfigError."""
    if settings.alerts is not None:
        if not settings.alerts.exists():
            raise ConfigError(f"NICHIRO_ALERTS={settings.alerts} is not there", "copy alerts.example.yml to it")
        return settings.alerts
    beside = settings.data_dir.absolute().parent / "alerts.yml"
    return beside if beside.exists() else None
