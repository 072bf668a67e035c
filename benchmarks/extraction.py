"""Body and headline of real pages against human gold, beside other extractors; all get the same decoded text.

Shingle F1 (four words; four characters for Japanese) as in shingles.py. ``aeb``: pages of the article extraction
benchmark; on all of them trafilatura's precision was once chosen, later choices were made on ``aeb_tuned`` alone, a half
by hash of the name, and ``aeb_held_out`` is the other half. ``ja_press``: Japanese newspapers whose gold is of the very
page that lies there; what the generic path leaves out and puts back was found on these few pages, so it is fitted too. ``f1_generic``: no rules; ``f1_without_json_ld``: nor JSON-LD; ``f1_ruled_fitted``: rules of
``crawlers/sources``, which were written with these pages in view. ``margin_to_best_peer``: ours less the best f1_generic.

``titles``: the headline of every HTML page that index.tsv has a title for, NFKC, with straight quotation marks. index.tsv has
<title> elements, most with a site's name or section beside the headline, some cut short: those are completed from the page.
``exact``: the headline is the title, or what a separator parts from it, whoever gives it. A separator is | - – — : • · » «; the space
beside the site's name at either end; and, in a title whose last part names the site, the ideographic space. The site's name is
og:site_name, application-name, the publisher of JSON-LD, or the longest label of the host but its last.
``exact_at_signs``: the signs alone separate. ``exact_own_title``: only pages whose <title> holds the headline at all, which is where
their only h1 or their og:title stands in it; the others have a <title> for search engines, and a reader sees another headline.
Chosen on ``titles_tuned``: that a declared headline which <title> repeats outvotes an h1, that a front page is not named by the h1
of a story, and the two kinds of space; the pages of ``titles_held_out`` were read for earlier choices, not for these. Who takes
<title> for the headline gets the better of ``exact``. ``--quick``: each fourth page of aeb and titles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from benchmarks import pages
from benchmarks.form import OURS, Row, report
from benchmarks.pages import Sample, plain
from benchmarks.shingles import f1, overlap
from crawlers import generic, headline
from crawlers.catalog import load_source
from crawlers.extract import Extracted, extract
from nichiro.settings import Settings

BODY_PEERS = ("trafilatura", "trafilatura (precision)", "newspaper4k", "news-please", "goose3", "readability-lxml", "resiliparse")
TITLE_PEERS = ("trafilatura", "newspaper4k", "readability-lxml")
RULES = {
    "jp_AsahiShimbun": "jp_asahi_politics", "jp_MainichiShimbun": "jp_mainichi_opinion", "jp_Nikkei": "jp_nikkei_articles",
    "jp_SankeiShimbun": "jp_sankei_editorial", "jp_TokyoShimbun": "jp_tokyo_editorial",
}  # fmt: skip
SITE_NAMES = ("meta:og:site_name", "meta:application-name", "json_ld:publisher")
READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
_QUOTES = str.maketrans("‘’“”", "''\"\"")
_WIDE_SPACE = "\ue000"  # stands for U+3000, which NFKC makes a space
_SEPARATOR = re.compile(r"\s*[|:•·»«]\s*|\s+[-–—*]+\s+|\s*(?=[\[(])|\s*[-–—]+(?=[^-–—]*$)")


def measure(quick: bool) -> list[Row]:
    """All rows of all systems."""
    benchmark = pages.extraction_benchmark()[:: 4 if quick else 1]
    japanese = [sample for sample in pages.press() if sample.language == "jp"]
    titled = pages.titled()[:: 4 if quick else 1]
    return [*bodies("aeb", benchmark), *bodies("ja_press", japanese, characters=True), *_ruled(japanese), *titles(titled)]


def bodies(dataset: str, samples: Sequence[Sample], characters: bool = False) -> list[Row]:
    """f1_generic of all systems, and of ours on both halves and without JSON-LD."""
    texts = {name: [found["body"] for found in pages_found] for name, pages_found in pages.read_by_peers(samples, BODY_PEERS).items()}
    figures = {name: _f1(samples, found, characters) for name, found in texts.items()}
    ours = [generic_body(sample) for sample in samples]
    figures[OURS] = _f1(samples, ours, characters)
    bare = [generic_body(sample.without_json_ld()) for sample in samples]
    margin = figures[OURS] - max(value for name, value in figures.items() if name != OURS)
    rows = [Row(name, dataset, "f1_generic", round(value, 4), len(samples)) for name, value in figures.items()]
    rows.append(Row(OURS, dataset, "f1_without_json_ld", round(_f1(samples, bare, characters), 4), len(samples)))
    rows.append(Row(OURS, dataset, "margin_to_best_peer", round(margin, 4), len(samples)))
    if not characters:
        for name, found in (texts | {OURS: ours}).items():
            for half in ("tuned", "held_out"):
                chosen = [pair for pair in zip(samples, found, strict=True) if pair[0].is_held_out == (half == "held_out")]
                value = _f1([sample for sample, _ in chosen], [text for _, text in chosen], characters)
                rows.append(Row(name, f"{dataset}_{half}", "f1_generic", round(value, 4), len(chosen)))
    return rows


def generic_body(sample: Sample) -> str:
    """The body by the generic path; empty where it finds none."""
    return generic.fields_of(sample.page).body


def titles(samples: Sequence[Sample]) -> list[Row]:
    """Exact headlines, of ours and of peers."""
    found = {name: [page["title"] for page in read] for name, read in pages.read_by_peers(samples, TITLE_PEERS).items()}
    found[OURS] = [headline.headline_of(sample.page) or "" for sample in samples]
    bare = [headline.headline_of(sample.without_json_ld().page) or "" for sample in samples]
    own = [is_own_title(sample) for sample in samples]
    rows = []
    for name, headlines in found.items():
        right = list(map(is_exact, samples, headlines))
        rows.append(Row(name, "titles", "exact", round(sum(right) / len(right), 4), len(right)))
        by_signs = [bool(given) and _straight(given) in _parts(_written_title(sample)) for sample, given in zip(samples, headlines, strict=True)]
        rows.append(Row(name, "titles", "exact_at_signs", round(sum(by_signs) / len(by_signs), 4), len(by_signs)))
        of_own = [value for value, is_own in zip(right, own, strict=True) if is_own]
        rows.append(Row(name, "titles", "exact_own_title", round(sum(of_own) / len(of_own), 4), len(of_own)))
        for half in ("tuned", "held_out"):
            of_half = [value for value, sample in zip(right, samples, strict=True) if sample.is_held_out == (half == "held_out")]
            rows.append(Row(name, f"titles_{half}", "exact", round(sum(of_half) / len(of_half), 4), len(of_half)))
    without = sum(map(is_exact, samples, bare))
    return [*rows, Row(OURS, "titles", "exact_without_json_ld", round(without / len(samples), 4), len(samples))]


def gold_title(sample: Sample) -> str:
    """index.tsv's title; the page's own where that is index.tsv's cut short, amid a character reference maybe."""
    return plain(_written_title(sample))


def _written_title(sample: Sample) -> str:
    written = sample.headline or ""
    whole = next(iter(sample.page.values(headline.TITLE)), "")
    begun = re.sub(r"(?:&#?\w*|..)$", "", plain(written))
    return whole if plain(whole).startswith(begun) and len(plain(whole)) >= len(plain(written)) else written


def is_exact(sample: Sample, found: str) -> bool:
    """Whether a headline is the title or a part of it at a separator, or at the site's name."""
    return bool(found) and _straight(found) in _parts(_written_title(sample), site_names(sample))


def site_names(sample: Sample) -> set[str]:
    """The site's names, bare: as the page declares them, and the longest label of its host, or of index.tsv's folder."""
    declared = [name for where in SITE_NAMES for name in sample.page.values(where)]
    host = urlsplit(sample.url).hostname or sample.name.partition("/")[0]
    return {_bare(name) for name in [*declared, max(host.split(".")[:-1], key=len, default="")]} - {""}


def is_own_title(sample: Sample) -> bool:
    """Whether the <title> holds what the page shows as its headline."""
    title = "".join(gold_title(sample).split())
    headings = sample.page.values("xpath://h1")
    shown = headings if len(headings) == 1 else sample.page.values("meta:og:title")
    return not shown or any("".join(plain(text).split()) in title for text in shown)


def _straight(text: str) -> str:
    return plain(text).translate(_QUOTES)


def _parts(written: str, names: Collection[str] = ()) -> set[str]:
    """Every run of parts of a title, with straight quotation marks."""
    marked = _straight(re.sub(r"\s*\u3000\s*", _WIDE_SPACE, written.strip()))
    title = marked.replace(_WIDE_SPACE, " ")
    is_named = any(name in _bare(marked.rpartition(_WIDE_SPACE)[2]) for name in names)
    wide = re.finditer(_WIDE_SPACE, marked) if is_named else ()
    beside = [
        space for space in re.finditer(" ", title) if _bare(title[: space.start()]) in names or _bare(title[space.end() :]) in names
    ]
    separators = [match.span() for match in (*_SEPARATOR.finditer(title), *wide, *beside)]
    edges = sorted([0, *(edge for span in separators for edge in span), len(title)])
    return {title[start:end].strip() for start in edges for end in edges if start < end}


def _bare(text: str) -> str:
    return re.sub(r"\W", "", plain(text)).casefold()


def _ruled(samples: Sequence[Sample]) -> list[Row]:
    read = ruled_reader()
    value = _f1(samples, [read(sample) for sample in samples], characters=True)
    return [Row(OURS, "ja_press", "f1_ruled_fitted", round(value, 4), len(samples))]


def ruled_reader() -> Callable[[Sample], str]:
    """Reads a page of the Japanese press by its source's rules; empty where they reject it."""
    folder = Settings().catalog_dir

    def read(sample: Sample) -> str:
        found = extract(sample.content, sample.url, READ_AT, load_source(folder / f"{RULES[sample.name]}.yml"))
        return found.body if isinstance(found, Extracted) else ""

    return read


def _f1(samples: Sequence[Sample], texts: Sequence[str], characters: bool) -> float:
    return f1(overlap(sample.body or "", text, characters) for sample, text in zip(samples, texts, strict=True))


if __name__ == "__main__":
    report("extraction", measure)
