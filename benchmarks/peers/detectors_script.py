"""What detectors make of files (paths on standard input): prints {detector: [name of an encoding or null, one per file]}."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import chardet
import charset_normalizer
from resiliparse.parse.encoding import detect_encoding


def normalizer(body: bytes) -> str | None:
    best = charset_normalizer.from_bytes(body).best()
    return best.encoding if best else None


DETECTORS = {
    "chardet": lambda body: chardet.detect(body)["encoding"],
    "charset-normalizer": normalizer,
    "resiliparse": detect_encoding,
}

if __name__ == "__main__":
    bodies = [Path(line).read_bytes() for line in sys.stdin.read().splitlines()]
    print(json.dumps({name: [detect(body) for body in bodies] for name, detect in DETECTORS.items()}))
