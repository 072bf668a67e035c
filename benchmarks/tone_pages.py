"""Tone toward Japan on two real things: the seed op-ed, sentence by sentence, and twenty years of the Kremlin's pages, by year.

No labels, so nothing here is accuracy: it is what an analyst would read, kept for eyes to check (docs/tone.md has the tables and what was wrong in
them). ``op_ed``: mean of P(positive) - P(negative) over the mentions of a country, per voice. ``kremlin``: the same by year, of the Russian side: the
page's own words, those of nobody named, and those of speakers whom the beat lists as of Russia. What Japan's people say there is a row
apart; journalists and others are left out. A page that lies there twice (for print) is read once. Intervals are 90 %, of transforms/tone_interval.py. ``--tables`` prints the tables; ``--quick`` reads the op-ed alone.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from benchmarks import pages
from benchmarks.form import OURS, Row, report
from benchmarks.pages import SHARED
from crawlers.catalog import load_source
from crawlers.extract import Extracted, extract
from nichiro.actors import load_directory
from nichiro.beat import load_beat
from nichiro.settings import Settings
from transforms.naming import Names
from transforms.target_model import packaged
from transforms.targets import Targets
from transforms.text import sentences
from transforms.tone_interval import mean_interval
from transforms.voices import Voiced, voices

BEAT = Path(__file__).parents[1] / "beats" / "japan_russia.yml"
OP_ED = SHARED / "seed" / "op-ed.txt"
READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
WORDS = 8            # of a sentence that a table quotes: the op-ed is its publisher's
EXTREMES = 10
TARGETS = ("JP", "RU")


@dataclass(frozen=True)
class Scored:
    """One mention: in which sentence of which document, in whose voice, and its three probabilities."""

    document: str
    day: date | None
    number: int                  # of the sentence in the document, from 1
    start: int                   # of the sentence in the text
    sentence: str
    surface: str
    target: str
    voice: str
    speaker: str | None
    side: str                    # the country of who speaks, "" where not known, "question" for who asks
    negative: float
    neutral: float
    positive: float

    @property
    def score(self) -> float:
        return self.positive - self.negative

    @property
    def variance(self) -> float:
        return self.positive + self.negative - self.score**2

    @property
    def label(self) -> str:
        return max((self.negative, "negative"), (self.neutral, "neutral"), (self.positive, "positive"))[1]


def measure(quick: bool) -> list[Row]:
    """Mean scores with their intervals."""
    found = op_ed()
    rows = []
    for target in TARGETS:
        for voice in ("author", "quoted", "reported"):
            rows += means("op_ed", f"{target}_{voice}", [item for item in found if item.target == target and item.voice == voice])
    if quick:
        return rows
    pages_found = kremlin()
    for year, items in by_year(pages_found).items():
        rows += means("kremlin", f"JP_{year}", items)
    rows += means("kremlin", "JP_by_Japanese_speakers", [item for item in pages_found if item.side == "JP"])
    return rows


def means(dataset: str, metric: str, items: list[Scored]) -> list[Row]:
    if not items:
        return []
    low, high = mean_interval([item.score for item in items], [item.variance for item in items])
    middle = sum(item.score for item in items) / len(items)
    return [Row(OURS, dataset, f"{metric}{end}", round(value, 4), len(items)) for end, value in (("", middle), ("_low", low), ("_high", high))]


@cache
def op_ed() -> list[Scored]:
    """Mentions in the seed op-ed."""
    text = OP_ED.read_text(encoding="utf-8")
    return list(scored("op-ed", None, text, voices(text, "en"), {}))


@cache
def kremlin() -> list[Scored]:
    """Mentions of Japan on the pages of en.kremlin.ru, in order of their days."""
    source = load_source(Settings().catalog_dir / "ru_kremlin_news_en.yml")
    found: list[Scored] = []
    read: set[tuple[date, str]] = set()
    for sample in sorted(pages.kremlin(), key=lambda sample: (sample.published or date.min, sample.name)):
        page = extract(sample.content, sample.url, READ_AT, source)
        if isinstance(page, Extracted) and sample.published and (sample.published, page.body) not in read:
            read.add((sample.published, page.body))
            turns = [{"start": turn.start, "end": turn.end, "speaker": turn.speaker} for turn in page.turns]
            roles = {(turn.start, turn.end): turn.role for turn in page.turns}
            asked = {turn.speaker for turn in page.turns if roles[turn.start, turn.end] == "question"}
            found += scored(sample.name, sample.published, page.body, voices(page.body, "en", turns), dict.fromkeys(asked, "question"), "RU", ("JP",))
    return found


def scored(
    document: str, day: date | None, text: str, spans: list[Voiced], sides: dict[str, str], country: str | None = None, wanted: Collection[str] = TARGETS,
) -> Iterator[Scored]:
    """Every mention of a wanted target, as the beat names it, with its tone and voice; ``sides``: what is known of speakers beforehand."""
    places = [place for place in _targets().places("", text, country, ()) if place.target_id in wanted]
    numbered = [span for paragraph in sentences(text) for span in paragraph]
    for number, (start, end) in enumerate(numbered, 1):
        here = [place for place in places if start <= place.start < end]
        if not here:
            continue
        sentence = text[start:end]
        answers = packaged().predict([sentence], [[(place.start - start, min(place.end, end) - start) for place in here]], ["en"])[0]
        for place, (negative, neutral, positive) in zip(here, answers.tolist(), strict=True):
            voiced = spans[bisect_right(spans, place.start, key=lambda span: span.start) - 1]
            side = sides.get(voiced.speaker or "") or side_of(voiced.speaker)
            yield Scored(
                document, day, number, start, sentence, text[place.start : place.end], str(place.target_id), voiced.voice, voiced.speaker, side,
                negative, neutral, positive,
            )


@cache
def _targets() -> Targets:
    return Targets.of(load_beat(BEAT), "en")


@cache
def _names() -> Names:
    return Names(load_directory(BEAT), "en")


@cache
def side_of(speaker: str | None) -> str:
    """The country of a speaker whom the beat lists, else ""."""
    if not speaker:
        return ""
    countries = {actor_id: person.country or "" for actor_id, person in _names().directory.people.items()}
    found = [countries.get(candidate, "") for named in _names().find(speaker.title() if speaker.isupper() else speaker) for candidate in named.candidates]
    return found[0] if found and len(set(found)) == 1 else ""


def by_year(found: Iterable[Scored]) -> dict[int, list[Scored]]:
    """The Russian side's mentions by year."""
    years: dict[int, list[Scored]] = {}
    for item in found:
        if item.day and is_russian(item):
            years.setdefault(item.day.year, []).append(item)
    return dict(sorted(years.items()))


def is_russian(item: Scored) -> bool:
    """Said by the page itself, by somebody unnamed, or by one of Russia."""
    return item.side == "RU" or item.speaker is None


def first_words(sentence: str) -> str:
    words = sentence.replace("|", "/").split()
    return " ".join(words[:WORDS]) + (" …" if len(words) > WORDS else "")


def tables() -> Iterator[str]:
    """Markdown of both tables, and the extremes to be read by eye."""
    yield "| sentence | at | begins | target | voice | speaker | negative | neutral | positive | label |\n|---|---|---|---|---|---|---|---|---|---|"
    for item in op_ed():
        yield (f"| {item.number} | {item.start} | {first_words(item.sentence)} | {item.surface} ({item.target}) | {item.voice} | {item.speaker or ''} "
               f"| {item.negative:.2f} | {item.neutral:.2f} | {item.positive:.2f} | {item.label} |")
    yield "\n| sentence | at | words | voice | speaker |\n|---|---|---|---|---|"
    text = OP_ED.read_text(encoding="utf-8")
    starts = [start for paragraph in sentences(text) for start, _ in paragraph]
    for span in voices(text, "en"):
        if span.voice != "author":
            number = sum(start <= span.start for start in starts)
            yield f"| {number} | {span.start} | {first_words(text[span.start : span.end])} | {span.voice} | {span.speaker or ''} |"
    yield "\n| target, voice | mean | low | high | mentions |\n|---|---|---|---|---|"
    for target in TARGETS:
        for voice in ("author", "quoted", "reported"):
            if found := means("", "", [item for item in op_ed() if item.target == target and item.voice == voice]):
                yield f"| {target}, {voice} | " + " | ".join(f"{row.value:+.2f}" for row in found) + f" | {found[0].n} |"
    yield "\n| year | pages | mentions | mean | low | high | negative | positive |\n|---|---|---|---|---|---|---|---|"
    for year, items in by_year(kremlin()).items():
        middle, low, high = (row.value for row in means("", "", items))
        shares = [sum(item.label == label for item in items) / len(items) for label in ("negative", "positive")]
        yield f"| {year} | {len({item.document for item in items})} | {len(items)} | {middle:+.2f} | {low:+.2f} | {high:+.2f} | {shares[0]:.2f} | {shares[1]:.2f} |"
    ordered = sorted({(item.document, item.number): item for item in kremlin() if is_russian(item)}.values(), key=lambda item: (item.score, item.document, item.number))
    for name, items in (("lowest", ordered[:EXTREMES]), ("highest", ordered[: -EXTREMES - 1 : -1])):
        yield f"\n{name}"
        for item in items:
            yield f"{item.score:+.2f} {item.day} {item.document} {item.number} [{item.surface}] {item.voice} {item.speaker} ({item.side}): {item.sentence}"


if __name__ == "__main__":
    print("\n".join(tables())) if sys.argv[1:] == ["--tables"] else report("tone_pages", measure)
