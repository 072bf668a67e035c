"""Language of short texts, beside lingua restricted to the same candidates.

``sentences``, ``word_pairs``, ``single_words``: files of ``../shared/data/language`` in en, ja, ru, uk; ``…_<code>`` is one
language's. Nothing was fitted to them: the rules are of spelling and of character sets. Misses among ``sentences`` were
read while these were written, those of the two others were not.
``margin_to_lingua``: ours less lingua's. ``headlines_<code>``: real ones in the script of their page's language (RT and the
Kremlin for en, titles of index.tsv for ja and ru, some of which are blogs' names). ``fictional``: headlines made up for
this benchmark by who wrote the rules, 15 a language, ja without kana: it shows what is told apart, no rate on real ones. Nothing is declared of any text. ``cpu_ms``: processor milliseconds a text.
"""

from __future__ import annotations

import csv
import gzip
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.form import OURS, Row, report
from benchmarks.pages import SHARED, titled
from crawlers.language import detector, language_of, script_of

LINGUA = "lingua (same candidates)"
LABELS = Path(__file__).with_name("labels") / "fictional_headlines.tsv"
SCRIPTS = {"en": ("latin",), "ja": ("kana", "han"), "ru": ("cyrillic",)}
Text = tuple[str, str]  # language, text


def measure(quick: bool) -> list[Row]:
    """All rows of both systems."""
    step = 10 if quick else 1
    rows = []
    for dataset in ("sentences", "word_pairs", "single_words"):
        texts = labelled(dataset)[::step]
        rows += scored(dataset, texts)
        for code in sorted({code for code, _ in texts}):
            rows += scored(f"{dataset}_{code}", [text for text in texts if text[0] == code])
    real, fictional = headlines()[::step], made_up()
    for code in SCRIPTS:
        rows += scored(f"headlines_{code}", [text for text in real if text[0] == code])
    rows += scored("fictional", fictional)
    for code in sorted({code for code, _ in fictional}):
        rows += scored(f"fictional_{code}", [text for text in fictional if text[0] == code])
    return rows


def scored(dataset: str, texts: Sequence[Text]) -> list[Row]:
    """Accuracy and cost of both, and the margin."""
    rows, accuracy = [], {}
    for system, detect in ((OURS, language_of), (LINGUA, _lingua)):
        found, milliseconds = _timed(detect, [text for _, text in texts])
        accuracy[system] = sum(code == right for code, (right, _) in zip(found, texts, strict=True)) / len(texts)
        rows += [Row(system, dataset, "accuracy", round(accuracy[system], 4), len(texts)), Row(system, dataset, "cpu_ms", milliseconds, len(texts))]
    return [*rows, Row(OURS, dataset, "margin_to_lingua", round(accuracy[OURS] - accuracy[LINGUA], 4), len(texts))]


def labelled(dataset: str) -> list[Text]:
    """Texts of one folder of ``../shared/data/language``, with their language."""
    folder = SHARED / "data" / "language" / dataset.replace("_", "-")
    return [
        (path.stem, line)
        for path in sorted(folder.glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def headlines() -> list[Text]:
    """Real headlines with their page's language, where they are in its script at all."""
    found = [(sample.language, sample.headline or "") for sample in titled() if not sample.name.startswith("en.")]
    for name in ("rt", "kremlin"):
        with gzip.open(SHARED / "data" / "headlines" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            found += [("en", json.loads(line)["t"]) for line in lines][::10]
    return [(code, text) for code, text in found if script_of(text) in SCRIPTS.get(code, ())]


def made_up() -> list[Text]:
    """Headlines of no real paper."""
    with LABELS.open(encoding="utf-8") as file:
        return [(row["language"], row["headline"]) for row in csv.DictReader(file, delimiter="\t")]


def _lingua(text: str) -> str | None:
    found = detector().detect_language_of(text)
    return found.iso_code_639_1.name.lower() if found else None


def _timed(detect: Callable[[str], str | None], texts: Sequence[str]) -> tuple[list[str | None], float]:
    for text in texts:
        detect(text)  # models are read when first needed
    start = time.process_time()
    found = [detect(text) for text in texts]
    return found, round(1000 * (time.process_time() - start) / max(len(texts), 1), 4)


if __name__ == "__main__":
    report("language", measure)
