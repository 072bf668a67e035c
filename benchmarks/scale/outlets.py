"""Sixty fictional sources of ten years: their declarations, and the texts and pages they publish. All of it is fiction."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import yaml

from crawlers.catalog import load_catalog
from crawlers.source import Source

COUNT = 60
COUNTRIES = {"JP": (24, "Asia/Tokyo", ("ja", "ja", "en")), "RU": (20, "Europe/Moscow", ("ru", "ru", "en")), "GB": (16, "Europe/London", ("en",))}
KINDS = (("newspaper", "news"), ("newspaper", "editorial"), ("government", "official_statement"), ("wire", "wire"), ("magazine", "op_ed"))
# What surrounds a text on a page of today, so that a page is as long as real ones: menus, teasers, scripts.
MENU = "".join(f'<li class="teaser"><a href="/section/{number}/"><span>Section {number} of the paper</span></a></li>' for number in range(180))
PAGE = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{headline} | Outlet</title>'
    "<script>var settings = {{}};</script></head><body><nav><ul>{menu}</ul></nav><main><article>"
    '<h1 class="title">{headline}</h1><time class="published" datetime="{at}">{at}</time><div class="text">{text}</div></article></main>'
    "<aside><ul>{menu}</ul></aside><footer>Fiction</footer></body></html>"
)


def write_catalog(folder: Path) -> dict[str, Source]:
    """Write one YAML a source; returns the catalog that they make."""
    folder.mkdir(parents=True)
    number = 0
    for country, (count, zone, languages) in COUNTRIES.items():
        for _ in range(count):
            kind, genre = KINDS[number % len(KINDS)]
            name, host = f"Outlet {number:02d} (fiction)", f"outlet{number:02d}.example"
            declared = {
                "title": name, "publisher": {"name": name, "name_en": name, "country": country, "kind": kind},
                "genre": genre, "language": [languages[number % len(languages)]], "timezone": zone, "status": "active", "evidence": "fiction",
                "terms": {"access": "full" if kind == "government" else "derive", "licence": "", "archive_days": None},
                "discover": [{"kind": "rss", "url": f"http://{host}/feed.xml"}],
                "extract": [{
                    "headline": "css:h1.title", "body": "css:div.text",
                    "published": {"select": ["css:time.published@datetime"], "timezone": zone},
                }],
                "assertions": {"min": {"article_share": 0.5, "median_body_length": 200}, "max": {"quarantined_share": 0.3}},
            }
            (folder / f"{country.lower()}_outlet{number:02d}_{genre.split('_')[0]}.yml").write_text(yaml.safe_dump(declared, allow_unicode=True))
            number += 1
    return load_catalog(folder)


@cache
def paragraphs(language: str) -> tuple[list[str], list[str]]:
    """Paragraphs of the demo's fictional newsroom, on the beat and beside it."""
    from tests.demosite import DemoSite

    found: dict[bool, set[str]] = {True: set(), False: set()}
    for article in DemoSite(seed=1).articles:
        if article.outlet.language == language:
            found[article.label.on_beat == "strong"] |= set(article.paragraphs)
    return sorted(found[True]), sorted(found[False])


def headline(language: str, number: int) -> str:
    words = {"en": "Talks, notes and figures of the day", "ja": "この日の協議と数字", "ru": "Переговоры и цифры дня"}[language]
    return f"{words}: {number}"


def text(language: str, on_beat: bool, rng: np.random.Generator) -> list[str]:
    """The paragraphs of one text: 1,000 to 5,000 characters, half as many in Japanese."""
    strong, other = paragraphs(language)
    chosen = [other[place] for place in rng.integers(0, len(other), rng.integers(8, 36))]
    return [strong[place] for place in rng.integers(0, len(strong), 3)] + chosen if on_beat else chosen
