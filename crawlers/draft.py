"""A first draft of a source's YAML from what a site says of itself, with a mark where a person must decide. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import pytz

from crawlers import generic, proposal
from crawlers.genre import guess_genre
from crawlers.language import language_of
from crawlers.maintext import main_text
from crawlers.page import Page
from warehouse.columns import GENRES, PUBLISHER_KINDS

NOWHERE = "ZZ"  # ISO 3166-1 leaves it to its users
COUNTRY_OF = {"uk": "GB"}  # the top-level domain that is not its country's code
GOVERNMENT = re.compile(r"(?:^|\.)(?:gov|go|gouv|government)\.[a-z]{2,}$|\.gov$|(?:^|\.)(?:mid|mfa|mofa|kremlin)\.", re.I)
TERMS = re.compile(r"terms|conditions|copyright|licen[cs]e|利用規約|利用条件|著作権|правила|услови|авторск|перепечат", re.I)
DATED = ("json_ld:datePublished", "meta:article:published_time")
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Draft:
    """``keys`` are those of a source's YAML, ``text`` the YAML with its comments."""

    source_id: str
    keys: dict
    text: str


def draft(
    url: str, front: Page, articles: Sequence[Page], discover: list[tuple[str, str]], links: Sequence[str], crawl_delay: float, today: date
) -> Draft:
    """Propose a declaration.

    ``front`` is the page that was named, ``articles`` samples, ``discover`` the kinds and addresses that gave ``links``.
    """
    languages, country = _languages(front, articles), _country(url, front)
    zone = _zone(country, [value for page in articles for where in DATED for value in page.values(where)])
    name = _name(front, articles)
    is_government = bool(GOVERNMENT.search(urlsplit(url).hostname or ""))
    genre = "official_statement" if is_government else _genre(articles)
    keys: dict = {
        "title": name,
        "publisher": {"name": name, "name_en": name, "country": country, "kind": "government" if is_government else "newspaper"},
        "genre": genre,
        "language": languages,
        "timezone": zone,
        "status": "candidate",
        "evidence": f"proposed by `nichiro source new {url}` on {today}, checked by nobody",
        "terms": {"access": "derive", "url": _terms(front) or ""},
        "discover": [{"kind": kind, "url": address} for kind, address in discover],
        "follow": {"allow": [proposal.article_pattern(links) or ".*"]},
    }
    if rules := _rules(articles, zone, languages, today):
        keys["extract"] = [rules]
    keys["politeness"] = {"delay_seconds": max(5, crawl_delay)}
    keys["assertions"] = {"min": {"article_share": 0.6}}
    source_id = _source_id(url, country)
    return Draft(source_id, keys, _written(keys, _notes(front, country, discover)))


def article_links(page: Page) -> list[str]:
    """Links to the page's own host that look like articles': a long number or a slug of three words at their end."""
    host = urlsplit(page.url).netloc
    links = [urljoin(page.url, href) for href in page.values("css:a[href]@href")]
    return [link for link in links if urlsplit(link).netloc == host and re.search(r"\d{4,}|\w+-\w+-\w+", urlsplit(link).path)]


def _languages(front: Page, articles: Sequence[Page]) -> list[str]:
    declared = [value[:2].lower() for page in (*articles, front) for value in page.values("css:html@lang")]
    read = [language_of("\n".join(main_text(page, None))) for page in articles[:1]]
    found = [code for code in (*read, *declared) if code and re.fullmatch("[a-z]{2}", code)]
    return found[:1] or ["en"]


def _country(url: str, front: Page) -> str:
    """By the top-level domain, else by the region of the page's locale."""
    ending = (urlsplit(url).hostname or "").rpartition(".")[2]
    locales = [*front.values("css:html@lang"), *front.values("meta:og:locale")]
    codes = [COUNTRY_OF.get(ending, ending.upper()), *(re.split("[-_]", locale)[-1].upper() for locale in locales if len(locale) > 2)]
    return next((code for code in codes if code in pytz.country_timezones), NOWHERE)


def _zone(country: str, dates: Sequence[str]) -> str:
    """The country's first zone that has the offset of the dates; of an unknown country the offset itself, in full hours."""
    zones = list(pytz.country_timezones.get(country, []))
    for written in dates:
        try:
            instant = datetime.fromisoformat(written)
        except ValueError:
            continue  # no ISO 8601
        if not (offset := instant.utcoffset()):
            continue  # none, or UTC, in which many write whatever their own
        if fitting := [zone for zone in zones if ZoneInfo(zone).utcoffset(instant.replace(tzinfo=None)) == offset]:
            return fitting[0]
        if not zones and not offset % HOUR:
            return f"Etc/GMT{-(offset // HOUR):+d}"  # POSIX's sign: east is minus
    return zones[0] if zones else "UTC"


def _name(front: Page, articles: Sequence[Page]) -> str:
    for page in (front, *articles):
        for where in ("meta:og:site_name", "json_ld:publisher"):
            if values := page.values(where):
                return values[0]
    return (front.values("css:title") or [urlsplit(front.url).netloc])[0]


def _genre(articles: Sequence[Page]) -> str:
    for page in articles[:1]:
        fields = generic.fields_of(page)
        return guess_genre(page.url, fields.sections, fields.headline, fields.byline, fields.body)
    return "news"


def _terms(front: Page) -> str | None:
    for link in front.elements("css:a[href]"):
        if TERMS.search(link.get("href")) or TERMS.search(link.text_content()):
            return urljoin(front.url, link.get("href"))
    return None


def _rules(articles: Sequence[Page], zone: str, languages: list[str], today: date) -> dict:
    """Rules that pick exactly one thing on every sample; without a date there are none, the generic path reads the pages."""
    if not articles or not (dates := proposal.date_selectors(articles, zone, languages, today)):
        return {}
    found = {
        "headline": proposal.headline_selector(articles),
        "body": proposal.body_selector(articles),
        "byline": proposal.byline_selector(articles),
    }
    return {key: selector for key, selector in found.items() if selector} | {"published": {"select": dates}}


def _source_id(url: str, country: str) -> str:
    parts = urlsplit(url)
    labels = [label for label in (parts.hostname or "").split(".") if label != "www"]
    name = max(labels[:-1] or labels, key=len)
    section = next((part for part in parts.path.lower().split("/") if re.fullmatch("[a-z]{3,}", part)), "news")
    return f"{country.lower()}_{re.sub('[^a-z0-9]', '', name.lower()) or 'site'}_{section}"


def _notes(front: Page, country: str, discover: list[tuple[str, str]]) -> dict[str, str]:
    """What a person must decide, by key."""
    others = [
        f"{link.get('hreflang')} {urljoin(front.url, link.get('href'))}"
        for link in front.elements("css:link[rel~=alternate][hreflang][href]")
    ]
    return {
        "publisher": f"decide: name_en, country ({'none was found' if country == NOWHERE else 'a guess'}), kind: {', '.join(PUBLISHER_KINDS)}",
        "genre": f"decide: {', '.join(GENRES)}",
        "language": "other editions: " + "; ".join(others[:5]) if others else "",
        "timezone": "decide: guessed from country and dates",
        "status": "active once a fixture passes",
        "terms": "decide: read them; full needs an open licence, feed_only where pages must not be fetched",
        "discover": "decide: neither feed nor sitemap was found, so links of this page" if discover[0][0] == "listing" else "",
        "follow": "decide: the form of the links seen; does it leave out other sections?",
        "extract": "one match each on every sample; without `headline` or `body` these are read generically",
    }


def _written(keys: dict, notes: dict[str, str]) -> str:
    """YAML in flow style, one key a line; JSON is YAML, so that nothing of a page can break it."""
    lines = []
    for key, value in keys.items():
        if note := notes.get(key):
            lines.append("# " + "".join(letter for letter in note if letter.isprintable()))
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"{key}:", *(f"  - {_scalar(item)}" for item in value)]
        else:
            lines.append(f"{key}: {_scalar(value)}")
    return "\n".join(lines) + "\n"


def _scalar(value: object) -> str:
    """What no terminal shows is written as YAML escapes it."""
    dumped = json.dumps(value, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in dumped)
