"""What a site reserves, in each of the ways in which sites say so, and whether that binds us (docs/ethics.md). Pure.

We keep an archive, a search index and excerpts, and we mine texts: reservations of these bind us. Those of training and of
input to AI models ask for nothing that we do; they are written down.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree
from protego import Protego

from crawlers.page import Page
from crawlers.robots import TOKEN, Robots, matching

TDMREP = "/.well-known/tdmrep.json"
# Of X-Robots-Tag and meta robots; the others are about links and images.
BINDING_RULES = ("noindex", "none", "noai", "nosnippet", "max-snippet:0")
NO_COPY = "noarchive"  # may be read and mined; the copy goes once that is done
BINDING_USES = ("search", "tdm", "bots")  # of Content-Signal and of the IETF's Content-Usage
AI_AGENTS = ("GPTBot", "ClaudeBot", "CCBot", "Google-Extended", "Bytespider", "PerplexityBot")
_WITH_VALUE = ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")
_SIGNALS = {"content-signal": "Content-Signal", "content-usage": "Content-Usage"}
_NO = ("no", "n")
# Most pages have none of these words in any meta element, and then nothing is parsed.
_HINT = re.compile(rb"<meta\b[^<>]{0,2000}?\b(?:noindex|none|noarchive|noai|nosnippet|max-snippet|tdm-reservation)\b", re.I)


@dataclass(frozen=True)
class Signal:
    """One use that a robots.txt or a header reserves, for the paths that ``pattern`` matches."""

    words: str
    use: str
    pattern: Protego

    def binds(self, url: str) -> bool:
        return self.use in BINDING_USES and not self.pattern.can_fetch(url, TOKEN)


class TdmPolicy:
    """A host's tdmrep.json (TDM Reservation Protocol, W3C community group report of 2024). What is no such file has no rules."""

    def __init__(self, body: bytes) -> None:
        try:
            rules = json.loads(body)
        except (ValueError, RecursionError):
            rules = []
        self._rules = [
            (rule["location"], str(rule.get("tdm-reservation")) == "1", matching(rule["location"]))
            for rule in (rules if isinstance(rules, list) else [])
            if isinstance(rule, dict) and isinstance(rule.get("location"), str) and rule["location"].isprintable()
        ]

    def reserves(self, url: str) -> str | None:
        """The rule that reserves ``url``, the first that matches (section 6.1); None where it is free."""
        for location, is_reserved, pattern in self._rules:
            if not pattern.can_fetch(url, TOKEN):
                return f"tdmrep.json: {location}" if is_reserved else None
        return None

    @property
    def words(self) -> list[str]:
        return [f"tdmrep.json: {location}" for location, is_reserved, _ in self._rules if is_reserved]


def of_robots(robots: Robots) -> list[Signal]:
    """The uses that the lines for us reserve."""
    return [signal for field, value in robots.lines for signal in _signals(field, value)]


def words_of_robots(text: str) -> list[str]:
    """All that a robots.txt reserves, also what does not bind us: uses, and agents of AI firms kept out while others may in."""
    rules = Protego.parse(text)
    kept = [agent for agent in AI_AGENTS if not rules.can_fetch("/", agent)] if rules.can_fetch("/", "*") else []
    agents = [f"robots.txt keeps AI agents out: {', '.join(kept)}"] if kept else []
    return [*dict.fromkeys(signal.words for signal in of_robots(Robots(text))), *agents]


def of_headers(headers: Iterable[tuple[str, str]], url: str) -> list[str]:
    """What an article's headers reserve, for every robot or for us."""
    found = []
    for name, value in headers:
        match name.lower():
            case "tdm-reservation" if value.strip() == "1":
                found.append("TDM-Reservation: 1")
            case "x-robots-tag":
                found += [f"X-Robots-Tag: {rule}" for rule in _rules(value) if rule in (*BINDING_RULES, NO_COPY)]
            case "content-signal" | "content-usage":
                found += [signal.words for signal in _signals(name.lower(), value) if signal.binds(url)]
    return found


def of_page(body: bytes, url: str) -> list[str]:
    """What its meta elements reserve that are named robots, tdm-reservation or as we are; ``body`` in any encoding."""
    body = body.replace(b"\0", b"")  # UTF-16: what is looked for is ASCII
    if not _HINT.search(body):
        return []
    try:
        metas = list(Page(body.decode("latin-1"), url).tree.iter("meta"))
    except (ValueError, etree.LxmlError):
        return []  # no page
    found = []
    for meta in metas:
        name, content = (meta.get("name") or "").strip().lower(), meta.get("content") or ""
        if name == "tdm-reservation" and content.strip() == "1":
            found.append("meta tdm-reservation: 1")
        elif name in ("robots", TOKEN):
            found += [f"meta {name}: {rule}" for rule in _split(content) if rule in (*BINDING_RULES, NO_COPY)]
    return found


def keeps_out(found: list[str]) -> str | None:
    """The reservation for which nothing of an article may be kept; None where it may be read."""
    return next((words for words in found if not words.endswith(NO_COPY)), None)


def _signals(field: str, value: str) -> Iterator[Signal]:
    """``search=yes, ai-train=no``; a Content-Usage line may begin with a path."""
    if field == "disallowaitraining":
        yield Signal(f"DisallowAITraining: {value}", "ai-train", matching(value or "/"))
    if field not in _SIGNALS:
        return
    parts = [part for part in re.split(r"[\s,;]+", value) if part]
    path = parts[0] if parts and parts[0].startswith("/") else "/"
    for part in parts:
        use, _, answer = part.lower().partition("=")
        if answer in _NO:
            where = "" if path == "/" else f"{path} "
            yield Signal(f"{_SIGNALS[field]}: {where}{use}={answer}", use, matching(path))


def _rules(header: str) -> list[str]:
    """The rules of an X-Robots-Tag that are for us: a robot's name and a colon bind all that follow to that robot."""
    robot, rules = TOKEN, []
    for part in header.lower().split(","):
        name, colon, rest = (piece.strip() for piece in part.partition(":"))
        if colon and name not in _WITH_VALUE:
            robot, part = name, rest
        if robot in (TOKEN, "*"):
            rules += _split(part)
    return rules


def _split(content: str) -> list[str]:
    """Rules of a list, in lower case and without spaces: ``max-snippet: 0`` is ``max-snippet:0``."""
    return ["".join(rule.split()) for rule in re.findall(r"[^\s,:]+(?:\s*:\s*[^\s,]+)?", content.lower())]
