"""Which of upstream's 250,002 pieces a model of English, Japanese and Russian keeps: those of text that we have, then the likeliest of their scripts."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from benchmarks.tone.train_upstream import Upstream
from transforms.pieces import MARK, Pieces

SPECIAL = 4                     # <s>, <pad>, </s>, <unk>
COUNTED = 2                     # a piece met less often is left to its rank by likelihood
_LATIN = re.compile(r"[A-Za-z0-9]+")
_CYRILLIC = re.compile(r"[А-Яа-яЁё]+")
_KANA = re.compile(r"[぀-ヿ]")
_JAPANESE = re.compile(r"[぀-ヿ一-鿿々ー]+")
_SHARES = {"latin": 0.36, "cyrillic": 0.36, "japanese": 0.28}     # of the places that counted pieces leave


def kept(upstream: Upstream, texts: Iterable[str], size: int) -> list[int]:
    """Ids of upstream's pieces, ascending, ``size`` at most: special ones, single letters, pieces counted in the texts, likely ones by script."""
    cutter = Pieces(upstream.pieces, upstream.scores, upstream.unknown)
    counts = Counter(number for text in texts for number in cutter.cut(text)[0])
    chosen = dict.fromkeys(range(SPECIAL))
    bare = [piece.removeprefix(MARK) for piece in upstream.pieces]
    for number, piece in enumerate(bare):
        if len(piece) <= 1 and _script(piece) and number >= SPECIAL:
            chosen[number] = None
    for number, count in counts.most_common():
        if count >= COUNTED and len(chosen) < size:
            chosen[number] = None
    left = size - len(chosen)
    for script, share in _SHARES.items():
        likely = sorted((number for number in range(SPECIAL, len(bare)) if _script(bare[number]) == script and number not in chosen),
                        key=lambda number: (-upstream.scores[number], number))
        for number in likely[: int(left * share)]:
            chosen[number] = None
    return sorted(chosen)


def _script(piece: str) -> str:
    """latin, cyrillic, japanese, other (punctuation), or nothing for a piece that these languages do not write."""
    if _LATIN.fullmatch(piece):
        return "latin"
    if _CYRILLIC.fullmatch(piece):
        return "cyrillic"
    if _JAPANESE.fullmatch(piece):
        return "japanese" if _KANA.search(piece) or _is_japanese_kanji(piece) else ""
    return "other" if piece and len(piece) <= 2 and not any(map(str.isalnum, piece)) and ord(piece[0]) < 0x3040 else ""


def _is_japanese_kanji(piece: str) -> bool:
    try:
        piece.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return True


def texts(data: Path) -> list[str]:
    """Text of three languages from the sets that may train; labels are not looked at."""
    found = [json.loads(line)["sentence_normalized"] for line in (data / "newsmtsc" / "train.jsonl").open(encoding="utf-8")]
    found += [line.split("\t")[0] for line in (data / "rusentne" / "train.tsv").open(encoding="utf-8")]
    found += [json.loads(line)["text"] for line in (data / "ruopinionne" / "train.jsonl").open(encoding="utf-8")]
    found += [path.read_text(encoding="utf-8") for path in sorted((data / "rusentrel" / "train").glob("*.txt")) if "." not in path.stem]
    for path in sorted((data / "economy_watchers").glob("*.json.gz")):
        found += list(_strings(json.loads(gzip.decompress(path.read_bytes()))))
    return found


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
