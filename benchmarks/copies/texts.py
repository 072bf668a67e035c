"""Real texts of which it is known who copies whom: gold bodies, what extractors make of their pages, whole pages, edits."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from urllib.parse import urlsplit

from lxml import html

from benchmarks import pages
from benchmarks.copies.edits import EDITS
from crawlers.catalog import load_source
from crawlers.extract import Extracted, extract
from nichiro.settings import Settings

EXTRACTORS = ("trafilatura", "newspaper4k", "readability-lxml", "resiliparse")
READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
Pair = tuple[int, int]
_SCRIPTS = (("ja", "\u3040", "\u30ff"), ("zh", "\u4e00", "\u9fff"), ("th", "\u0e00", "\u0e7f"))


@dataclass
class Set:
    """Numbers of texts that are one article (``same``), and of those that are two articles of one site (``other``)."""

    same: list[Pair] = field(default_factory=list)
    other: dict[str, list[Pair]] = field(default_factory=dict)


@dataclass
class Corpus:
    """All texts with their languages, and by dataset what should be found in them and what not."""

    texts: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    sets: dict[str, Set] = field(default_factory=dict)

    def add(self, text: str, language: str) -> int:
        self.texts.append(text)
        self.languages.append(language)
        return len(self.texts) - 1


@dataclass(frozen=True)
class _Article:
    """One page in all its readings, by number: ``gold`` or the ruled body, extractors', the whole page."""

    name: str
    site: str
    key: str
    gold: int
    whole: int
    read: tuple[int, ...] = ()
    edited: dict[str, int] = field(default_factory=dict)

    @property
    def half(self) -> str:
        """Tuned datasets have the suffix; the reported ones are held out."""
        return "" if hashlib.sha256(self.name.encode()).digest()[0] % 2 else "_tuned"


def corpus(quick: bool) -> Corpus:
    """Pages of the extraction benchmark, of the Japanese press and of en.kremlin.ru; ``quick``: each fourth."""
    made = Corpus()
    step = 4 if quick else 1
    samples = pages.extraction_benchmark()[::step]
    read = pages.read_by_peers(samples, EXTRACTORS)
    found = [[read[name][place]["body"] for name in EXTRACTORS] for place in range(len(samples))]
    press = _articles(made, samples, found, "aeb")
    japanese = [sample for sample in pages.press() if sample.language == "jp"]
    asian = _articles(made, japanese, [[] for _ in japanese], "ja_press")
    kremlin = _kremlin(made, step)
    for half in ("", "_tuned"):
        for name, left, right in _READINGS:
            made.sets[name + half] = Set(
                same=[pair for article in press if article.half == half for pair in _same(article, left, right)],
                other={
                    "aeb": _other([article for article in press if article.half == half], left, right),
                    "kremlin": _other([article for article in kremlin if article.half == half], left, right),
                },
            )
    made.sets["clean_both_halves"] = Set(other={"aeb": _other(press, _gold, _read)})
    for edit in EDITS:
        made.sets[f"edited_{edit}_ja"] = Set(same=[(article.gold, article.edited[edit]) for article in asian])
    return made


def script(text: str) -> str:
    """The language by its script, where that has no blanks between words; ``en`` stands for all others."""
    letters = Counter(next((name for name, low, high in _SCRIPTS if low <= mark <= high), "en") for mark in text if mark.isalpha())
    if letters["ja"] > letters.total() / 10:
        return "ja"
    return letters.most_common(1)[0][0] if letters else "en"


def whole_text(page: str) -> str:
    """All that stands on a page, menus and footers with it; scripts and styles are no text."""
    tree = html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))
    lines = tree.xpath("//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]")
    return "\n".join(line.strip() for line in lines if line.strip())


def _articles(made: Corpus, samples: list[pages.Sample], read: list[list[str]], kind: str) -> list[_Article]:
    articles = []
    for place, sample in enumerate(samples):
        body, strange = sample.body or "", samples[(place + 1) % len(samples)].body or ""
        language = script(body)
        articles.append(_Article(
            sample.name, urlsplit(sample.url).hostname or "", f"{kind} {sample.name}",
            made.add(body, language), made.add(whole_text(sample.html), language),
            tuple(made.add(text, language) for text in read[place]),
            {name: made.add(edit(body, strange), language) for name, edit in EDITS.items()},
        ))  # fmt: skip
    return articles


def _kremlin(made: Corpus, step: int) -> list[_Article]:
    """Pages as their rules read them; pages of one number are views of one document."""
    source = load_source(Settings().catalog_dir / "ru_kremlin_news_en.yml")
    articles = []
    for sample in pages.kremlin()[::step]:
        found = extract(sample.content, sample.url, READ_AT, source)
        if isinstance(found, Extracted):
            number = re.findall(r"/(\d+)", sample.url)[-1]
            articles.append(_Article(number, "en.kremlin.ru", number, made.add(found.body, "en"), made.add(whole_text(sample.html), "en")))
    return articles


def _gold(article: _Article) -> tuple[int, ...]:
    return (article.gold,)


def _read(article: _Article) -> tuple[int, ...]:
    return article.read or (article.gold,)


def _whole(article: _Article) -> tuple[int, ...]:
    return (article.whole,)


def _edited(name: str) -> Callable[[_Article], tuple[int, ...]]:
    return lambda article: (article.edited[name],) if article.edited else (article.gold,)


_Reading = Callable[[_Article], tuple[int, ...]]
_READINGS: list[tuple[str, _Reading, _Reading]] = [
    ("clean", _gold, _read), ("boilerplate", _gold, _whole), ("whole_to_whole", _whole, _whole),
    *((f"edited_{name}", _gold, _edited(name)) for name in EDITS),
]


def _same(article: _Article, left: _Reading, right: _Reading) -> list[Pair]:
    return [(one, other) for one in left(article) for other in right(article) if one != other]


def _other(articles: list[_Article], left: _Reading, right: _Reading) -> list[Pair]:
    """Each text of one article with each of another article of its site, both ways."""
    return [
        (one, other)
        for first, second in combinations(articles, 2)
        if first.site == second.site and first.key != second.key
        for mine, its in ((first, second), (second, first))
        for one in left(mine)
        for other in right(its)
    ]
