"""How far stories agree with labelled events: B-cubed over fictional reports in three languages, whole families of events held out.

The held-out third counts; `tuning` is the part that weights and thresholds were set on, `held_out_in_all` has the held-out reports
clustered among all the others. Bounds are of 1,000 bootstrap samples of events, 95 %. B-cubed is Bagga and Baldwin's (1998). The
reports come in as a crawl would bring them: in no order within a day.
"""

from __future__ import annotations

import hashlib
import json
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.form import OURS, Row, report
from nichiro.validation import b_cubed
from transforms import stories as ours
from transforms.embedding import SCALE, embeddings, encoded
from warehouse.tables import enriched

REPORTS = Path(__file__).with_name("labels") / "stories" / "reports.jsonl"
MODEL = Path(__file__).parents[1] / "transforms" / "story_model.json"
Stream = Sequence[int]


@dataclass(frozen=True)
class Report:
    """One fictional report; ``known_at`` is the crawl that brought it."""

    event: str
    kind: str
    language: str
    published_at: datetime
    headline: str
    body: str
    is_held_out: bool

    @property
    def article_id(self) -> str:
        return hashlib.sha256(f"{self.headline}|{self.body}".encode()).hexdigest()[:16]

    @property
    def known_at(self) -> datetime:
        """Half past eleven at night of its day, and a while for the pages fetched before it."""
        day = self.published_at.replace(hour=23, minute=30, second=0)
        return day + timedelta(seconds=int(self.article_id[:3], 16))


def load() -> list[Report]:
    """The labelled reports; a family of events is held out whole, by its hash."""
    rows = map(json.loads, REPORTS.read_text(encoding="utf-8").splitlines())
    return [
        Report(
            row["event"], row["kind"], row["language"], datetime.fromisoformat(row["published_at"]).astimezone(UTC), row["headline"], row["body"],
            int(hashlib.sha256(row["family"].encode()).hexdigest(), 16) % 3 == 0,
        )
        for row in rows
    ]


def measure(quick: bool) -> list[Row]:
    """B-cubed of ours and of the peers, ids on added days, and (not ``quick``) what a day costs."""
    reports = load()
    streams: dict[str, tuple[Stream, Stream]] = {}
    for name, wanted in (("held_out", True), ("tuning", False)):
        part = [number for number, each in enumerate(reports) if each.is_held_out == wanted]
        streams[name] = (part, part)
    streams["held_out_in_all"] = (range(len(reports)), streams["held_out"][0])
    systems: dict[str, Callable[[list[Report]], list[Hashable]]] = {OURS: clustered}
    systems["title Jaccard ≥ 0.1"] = lambda some: single_pass(some, jaccard(some), 0.1)          # both at their best
    systems["TF-IDF single pass ≥ 0.1"] = lambda some: single_pass(some, tf_idf(some), 0.1)      # on the tuning part
    rows = []
    for system, cluster in systems.items():
        for dataset, (stream, scored) in streams.items():
            told = [reports[number] for number in stream]
            story_of = dict(zip(stream, cluster(told), strict=True))
            rows += agreement(system, dataset, [reports[number] for number in scored], [story_of[number] for number in scored])
    rows.append(ids_kept(reports))
    return rows + day_cost(reports, 500 if quick else 5000)


def articles(reports: Sequence[Report]) -> pl.DataFrame:
    """The reports as the build has articles when it looks for stories; no report twice."""
    told = pl.DataFrame({
        "capture_id": [each.article_id for each in reports], "source_id": ["fiction"] * len(reports),
        "language_code": [each.language for each in reports], "headline": [each.headline for each in reports],
        "body": [each.body for each in reports], "captured_date": [each.known_at.date() for each in reports],
    })
    relevance = told.select("capture_id", relevance=pl.lit("strong"))
    vectors = embeddings(told, relevance, enriched.PASSAGES.empty())
    return vectors.select("embedding", "phonetic_keys", article_id="capture_id").with_columns(
        pl.Series("first_captured_at", [each.known_at for each in reports], pl.Datetime("us", "UTC")),
        pl.Series("published_at", [each.published_at for each in reports], pl.Datetime("us", "UTC")),
        pl.Series("published_date", [each.published_at.date() for each in reports]),
        syndicated_from=pl.lit(None, pl.String),
    )


def clustered(reports: list[Report]) -> list[Hashable]:
    """The story of each report, by ours."""
    return _stories(articles(reports), reports)


def _stories(told: pl.DataFrame, reports: list[Report]) -> list[Hashable]:
    joined = told.join(ours.links(told, told["article_id"]), on="article_id")
    story_of = dict(ours.story_documents(joined).select("article_id", "story_id").iter_rows())
    return [story_of[each.article_id] for each in reports]


def single_pass(reports: list[Report], alike: np.ndarray, bound: float) -> list[Hashable]:
    """The peers' way: in the order of publication, into the story of the most alike report of the last days, or a new one."""
    order = sorted(range(len(reports)), key=lambda number: reports[number].published_at)
    stories: dict[int, int] = {}
    for place, number in enumerate(order):
        near = [other for other in order[:place] if reports[number].published_at - reports[other].published_at <= timedelta(days=ours.WINDOW_DAYS)]
        best = max(near, key=lambda other: alike[number, other], default=None)
        stories[number] = stories[best] if best is not None and alike[number, best] >= bound else number
    return [stories[number] for number in range(len(reports))]


def _terms(text: str) -> list[str]:
    """Words; where a script has no blanks, pairs of characters."""
    return re.findall(r"[a-zа-яё0-9]{2,}", text.casefold()) + [
        run[place : place + 2] for run in re.findall(r"[぀-ヿ一-鿿々]+", text) for place in range(len(run) - 1)
    ]


def jaccard(reports: list[Report]) -> np.ndarray:
    """Shared share of the words of two titles."""
    titles = [set(_terms(each.headline)) for each in reports]
    return np.array([[len(one & other) / (len(one | other) or 1) for other in titles] for one in titles])


def tf_idf(reports: list[Report]) -> np.ndarray:
    """Cosine of the texts' words, (1 + log count) × log inverse document frequency."""
    texts = [Counter(_terms(f"{each.headline} {each.body}")) for each in reports]
    frequency = Counter(word for text in texts for word in text)
    place = {word: number for number, word in enumerate(frequency)}
    vectors = np.zeros((len(texts), len(place)))
    for number, text in enumerate(texts):
        for word, count in text.items():
            vectors[number, place[word]] = (1 + np.log(count)) * np.log(len(texts) / frequency[word])
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return vectors @ vectors.T


def harmonic(scores: np.ndarray) -> float:
    precision, recall = scores.mean(axis=0)
    return 2 * precision * recall / (precision + recall)


def agreement(system: str, dataset: str, reports: list[Report], stories: list[Hashable]) -> list[Row]:
    """B-cubed precision, recall and F1 with bounds, F1 by kind of event, and recall of pairs in two languages."""
    events = [each.event for each in reports]
    scores = b_cubed(events, stories)
    random, names = np.random.default_rng(7), np.array(sorted(set(events)))
    of_event = {name: scores[[event == name for event in events]] for name in names}
    drawn = [harmonic(np.concatenate([of_event[name] for name in random.choice(names, len(names))])) for _ in range(1000)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    rows = [
        Row(system, dataset, metric, round(float(value), 4), len(reports))
        for metric, value in (
            ("b_cubed_f1", harmonic(scores)), ("b_cubed_f1_low", low), ("b_cubed_f1_high", high),
            ("b_cubed_precision", scores[:, 0].mean()), ("b_cubed_recall", scores[:, 1].mean()),
        )
    ]
    for kind in ("named", "unnamed"):
        mine = [number for number, each in enumerate(reports) if each.kind == kind]
        rows.append(Row(system, dataset, f"b_cubed_f1_{kind}", round(harmonic(scores[mine]), 4), len(mine)))
    pairs = [
        (events[one] == events[other], stories[one] == stories[other])
        for one in range(len(reports)) for other in range(one) if reports[one].language != reports[other].language
    ]
    found, wanted = sum(story for _, story in pairs), sum(event for event, _ in pairs)
    both = sum(event and story for event, story in pairs)
    rows.append(Row(system, dataset, "cross_language_precision", round(both / found, 4) if found else 0.0, found))
    rows.append(Row(system, dataset, "cross_language_recall", round(both / wanted, 4), wanted))
    return rows


def ids_kept(reports: list[Report]) -> Row:
    """Reports whose story id another day changed though no story was merged: all days one after the other, ids compared each time."""
    told = articles(reports)
    linked = told.join(ours.links(told, told["article_id"]), on="article_id")
    before: dict[str, str] = {}
    changed = 0
    for day in sorted({each.known_at.date() for each in reports}):
        known = linked.filter(pl.col("first_captured_at").dt.date() <= day)
        documents = ours.story_documents(known)
        survivor = {old: story for story, merged in ours.merges(known).items() for old in merged}
        after = dict(documents.select("article_id", "story_id").iter_rows())
        changed += sum(after[article_id] not in (story_id, survivor.get(story_id)) for article_id, story_id in before.items())
        before = after
    return Row(OURS, "ids", "changed_by_a_day", changed, len(before))


def day_cost(reports: list[Report], count: int) -> list[Row]:
    """A day of ``count`` articles of which one in ten is on the beat, against a full window of such days: CPU seconds, and the peak.

    The day's texts are sentences of the labelled ones put together anew; the window's vectors are the day's with noise.
    """
    random, on_beat = np.random.default_rng(3), count // 10
    sentences = {
        language: [sentence for each in reports if each.language == language for sentence in re.split(r"(?<=[.!?。])\s*", each.body) if sentence]
        for language in ("en", "ja", "ru")
    }
    made = []
    for number in range(on_beat):
        language = ("en", "ja", "ru")[number % 3]
        body = " ".join(sentences[language][place] for place in random.integers(len(sentences[language]), size=5))
        at = datetime(2031, 1, 1, tzinfo=UTC) + timedelta(seconds=int(random.integers(80_000)))
        made.append(Report("made", "made", language, at, f"{number} {body[:50]}", body, True))
    start = time.process_time()
    today = articles(made)
    embedded = time.process_time() - start
    window = [today]
    for days in range(1, ours.WINDOW_DAYS + 1):
        noise = random.integers(-15, 16, size=(on_beat, 512))
        window.append(today.with_columns(
            pl.col("first_captured_at", "published_at") - timedelta(days=days), article_id=pl.col("article_id") + f"-{days}",
            embedding=pl.Series((np.array(today["embedding"].to_list()) + noise).tolist(), dtype=pl.List(pl.Int16)),
        ))
    everything = pl.concat(window)
    start = time.process_time()
    linked = ours.links(everything, today["article_id"])
    ours.story_documents(everything.join(linked, on="article_id"))
    took = time.process_time() - start
    return [
        Row(OURS, "day", "embedding_cpu_ms", round(1000 * embedded / on_beat, 2), on_beat),
        Row(OURS, "day", "embedding_cpu_seconds", round(embedded, 2), on_beat),
        Row(OURS, "day", "linking_cpu_seconds", round(took, 2), on_beat),
        Row(OURS, "day", "peak_mb", round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), everything.height),
    ]


def train() -> None:
    """Fit what transforms/story_model.json holds on the tuning reports: means of languages and weights of the pairs."""
    reports = [each for each in load() if not each.is_held_out]
    vectors = encoded([f"{each.headline}\n{each.body}" for each in reports])
    languages = [each.language for each in reports]
    fitted: dict = {
        "means": {
            language: np.rint(SCALE * vectors[[other == language for other in languages]].mean(axis=0)).astype(int).tolist()
            for language in sorted(set(languages))
        },
        "weights": dict.fromkeys([*ours.FEATURES, "constant"], 0.0),
    }
    _write(fitted)
    told = articles(reports)
    event = {each.article_id: each.event for each in reports}
    found = ours.features(told, pl.lit(value=True))
    design = np.c_[found.select(ours.FEATURES).to_numpy(), np.ones(found.height)]
    same = np.array([event[one] == event[other] for one, other in found.select("article_id", "article_id_earlier").iter_rows()], float)
    weights = np.zeros(design.shape[1])
    penalty = np.diag([1.0] * len(ours.FEATURES) + [1e-6])
    for _ in range(50):   # Newton's steps of a ridge logistic regression
        odds = 1 / (1 + np.exp(-design @ weights))
        weights -= np.linalg.solve((design * (odds * (1 - odds))[:, None]).T @ design + penalty, design.T @ (odds - same) + penalty @ weights)
    fitted["weights"] = {name: round(float(weight), 3) for name, weight in zip([*ours.FEATURES, "constant"], weights, strict=True)}
    _write(fitted)
    print(f"{len(same)} pairs, {int(same.sum())} of one event: {fitted['weights']}")


def _write(fitted: dict) -> None:
    MODEL.write_text(json.dumps(fitted, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    from transforms.embedding import model

    model.cache_clear()


if __name__ == "__main__":
    if "--train" in sys.argv:
        train()
    else:
        report("stories", measure)
