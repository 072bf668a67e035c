"""The Economy Watchers Survey (Cabinet Office, CC BY 4.0): comments of Japanese shopkeepers with their own judgement in five steps.

Three classes: better or somewhat better (◎ ○) is positive, unchanged (□) neutral, somewhat worse or worse (▲ ×) negative. Comments on
the present and on what is ahead. The newest twelve months are held out, the twelve before them tune and calibrate.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

from benchmarks.tone.folds import DATA, NEGATIVE, NEUTRAL, POSITIVE

JUDGEMENTS = {"◎": POSITIVE, "○": POSITIVE, "□": NEUTRAL, "▲": NEGATIVE, "×": NEGATIVE}
PRESENT = ("景気の現状判断", "追加説明及び具体的状況の説明")      # judgement and comment, in files of one kind …
AHEAD = ("景気の先行き判断", "景気の先行きに対する判断理由")      # … and of the other
MONTHS = 12


@dataclass(frozen=True)
class Comment:
    """``fold`` is train, calibration or held_out; ``ahead``: of what is to come, not of the present."""

    month: str
    ahead: bool
    text: str
    label: int
    fold: str


def comments(data: Path = DATA) -> list[Comment]:
    """All comments, in the files' order; one that was held out under the same words trains nothing."""
    rows = []
    for path in sorted((data / "economy_watchers").glob("*_??????.json.gz")):
        for entry in json.loads(gzip.decompress(path.read_bytes())):
            ahead = PRESENT[0] not in entry
            judgement, comment = AHEAD if ahead else PRESENT
            if entry[judgement] in JUDGEMENTS and entry[comment]:
                rows.append((entry["year-month"], ahead, entry[comment], JUDGEMENTS[entry[judgement]]))
    months = sorted({row[0] for row in rows})
    fold = dict.fromkeys(months, "train") | dict.fromkeys(months[-2 * MONTHS :], "calibration") | dict.fromkeys(months[-MONTHS:], "held_out")
    behind = {"train": ("calibration", "held_out"), "calibration": ("held_out",)}
    later = {name: {text for month, _, text, _ in rows if fold[month] in folds} for name, folds in behind.items()}
    return [Comment(month, ahead, text, label, fold[month]) for month, ahead, text, label in rows if text not in later.get(fold[month], ())]
