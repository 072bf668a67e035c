"""Real pages with their gold, from beside the repository, and what ours and the peers make of them."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from benchmarks import child, peers
from crawlers.encoding import Undecodable, decode
from crawlers.page import Page

SHARED = Path(__file__).parents[2] / "shared"
REAL = SHARED / "realpages"
EXTRACTION = SHARED / "data" / "article-extraction-benchmark"
DATES = SHARED / "data" / "dates"
_JSON_LD = re.compile(r"<script[^>]+ld\+json.*?</script>", re.S | re.I)


@dataclass(frozen=True)
class Sample:
    """A page and what people say of it; what they do not say is None."""

    name: str
    url: str
    content: bytes
    language: str = ""
    headline: str | None = None
    body: str | None = None
    published: date | None = None
    published_at: datetime | None = None

    @cached_property
    def html(self) -> str:
        """The text as ours decodes it; all systems get this one."""
        try:
            return decode(self.content)
        except Undecodable:
            return self.content.decode("utf-8", "replace")

    @cached_property
    def page(self) -> Page:
        return Page(self.html, self.url)

    @property
    def is_held_out(self) -> bool:
        return hashlib.sha256(self.name.encode()).digest()[0] % 2 == 1

    def without_json_ld(self) -> Sample:
        html = _JSON_LD.sub("", self.html)
        return Sample(self.name, self.url, html.encode(), self.language, self.headline, self.body, self.published)


def extraction_benchmark() -> list[Sample]:
    """Pages of the article extraction benchmark that lie in ``../shared``, with the body that a person marked."""
    gold = json.loads(_shared(EXTRACTION / "ground-truth.json").read_text(encoding="utf-8"))
    return [
        Sample(name, page["url"], gzip.decompress((EXTRACTION / "html" / f"{name}.html.gz").read_bytes()), body=page["articleBody"])
        for name, page in sorted(gold.items())
    ]


def press() -> list[Sample]:
    """Pages of ``_expected``. Golds of another page than the one that lies there are left out: their headline is not on it."""
    rows = list(_index())
    samples = []
    for path in sorted((REAL / "_expected").glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))["V1"]
        row = next(row for row in rows if f"/{path.stem.partition('_')[2]}_" in row["file"])
        sections = [line for section in gold["body"]["sections"] for line in section["headline"] + section["paragraphs"]]
        sample = Sample(
            path.stem, row["url"], (REAL / row["file"]).read_bytes(), path.stem[:2], gold["title"],
            "\n".join(gold["body"]["summary"] + sections),
            published_at=datetime.fromisoformat(gold["publishing_date"]),
        )  # fmt: skip
        if plain(gold["title"]) in plain(sample.html):
            samples.append(sample)
    return samples


def titled() -> list[Sample]:
    """HTML pages of index.tsv with a title there."""
    return [_real(row) for row in _index() if row["kind"] == "html" and row["title"]]


def kremlin() -> list[Sample]:
    """Pages of en.kremlin.ru."""
    return [_real(row) for row in _index() if row["kind"] == "html" and row["file"].startswith("en.kremlin.ru/")]


def dated() -> list[Sample]:
    """Pages of the dates folder, with the day that a person read."""
    gold = json.loads(_shared(DATES / "gold.json").read_text(encoding="utf-8"))
    return [
        Sample(page["file"], url, (DATES / "html" / page["file"]).read_bytes(), published=date.fromisoformat(page["date"]))
        for url, page in sorted(gold.items())
    ]


def read_by_peers(samples: Sequence[Sample], extractors: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """What each extractor makes of each page: body, title, date; empty where it gives none."""
    lines = "\n".join(json.dumps({"url": sample.url, "html": sample.html}) for sample in samples)
    command = [peers.python(), str(peers.FOLDER / "extractors_script.py"), *extractors]
    return json.loads(child.run(command, environment=dict(os.environ), text=lines).output)


def addresses() -> dict[str, str]:
    """URL of each page below ``../shared``, by its file."""
    found = {f"realpages/{row['file']}": row["url"] for row in _index()}
    found |= {f"{EXTRACTION.relative_to(SHARED)}/html/{sample.name}.html.gz": sample.url for sample in extraction_benchmark()}
    return found | {f"{DATES.relative_to(SHARED)}/html/{sample.name}": sample.url for sample in dated()}


def unpacked(path: Path) -> bytes:
    """A file's bytes, of a ``.gz`` those inside."""
    content = _shared(path).read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def plain(text: str) -> str:
    """NFKC, every run of white space one space."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _real(row: dict[str, str]) -> Sample:
    content = (REAL / row["file"]).read_bytes()
    day = date.fromisoformat(row["date"][:10]) if re.match(r"\d{4}-\d\d-\d\d", row["date"]) else None
    return Sample(row["file"], row["url"], content, row["lang"], row["title"], published=day)


def _index() -> Iterator[dict[str, str]]:
    with _shared(REAL / "index.tsv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def _shared(path: Path) -> Path:
    if not path.exists():
        sys.exit(f"no {path}: this benchmark reads what lies beside the repository")
    return path
