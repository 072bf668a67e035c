"""Whose voice words are in, against labels: tokens of quoted and of reported speech, and who is said to speak.

``en_polnear``: news on an election, of PolNeAR's dev part (``--tuning``: a fixed fifth of its train part, on which the rules were tuned; no
licence: measured only). Its contents are of saying, thinking, wanting and meaning alike, while the rules take saying and thinking only: its recall
is bounded by that; ``en_polnear_saying`` is recall of contents whose cue is a plain word of saying (``_SAYING``). Quoted are tokens of a content between quotation marks, reported are the others. ``ja_synthetic``, ``ru_synthetic``:
``labels/voices.jsonl``, fiction written before the rules by who wrote these, so they measure that the rules do what they are for, not how they do on
the press; ``…_tuning`` is the half that was looked at. F1 of tokens (of characters in Japanese, signs left out). ``speaker_share``: of labelled
stretches that were found in part and name who speaks (no pronoun), those where the name found is of it or it of the name.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.form import OURS, Row, report
from benchmarks.pages import SHARED
from transforms.attributions import words_of
from transforms.quotations import quotations
from transforms.voices import Voiced, voices

LABELS = Path(__file__).parent / "labels" / "voices.jsonl"
POLNEAR = SHARED / "data" / "polnear"
_TOKENS = {"en": re.compile(r"\w+(?:[-’'.]\w+)*"), "ru": re.compile(r"\w+(?:-\w+)*"), "ja": re.compile(r"\w")}
_SAYING = re.compile(r"\b(?:sa(?:id|ys?|ying)|t(?:old|ells?|elling)|wr(?:ote|ites?|iting)|add(?:ed|s|ing)?|stat(?:ed|es|ing)|announc\w+|argu\w+|claim\w*|according to)\b")
_PRONOUNS = words_of("he she they it i we you who him her them us me that which his their one anyone somebody people those some many")


@dataclass(frozen=True)
class Labelled:
    """A text, and what in it is whose: offsets of contents, in which voice, by whom (as printed, or None)."""

    text: str
    language: str
    spans: tuple[tuple[int, int, str, str | None], ...]


Reading = Callable[[str, str], Sequence[Voiced]]


def measure(quick: bool) -> list[Row]:
    """F1 of both voices on every set, of ours and of quotation marks alone; every fourth text of PolNeAR where quick."""
    sets = {"en_polnear": list(polnear("dev"))[:: 4 if quick else 1]}
    for language in ("ja", "ru"):
        sets[f"{language}_synthetic"] = list(synthetic(language, "held_out"))
        sets[f"{language}_synthetic_tuning"] = list(synthetic(language, "tuning"))
    saying = list(polnear("dev", cues=_SAYING))[:: 4 if quick else 1]
    recalled = [
        Row(row.system, "en_polnear_saying", row.metric, row.value, row.n)
        for row in agreement(OURS, "", saying, voices) if row.metric in {"reported_recall", "voiced_recall"}
    ]
    return [*rows_of(sets), *recalled]


def rows_of(sets: dict[str, list[Labelled]]) -> Iterator[Row]:
    systems: dict[str, Reading] = {OURS: voices, "quotation marks alone": marks_alone}
    for system, read in systems.items():
        for dataset, texts in sets.items():
            yield from agreement(system, dataset, texts, read)


def marks_alone(text: str, language: str) -> list[Voiced]:
    """The naive reading: whatever stands between marks is quoted."""
    return [Voiced(found.start, found.end, "quoted", None) for found in quotations(text)]


def agreement(system: str, dataset: str, texts: Iterable[Labelled], read: Reading) -> Iterator[Row]:
    """F1 per voice, of both together whichever it is, and the share of right speakers."""
    counts: Counter[tuple[str, str]] = Counter()
    speakers = right = 0
    for labelled in texts:
        found = list(read(labelled.text, labelled.language))
        wanted = [Voiced(start, end, "quoted" if voice == "quoted" else "reported", speaker) for start, end, voice, speaker in labelled.spans]
        ours, gold = tokens(labelled, found), tokens(labelled, wanted)
        for voice in ("quoted", "reported"):
            _count(counts, voice, {token for token, said in ours.items() if said == voice}, {token for token, said in gold.items() if said == voice})
        _count(counts, "voiced", set(ours), set(gold))
        for want in wanted:
            if not want.speaker or not (names := set(re.findall(r"\w+", want.speaker.casefold()))) or names <= _PRONOUNS:
                continue
            over = [item for item in found if item.voice != "author" and item.start < want.end and want.start < item.end]
            if over:
                speakers += 1
                right += any(item.speaker and _is_same(item.speaker, want.speaker) for item in over)
    for voice in ("quoted", "reported", "voiced"):
        hit, more, missed = (counts[voice, kind] for kind in ("hit", "more", "missed"))
        yield Row(system, dataset, f"{voice}_f1", round(2 * hit / max(1, 2 * hit + more + missed), 4), hit + missed)
        yield Row(system, dataset, f"{voice}_precision", round(hit / max(1, hit + more), 4), hit + more)
        yield Row(system, dataset, f"{voice}_recall", round(hit / max(1, hit + missed), 4), hit + missed)
    if system == OURS:
        yield Row(system, dataset, "speaker_share", round(right / max(1, speakers), 4), speakers)


def tokens(labelled: Labelled, spans: Sequence[Voiced]) -> dict[int, str]:
    """First offsets of the tokens in a voice that is not the author's; of two spans over one token the quoted one counts."""
    found: dict[int, str] = {}
    for span in sorted(spans, key=lambda span: span.voice == "quoted"):
        if span.voice != "author":
            found |= {token.start(): span.voice for token in _TOKENS[labelled.language].finditer(labelled.text, span.start, span.end)}
    return found


def _count(counts: Counter[tuple[str, str]], voice: str, ours: set[int], gold: set[int]) -> None:
    counts[voice, "hit"] += len(ours & gold)
    counts[voice, "more"] += len(ours - gold)
    counts[voice, "missed"] += len(gold - ours)


def _is_same(one: str, other: str) -> bool:
    one, other = one.casefold().strip(), other.casefold().strip()
    if one in other or other in one:
        return True
    mine, theirs = (set(re.findall(r"\w{3,}", name)) - {"the", "and", "for"} for name in (one, other))
    return bool(mine & theirs) and (mine <= theirs or theirs <= mine)


def synthetic(language: str, part: str) -> Iterator[Labelled]:
    """The sentences of fiction in one language and part."""
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["language"] == language and row["part"] == part:
            yield Labelled(row["text"], language, tuple((span["start"], span["end"], span["voice"], span["speaker"]) for span in row["spans"]))


def polnear(part: str, every: int = 1, cues: re.Pattern[str] | None = None) -> Iterator[Labelled]:
    """Articles of one part with their contents (with those of some cues alone); one whose text the labels do not fit is left out."""
    for path in sorted((POLNEAR / part / "attributions").glob("*.ann"))[::every]:
        text_path = POLNEAR / part / "text" / f"{path.stem.rsplit('_', 1)[0]}.txt"
        if not text_path.exists():
            continue
        with text_path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        if (spans := _contents(path.read_text(encoding="utf-8"), text, cues)) is not None:
            yield Labelled(text, "en", spans)


def _contents(labels: str, text: str, cues: re.Pattern[str] | None) -> tuple[tuple[int, int, str, str | None], ...] | None:
    """The spans of contents, cut at quotation marks; None where offsets and text differ."""
    parts: dict[str, tuple[str, list[tuple[int, int]], str]] = {}
    events: list[list[tuple[str, str]]] = []
    for line in labels.splitlines():
        fields = line.split("\t")
        if len(fields) < 2:
            continue
        if fields[0].startswith("T"):
            kind, _, places = fields[1].partition(" ")
            parts[fields[0]] = (kind, [(int(start), int(end)) for start, end in (place.split() for place in places.split(";"))], fields[2])
        elif fields[0].startswith("E"):
            events.append([(role.rstrip("0123456789"), key) for role, key in (pair.split(":") for pair in fields[1].split())])
    marked = [(item.start, item.end) for item in quotations(text)]
    spans: list[tuple[int, int, str, str | None]] = []
    for event in events:
        source = next((parts[key][2] for role, key in event if role == "Source" and key in parts), None)
        if cues and not any(role == "Cue" and key in parts and cues.search(parts[key][2]) for role, key in event):
            continue
        for role, key in event:
            if role != "Content" or key not in parts:
                continue
            _, places, words = parts[key]
            if len(places) == 1 and text[places[0][0] : places[0][1]].split() != words.split():
                return None
            for start, end in places:
                spans += [(start, end, "reported", source)]
                spans += [(max(start, left), min(end, right), "quoted", source) for left, right in marked if left < end and start < right]
    return tuple(spans)


def tuning() -> None:
    """What the rules were tuned on: every fifth text of PolNeAR's train part, and the looked-at halves of the fiction."""
    sets = {"en_polnear_train": list(polnear("train", 5))} | {f"{language}_synthetic_tuning": list(synthetic(language, "tuning")) for language in ("ja", "ru")}
    for row in rows_of(sets):
        print(f"{row.system:24} {row.dataset:22} {row.metric:20} {row.value:.3f}  n={row.n}")


if __name__ == "__main__":
    tuning() if sys.argv[1:] == ["--tuning"] else report("voices", measure)
