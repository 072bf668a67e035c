"""Japanese sentences of fiction with tone toward their targets (``labels/tone_ja.jsonl``): written by rules, no press."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.tone.folds import Mention

SENTENCES = Path(__file__).parents[1] / "labels" / "tone_ja.jsonl"


def fiction(part: str) -> list[Mention]:
    """The targets of one half: ``held_out`` or ``tuning``."""
    rows = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    return [
        Mention("ja_synthetic", "ja", row["id"], row["text"], target["start"], target["end"], target["label"] + 1, row["part"])
        for row in rows if row["part"] == part for target in row["targets"]
    ]
