"""What tone costs: `nichiro tone` in a process of its own, on real pages that speak of Japan, every name of the two states a target."""

from __future__ import annotations

import json
import os
import re
import sys

from benchmarks import child
from benchmarks.form import OURS, Row
from benchmarks.pages import REAL
from benchmarks.passages import kremlin, plain_text

ARTICLES = 40
MENTIONS = 40         # of an article at most, as the pipeline scores
_STATES = re.compile(r"\b(?:Japan|Tokyo|Russia|Moscow)\b")


def rows() -> list[Row]:
    """Processor milliseconds of an article, beside what start and models cost; peak memory of the process, MB."""
    files = sorted({passage.document for passage in kremlin() if passage.label == "strong"})[:ARTICLES]
    lines = [_line(plain_text(REAL / "en.kremlin.ru" / file)) for file in files]
    one, all_of_them = _run(lines[:1]), _run(lines)
    spent = 1000 * (all_of_them.cpu_seconds - one.cpu_seconds) / (len(lines) - 1)
    return [
        Row(OURS, "cost", "ms_per_article", round(spent, 1), len(lines)), Row(OURS, "cost", "ms_start", round(1000 * one.cpu_seconds), 1),
        Row(OURS, "cost", "peak_mb", round(all_of_them.peak_mb), len(lines)),
    ]  # fmt: skip


def _line(text: str) -> str:
    targets = [{"start": found.start(), "end": found.end()} for found in _STATES.finditer(text)][:MENTIONS]
    return json.dumps({"text": text, "language": "en", "targets": targets})


def _run(lines: list[str]) -> child.Measured:
    return child.run([sys.executable, "-m", "nichiro", "tone", "--jsonl"], environment=dict(os.environ), text="\n".join(lines))


