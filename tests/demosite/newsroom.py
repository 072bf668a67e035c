"""The plan of all days: who publishes what and when, reprints, late pages, revisions, planted defects."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from tests.demosite.articles import Article, Label
from tests.demosite.grammar import Writer
from tests.demosite.incidents import DEFECTS, SPIKES, state
from tests.demosite.outlets import BY_ID, OUTLETS, Outlet
from tests.demosite.writing import EDITS, compose, draw_label, edit, shingles

WEEKEND = 0.4
LATE_SHARE = 0.05
REVISED_SHARE = 0.08
TAKEN_UP = 0.6  # share of wire pieces that are reprinted at all; each customer then prints half of them
SAME = 0.45  # of the smaller text's shingles; a new text above it is written again
BYLINE_SHARE = {"news": 0.6, "op_ed": 1.0}


class Newsroom:
    """Makes all articles of a seed, in order of publication within each outlet."""

    def __init__(self, seed: int, days: int, first_day: date) -> None:
        self.seed, self.days, self.first_day = seed, days, first_day
        self._seen: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._sizes: list[int] = []

    def articles(self) -> list[Article]:
        """Write everything; the same seed gives the same articles."""
        written: list[Article] = []
        for outlet in OUTLETS:
            written += self._own(outlet)
        for outlet in OUTLETS:
            if outlet.reprints:
                written += self._reprints(
                    outlet, [one for one in written if one.outlet.source_id == outlet.reprints]
                )
        self._plant_defects(written)
        self._set_times(written)
        written.sort(key=lambda one: (one.outlet.source_id, one.published_at.astimezone(UTC), one.number))
        counts: Counter[str] = Counter()
        for one in written:
            counts[one.outlet.source_id] += 1
            one.number = 1000 + counts[one.outlet.source_id] * 3  # numbers have gaps, as real ones do
        return written

    def _rng(self, *parts: object) -> Random:
        return Random(":".join(str(part) for part in (self.seed, *parts)))  # strings seed the same everywhere

    def _instant(self, outlet: Outlet, day: int, rng: Random, last_hour: int = 21) -> datetime:
        local = self.first_day + timedelta(days=day - 1)
        return datetime.combine(local, time(rng.randint(6, last_hour), rng.randint(0, 59)), outlet.zone)

    def _own(self, outlet: Outlet) -> list[Article]:
        written = []
        for day in range(outlet.starts_on, self.days + 1):
            rng = self._rng(outlet.source_id, day)
            rate = outlet.rate * (WEEKEND if (self.first_day + timedelta(days=day - 1)).weekday() >= 5 else 1)
            rate *= 2 if state(outlet.source_id, day, "doubled") else 1
            labels = []
            for _ in range(int(rate + rng.random())):
                genre = rng.choice(outlet.genres)
                labels.append((genre, draw_label(rng, outlet.beat_share, genre)))
            labels += [(outlet.genres[0], label) for label in self._stories(outlet, day, rng)]
            for number, (genre, label) in enumerate(labels):
                written.append(self._write(outlet, day, number, genre, label))
        return written

    def _stories(self, outlet: Outlet, day: int, rng: Random) -> list[Label]:
        """The outlet's part of a spike; one that is undone by a changed layout that day must have three pages."""
        labels = []
        for spike in SPIKES:
            present = [one for one in OUTLETS if one.starts_on <= day]
            share = spike.extra.get(day, 0) / len(present)
            count = int(share + rng.random())
            if share and state(outlet.source_id, day, "changed_layout"):
                count = max(count, 4)
            tones = ("negative", "negative", "negative", "neutral")
            labels += [
                Label("strong", (spike.topic,), "plain", rng.choice(tones), spike.topic, spike.story)
                for _ in range(count)
            ]
        return labels

    def _write(self, outlet: Outlet, day: int, number: int, genre: str, label: Label) -> Article:
        for attempt in range(12):
            rng = self._rng(outlet.source_id, day, number, attempt)
            headline, paragraphs = compose(label, outlet.language, genre, rng)
            marks = shingles(" ".join(paragraphs), outlet.language)
            seen = self._seen[outlet.language]
            shared = Counter(other for mark in marks for other in seen.get(mark, ()))
            if all(count <= SAME * min(len(marks), self._sizes[other]) for other, count in shared.items()):
                break
        for mark in marks:
            seen[mark].append(len(self._sizes))
        self._sizes.append(len(marks))
        byline = None
        if rng.random() < BYLINE_SHARE.get(genre, 0):
            byline = Writer(outlet.language, rng).line("byline")
        last_hour = 15 if outlet.kind == "wire" else 21
        return Article(
            outlet, 0, self._instant(outlet, day, rng, last_hour), genre, label, headline, paragraphs, byline
        )

    def _reprints(self, outlet: Outlet, wires: list[Article]) -> list[Article]:
        printed = []
        end = datetime.combine(self.first_day + timedelta(days=self.days), time(0), outlet.zone)
        start = datetime.combine(self.first_day + timedelta(days=outlet.starts_on - 1), time(0), outlet.zone)
        for number, wire in enumerate(wires):
            rng = self._rng("reprint", wire.outlet.source_id, number)
            if rng.random() >= TAKEN_UP:
                continue
            rng = self._rng("reprint", outlet.source_id, number)
            if rng.random() >= 0.5:
                continue
            how = rng.choice(EDITS)
            headline, paragraphs = edit(wire.headline, wire.paragraphs, how, outlet.language, rng)
            at = (wire.published_at + timedelta(minutes=rng.randint(20, 540))).astimezone(outlet.zone)
            if start <= at < end:
                printed.append(
                    Article(
                        outlet,
                        0,
                        at,
                        outlet.genres[0],
                        replace(wire.label),
                        headline,
                        paragraphs,
                        wire.outlet.name,
                        copy_of=wire,
                        edit=how,
                    )
                )
        return printed

    def _plant_defects(self, written: list[Article]) -> None:
        rng = self._rng("defects")
        first, last = self.first_day + timedelta(days=3), self.first_day + timedelta(days=self.days - 4)
        copied = {id(one.copy_of) for one in written if one.copy_of}
        for defect in DEFECTS:
            eligible = [
                one
                for one in written
                if one.outlet is BY_ID[defect.source_id]
                and one.defect == "none"
                and not one.copy_of
                and id(one) not in copied
                and not one.label.story
                and first <= one.published_at.date() <= last
            ]
            for one in rng.sample(eligible, min(defect.count, len(eligible))):
                one.defect = defect.what

    def _set_times(self, written: list[Article]) -> None:
        revisable = ("atom", "sitemap")
        for one in written:
            rng = self._rng("times", one.outlet.source_id, one.published_at.isoformat(), one.headline)
            one.appears_at = (one.published_at + timedelta(minutes=rng.randint(0, 3))).astimezone(UTC)
            lively = (one.published_at.date() - self.first_day).days in (self.days - 3, self.days - 2)
            if not one.label.story and one.defect == "none" and rng.random() < LATE_SHARE:
                one.appears_at += timedelta(days=rng.randint(1, 60))
            elif one.outlet.feed in revisable and one.defect == "none" and (lively or rng.random() < REVISED_SHARE):
                # A day later on the last days, so that the demo's daily runs meet a revision of what they know.
                one.revised_at = one.appears_at + (timedelta(days=1) if lively else timedelta(minutes=rng.randint(90, 1800)))
                writer = Writer(one.outlet.language, rng)
                one.revised_paragraphs = [*one.paragraphs, writer.sentence("update")]
