"""What other rules make of the same captures: by source and field, how many values changed, came, went, with examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from warehouse.columns import PARTITION

PAGE = "article"   # stands where a page as a whole comes, goes or is held back, not one of its fields
KINDS = ("changed", "added", "lost", "quarantined")
EXAMPLES = 3       # kept of each source, field and kind
CUT, BEFORE = 120, 20   # characters shown of a long value, and of these before the first that differs
# Of the capture, told of by other fields, or another with every version of the rules.
LEFT_OUT = {*PARTITION, "capture_id", "url", "captured_at", "basis", "method_version", "content_sha256", "body_length"}
Key = tuple[str, str, str]   # source_id, field, kind


@dataclass(frozen=True)
class Example:
    """One page on which a field differs; ``was`` and ``now`` are cut short."""

    url: str
    was: str
    now: str


@dataclass
class Comparison:
    """``counts`` of pages and ``examples`` by source, field and kind; by source ``articles`` and ``quarantined``, before
    and now.

    Of a field *added* is a value where there was none, *lost* none where there was one. Of PAGE these are articles, and
    *quarantined* were articles and are not readable now; *changed* were none and have another outcome or reason.
    """

    counts: Counter[Key] = field(default_factory=Counter)
    examples: dict[Key, list[Example]] = field(default_factory=dict)
    source_days: Counter[str] = field(default_factory=Counter)
    articles: dict[str, tuple[int, int]] = field(default_factory=dict)
    quarantined: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, other: Comparison) -> None:
        """Take in another comparison's figures, of its examples the first."""
        self.counts.update(other.counts)
        self.source_days.update(other.source_days)
        for key, found in other.examples.items():
            mine = self.examples.setdefault(key, [])
            mine += found[: EXAMPLES - len(mine)]
        for mine_, others in ((self.articles, other.articles), (self.quarantined, other.quarantined)):
            for source_id, (was, now) in others.items():
                before, after = mine_.get(source_id, (0, 0))
                mine_[source_id] = (before + was, after + now)

    def rows(self) -> list[dict[str, Any]]:
        """One row for each source and field that differs: its figures and examples."""
        named = dict.fromkeys((source_id, name) for source_id, name, _ in sorted(self.counts, key=_order))
        return [
            {"source_id": source_id, "field": name}
            | {kind: self.counts[source_id, name, kind] for kind in KINDS}
            | {"examples": [
                {"kind": kind, "url": each.url, "was": each.was, "now": each.now}
                for kind in KINDS for each in self.examples.get((source_id, name, kind), [])
            ]}
            for source_id, name in named
        ]  # fmt: skip

    def _note(self, source_id: str, name: str, kind: str, url: str, was: object, now: object) -> None:
        key = (source_id, name, kind)
        self.counts[key] += 1
        found = self.examples.setdefault(key, [])
        if len(found) < EXAMPLES:
            found.append(Example(url, *_cut(_text(was), _text(now))))


def compare(source_id: str, urls: dict[str, str], before: dict[str, pl.DataFrame], after: dict[str, pl.DataFrame]) -> Comparison:
    """Compare what two parses made of one partition: frames of articles, quarantine and outcomes by name.

    ``urls``: capture_id -> URL. Pure.
    """
    found = Comparison(source_days=Counter({source_id: 1}))
    found.articles[source_id] = (before["staging.articles"].height, after["staging.articles"].height)
    found.quarantined[source_id] = (before["staging.quarantine"].height, after["staging.quarantine"].height)
    were, are = (_by_capture(each["staging.articles"].to_dicts()) for each in (before, after))
    fate_was, fate_is = (_by_capture(each["staging.outcomes"].to_dicts()) for each in (before, after))
    for capture_id in fate_was | fate_is:
        url, old, new = urls.get(capture_id, ""), were.get(capture_id), are.get(capture_id)
        if old and new:
            for name in new.keys() - LEFT_OUT:
                was, now = old.get(name), new[name]
                if was != now:
                    kind = "added" if was in (None, []) else "lost" if now in (None, []) else "changed"
                    found._note(source_id, name, kind, url, was, now)
            continue
        was, now = (_fate(each.get(capture_id)) for each in (fate_was, fate_is))
        if new:
            found._note(source_id, PAGE, "added", url, was, new["headline"])
        elif old:
            kind = "quarantined" if now.startswith("quarantined") else "lost"
            found._note(source_id, PAGE, kind, url, old["headline"], now)
        elif was != now:
            found._note(source_id, PAGE, "changed", url, was, now)
    return found


def _by_capture(rows: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["capture_id"]: row for row in rows}


def _order(key: Key) -> tuple[str, bool, str]:
    source_id, name, _ = key
    return source_id, name != PAGE, name


def _fate(row: dict[str, Any] | None) -> str:
    return "none" if row is None else ": ".join(filter(None, (row["outcome"], row["reason"])))


def _text(value: object) -> str:
    return "" if value is None else "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _cut(was: str, now: str) -> tuple[str, str]:
    """Both texts from shortly before their first difference on, where they are long."""
    if max(len(was), len(now)) <= CUT:
        return was, now
    same = next((place for place, (one, other) in enumerate(zip(was, now, strict=False)) if one != other), min(len(was), len(now)))
    start = max(0, same - BEFORE) if same > BEFORE else 0
    return _part(was, start), _part(now, start)


def _part(text: str, start: int) -> str:
    return f"{'… ' if start else ''}{text[start : start + CUT]}{' …' if len(text) > start + CUT else ''}"
