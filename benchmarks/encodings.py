"""Bytes -> text of real Japanese and Russian files in the encodings of the old web, beside detectors.

A file is right where its text is that of its true encoding, which its folder names. The truth and every guess are read as
browsers read labels (Shift_JIS is windows-31j), and what gives the same text counts as the same. All see the whole bytes,
with the declaration in them. Dataset ja_ru: every file once; ja_ru_tuned and ja_ru_held_out are its halves by hash of the
file's name, and only the first was looked at while the decoder was made; ja_ru_undeclared: the same bytes with every
declaration blotted out. ``--quick`` changes nothing: it takes seconds.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from w3lib.encoding import resolve_encoding

from benchmarks import child, peers
from benchmarks.form import OURS, Row, report
from crawlers.encoding import Undecodable, decode

SHARED = Path(__file__).parents[2] / "shared"
FOLDERS = (SHARED / "data" / "encodings", SHARED / "realpages" / "_legacy_encodings")
DATASET = "ja_ru"
DECLARATION = re.compile(rb"""(?i)((?:encoding|charset)\s*=\s*["']?)([\w.:-]+)""")


@dataclass(frozen=True)
class Sample:
    """A file in its true encoding; ``is_tuned``: the decoder was made with it in view."""

    name: str
    encoding: str
    body: bytes

    @property
    def is_tuned(self) -> bool:
        return hashlib.sha256(Path(self.name).name.encode()).digest()[0] % 2 == 0

    def is_read(self, text: str) -> bool:
        """True where a text is the one that these bytes mean."""
        return text.lstrip("\ufeff") == self.body.decode(self.encoding, "replace").lstrip("\ufeff")


def measure(quick: bool) -> list[Row]:
    """All rows of all systems."""
    whole = samples()
    halves = {is_tuned: [sample for sample in whole if sample.is_tuned == is_tuned] for is_tuned in (True, False)}
    blotted = [Sample(sample.name, sample.encoding, DECLARATION.sub(_blot, sample.body)) for sample in whole]
    datasets = {
        DATASET: whole, f"{DATASET}_tuned": halves[True], f"{DATASET}_held_out": halves[False], f"{DATASET}_undeclared": blotted,
    }
    return [row for name, found in datasets.items() for row in _rows(name, found)]


def samples() -> list[Sample]:
    """Every file once, whichever folders it lies in. Ends the program where ``../shared`` is not there."""
    unique: dict[tuple[str, bytes], Sample] = {}
    for folder in FOLDERS:
        for path in sorted(folder.glob("*/*")):
            encoding = resolve_encoding(path.parent.name.removesuffix("-russian"))
            if encoding is None:
                raise ValueError(f"{path.parent} names no encoding")
            sample = Sample(f"{path.parent.name}/{path.name}", encoding, path.read_bytes())
            unique.setdefault((encoding, sample.body), sample)
    if not unique:
        sys.exit(f"no files in {FOLDERS[0]}: this benchmark reads what lies beside the repository")
    return list(unique.values())


def wrong(found: list[Sample]) -> list[Sample]:
    """Those that ours misreads."""
    return [sample for sample in found if not sample.is_read(_ours(sample.body))]


def _ours(body: bytes) -> str:
    try:
        return decode(body)
    except Undecodable:
        return ""


def _rows(dataset: str, found: list[Sample]) -> list[Row]:
    right = {OURS: len(found) - len(wrong(found))}
    for detector, names in _guesses(found).items():
        encodings = [resolve_encoding(name) if name else None for name in names]
        right[detector] = sum(
            encoding is not None and sample.is_read(sample.body.decode(encoding, "replace"))
            for sample, encoding in zip(found, encodings, strict=True)
        )
    return [Row(system, dataset, "accuracy", round(count / len(found), 4), len(found)) for system, count in right.items()]


def _guesses(found: list[Sample]) -> dict[str, list[str | None]]:
    with tempfile.TemporaryDirectory(prefix="nichiro-encodings-") as folder:
        paths = [Path(folder, f"{number}.bin") for number in range(len(found))]
        for path, sample in zip(paths, found, strict=True):
            path.write_bytes(sample.body)
        command = [peers.python(), str(peers.FOLDER / "detectors_script.py")]
        done = child.run(command, environment=dict(os.environ), text="\n".join(map(str, paths)))
    return json.loads(done.output)


def _blot(match: re.Match[bytes]) -> bytes:
    return match[1] + b"x" * len(match[2])


if __name__ == "__main__":
    report("encodings", measure)
