"""A host's robots.txt: whether a URL may be asked for, the line that says so, and the rest it wants. Pure.

protego decides (RFC 9309); the lines are read here to name the one behind a decision, and what protego passes over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from protego import Protego

TOKEN = "nichiro"  # the product token that robots.txt, headers and pages may name
_AGENT = ("user-agent", "useragent", "user agent")
_SITE_WIDE = ("sitemap", "host")  # no part of any group
DECIDING = ("allow", "disallow")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What robots.txt had to say of one URL: the columns ``robots_*`` of raw.fetches."""

    is_allowed: bool = True
    rule: str | None = None
    sha256: str | None = None
    at: datetime | None = None


UNRULED = Ruling()  # of robots.txt itself, and of what was never asked for


class Robots:
    """A robots.txt that was read."""

    def __init__(self, text: str) -> None:
        self._file = Protego.parse(text)
        self.lines = list(_own_lines(text))
        rules = [(len(value), field, value) for field, value in self.lines if field in DECIDING and value]
        self._rules = [  # the longest pattern decides, of two equals the one that allows
            (f"{field.capitalize()}: {value}", field == "allow", matching(value))
            for _, field, value in sorted(rules, key=lambda rule: (-rule[0], rule[1]))
        ]

    def allows(self, url: str) -> bool:
        return self._file.can_fetch(url, TOKEN)

    def rule_of(self, url: str) -> str | None:
        """The line that decides on ``url``; None where none speaks of it."""
        is_allowed = self.allows(url)
        agreeing = (line for line, is_allow, pattern in self._rules if is_allow == is_allowed and not pattern.can_fetch(url, TOKEN))
        return next(agreeing, None)

    @property
    def rest(self) -> float:
        """Seconds between two requests, by Crawl-delay or Request-rate; 0 where it says nothing."""
        rate = self._file.request_rate(TOKEN)
        per_request = rate.seconds / rate.requests if rate and rate.requests else 0.0
        return max(self._file.crawl_delay(TOKEN) or 0.0, per_request)


def matching(pattern: str) -> Protego:
    """A file that forbids exactly what ``pattern`` matches, by the ``*`` and ``$`` of RFC 9309."""
    return Protego.parse(f"User-agent: *\nDisallow: {pattern}")


def _own_lines(text: str) -> Iterator[tuple[str, str]]:
    """Field, in lower case, and value of the lines in the groups that name us, else in those for everyone (RFC 9309 2.2.1).

    A reservation before any group, which RFC 9309 does not know, is taken to be for everyone.
    """
    found: dict[str, list[tuple[str, str]]] = {TOKEN: [], "*": []}
    agents, named = ["*"], set[str]()
    in_rules = False
    for line in text.splitlines():
        field, colon, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        field = field.lower()
        if not colon or field in _SITE_WIDE:
            continue
        if field in _AGENT:
            agents = [value.lower()] if in_rules or not named else [*agents, value.lower()]
            named.add(value.lower())
            in_rules = False
        elif named or field not in DECIDING:
            in_rules = True
            for agent in dict.fromkeys(agents):
                found.setdefault(agent, []).append((field, value))
    yield from found[TOKEN if TOKEN in named else "*"]
