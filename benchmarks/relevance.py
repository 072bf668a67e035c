"""How far the beat's `strong` agrees with labelled passages, per language; each passage is judged as an article without a headline.

The third held out by hash is what counts; `…_tuning` is the part that terms were changed on. Bounds are Wilson's, 95 %. The real set
is of pages that speak of Japan more often than a day's pages do, so its precision is not a day's. ``ru_second`` was written after
the terms were, so that its `…_tuning` row of the terms alone is one of passages that they had not seen.

``python -m benchmarks.relevance --train`` fits the second judge to the tuning parts and writes its weights.
"""

from __future__ import annotations

import math
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from benchmarks.form import OURS, Row, report
from benchmarks.passages import Passage, blind_reading, economy_watchers, headlines, kremlin, news, synthetic
from benchmarks.regression import fit, folds
from nichiro.beat import load_beat
from transforms.beat import Beat
from transforms.relevance import features_of, judge
from transforms.second_judge import SecondJudge
from transforms.terms import terms_of

BEAT = Path(__file__).parents[1] / "beats" / "japan_russia.yml"
WEIGHTS = BEAT.with_suffix("") / "second_judge.json"
THRESHOLD = 0.5
Z95 = 1.959964
# The peers' country words: names, capitals, adjectives, as a seed dictionary of countries has them.
COUNTRY_WORDS = {
    "JP": r"\bJapan|\bTokyo\b|日本|東京|\b[Яя]пон|\bТокио\b",
    "RU": r"\bRussia|\bMoscow\b|ロシア|モスクワ|\b[Рр]осси|\bМоскв",
    "CN": r"\bChin(?:a|ese)\b|\bBeijing\b|中国|北京|\bКита|\b[Кк]итай|\bПекин",
    "US": r"\bUnited States\b|\bAmerican?\b|\bWashington\b|米国|アメリカ|\bСША\b|\b[Аа]мерикан|\bВашингтон",
    "KR": r"\bKorean?\b|\bSeoul\b|韓国|\bКоре[яие]|\b[Кк]орейск",
    "IN": r"\bIndian?\b|\bDelhi\b|インド|\bИнди[яию]|\b[Ии]ндийск",
    "UA": r"\bUkrain|\bKyiv\b|ウクライナ|\b[Уу]краин|\bКиев",
    "GB": r"\bBrit(?:ain|ish)\b|\bLondon\b|英国|ロンドン|\bБритан|\b[Бб]ританск|\bЛондон",
    "FR": r"\bFrance\b|\bFrench\b|\bParis\b|フランス|\bФранци|\b[Фф]ранцузск",
    "DE": r"\bGerman|\bBerlin\b|ドイツ|\bГермани|\b[Нн]емецк",
}


def measure(quick: bool) -> list[Row]:
    """Precision and recall of `strong` of ours and of the peers on every set, and what an article off the beat costs."""
    beat = load_beat(BEAT)
    alone = beat.model_copy(update={"second_judge": None})
    systems: dict[str, Callable[[Sequence[Passage]], list[bool]]] = {
        OURS: lambda passages: strong(passages, beat), "terms alone": lambda passages: strong(passages, alone), "both countries named": both_named, "newsmap-style words": two_most_named,
    }
    sets = labelled()
    shopkeepers = economy_watchers(200 if quick else 1000)
    rows = []
    for system, judged in systems.items():
        for dataset, passages in sets.items():
            for name, held_out in ((dataset, True), (f"{dataset}_tuning", False)):
                part = [passage for passage in passages if passage.is_held_out == held_out]
                if part:
                    rows += agreement(system, name, judged(part), [passage.label == "strong" for passage in part])
        for name, held_out in (("ja_watchers", True), ("ja_watchers_tuning", False)):
            part = [passage for passage in shopkeepers if passage.is_held_out == held_out]
            rows.append(Row(system, name, "strong_share", round(sum(judged(part)) / len(part), 4), len(part)))
    pairs = blind_reading()
    rows.append(Row("blind reading", "en_kremlin_tuning", "kappa", round(kappa(pairs), 4), len(pairs)))
    off = [passage for passages in sets.values() for passage in passages if passage.label == "none"] * (4 if quick else 16)
    rows.append(Row(OURS, "off_beat", "cpu_ms_per_article", round(milliseconds(off, beat), 3), len(off)))
    return rows


def labelled() -> dict[str, list[Passage]]:
    """The sets by name; what was labelled for tuning is a part of the set whose held-out part it helps, or a set of its own."""
    return {
        "en_kremlin": kremlin(), "en_second": kremlin("second"), "en_third": kremlin("third") + kremlin("tuning"), "en_headlines": headlines(),
        "ja_synthetic": synthetic("ja"), "ja_second": synthetic("ja", "second") + synthetic("ja", "tuning"),
        "ru_synthetic": synthetic("ru"), "ru_second": synthetic("ru", "second") + synthetic("ru", "tuning"),
        "ru_third": synthetic("ru", "third"), "ru_fourth": synthetic("ru", "fourth") + synthetic("ru", "tuning_second"),
        "ru_fifth": synthetic("ru", "fifth") + synthetic("ru", "tuning_third"), "ru_news": news(),
    }


def train() -> None:
    """Fit the second judge to the tuning parts, print how it does across documents that it has not seen, write its weights."""
    alone = load_beat(BEAT).model_copy(update={"second_judge": None})
    names, passages = zip(*(
        (name, passage) for name, found in labelled().items() for passage in found if not passage.is_held_out
    ), strict=True)
    terms = {language: terms_of(alone, language) for language in alone.languages}
    by_terms = strong(passages, alone)
    found = [features_of(row, terms[row["language_code"]]) for row in as_articles(passages).iter_rows(named=True)]
    wanted = [passage.label == "strong" for passage in passages]
    briefs = {number: brief for number, brief in enumerate(found) if brief}
    labels = [wanted[number] for number in briefs]
    groups = [passages[number].document or passages[number].text for number in briefs]
    crossed = dict(zip(briefs, folds([*briefs.values()], labels, groups), strict=True))
    decided = [crossed[number] >= THRESHOLD if number in crossed else by_terms[number] for number in range(len(passages))]
    for dataset in dict.fromkeys(names):
        of = [number for number, name in enumerate(names) if name == dataset]
        for system, said in (("cross-validated", decided), ("terms alone", by_terms)):
            for row in agreement(system, dataset, [said[number] for number in of], [wanted[number] for number in of]):
                if not row.metric.endswith(("_low", "_high")):
                    print(f"{row.system:16} {row.dataset:14} {row.metric:17} {row.value:.3f}  n={row.n}")
    judge = SecondJudge(
        version="3", trained_on=", ".join(f"{name} {names.count(name)}" for name in dict.fromkeys(names)), threshold=THRESHOLD,
        **fit([*briefs.values()], labels),
    )
    WEIGHTS.write_text(judge.model_dump_json(indent=1) + "\n", encoding="utf-8")


def strong(passages: Sequence[Passage], beat: Beat) -> list[bool]:
    """Whether ours calls each passage, as an article's body, `strong`."""
    verdicts = judge(as_articles(passages), beat).relevance
    found = dict(verdicts.select("capture_id", "relevance").iter_rows())
    return [found[str(number)] == "strong" for number in range(len(passages))]


def as_articles(passages: Sequence[Passage]) -> pl.DataFrame:
    """One article without a headline per passage; capture_id is its number."""
    return pl.DataFrame([
        {
            "capture_id": str(number), "source_id": "passages", "captured_date": date(2026, 11, 27), "language_code": passage.language,
            "country_code": passage.country_code, "publisher_kind": passage.publisher_kind, "headline": "", "body": passage.text,
        }
        for number, passage in enumerate(passages)
    ])


def both_named(passages: Sequence[Passage]) -> list[bool]:
    """The naive rule: both countries' words stand in the text; a government's page names its own."""
    return [{"JP", "RU"} <= _counts(passage).keys() for passage in passages]


def two_most_named(passages: Sequence[Passage]) -> list[bool]:
    """Countries by how often their words stand there, as newsmap's seed words give: the two are the two first."""
    return [set(sorted(counts, key=lambda code: (-counts[code], code))[:2]) == {"JP", "RU"} for counts in map(_counts, passages)]


def _counts(passage: Passage) -> dict[str, int]:
    counts = {code: len(re.findall(words, passage.text)) for code, words in COUNTRY_WORDS.items()}
    if passage.publisher_kind == "government":
        counts[passage.country_code] = counts.get(passage.country_code, 0) + 1
    return {code: count for code, count in counts.items() if count}


def agreement(system: str, dataset: str, found: Sequence[bool], wanted: Sequence[bool]) -> list[Row]:
    """Precision and recall with their bounds; n is what each is a share of. Nothing found is precision 0."""
    both = sum(one and other for one, other in zip(found, wanted, strict=True))
    rows = []
    for metric, total in (("precision_strong", sum(found)), ("recall_strong", sum(wanted))):
        low, high = wilson(both, total)
        rows.append(Row(system, dataset, metric, round(both / total, 4) if total else 0.0, total))
        rows += [Row(system, dataset, f"{metric}_{end}", round(value, 4), total) for end, value in (("low", low), ("high", high))]
    return rows


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % score interval of a share; of no trials, all of 0 to 1."""
    if not trials:
        return 0.0, 1.0
    share, weight = successes / trials, Z95**2 / trials
    middle = (share + weight / 2) / (1 + weight)
    half = Z95 * math.sqrt(share * (1 - share) / trials + weight / (4 * trials)) / (1 + weight)
    return max(0.0, middle - half), min(1.0, middle + half)


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa of two readings: 1 is full agreement, 0 what chance would give."""
    (first, second), total = (Counter(reading) for reading in zip(*pairs, strict=True)), len(pairs)
    by_chance = sum(first[label] * second[label] for label in first) / total**2
    return (sum(one == other for one, other in pairs) / total - by_chance) / (1 - by_chance)


def milliseconds(passages: Sequence[Passage], beat: Beat) -> float:
    """CPU milliseconds of this process, all threads, per article."""
    articles = as_articles(passages)
    judge(articles.head(1), beat)
    start = time.process_time()
    judge(articles, beat)
    return 1000 * (time.process_time() - start) / len(passages)


if __name__ == "__main__":
    train() if sys.argv[1:] == ["--train"] else report("relevance", measure)
