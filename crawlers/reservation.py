"""Rights that a site reserves against text mining and AI, as its robots.txt, headers and pages declare them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from protego import Protego

from crawlers.page import Page

AI_AGENTS = ("GPTBot", "ClaudeBot", "CCBot", "Google-Extended", "Bytespider", "PerplexityBot")
_OPT_OUT = re.compile(r"\b(?:noai|noimageai|nosnippet|noarchive)\b", re.I)


def of_robots(robots_txt: str, url: str) -> list[str]:
    """Agents of AI firms that robots.txt keeps from ``url`` while others may read it."""
    rules = Protego.parse(robots_txt)
    kept = [agent for agent in AI_AGENTS if not rules.can_fetch(url, agent)] if rules.can_fetch(url, "*") else []
    return [f"robots.txt keeps AI agents out: {', '.join(kept)}"] if kept else []


def of_answer(headers: Mapping[str, str], page: Page | None) -> list[str]:
    """What an answer's headers (names in lower case) and its page say: X-Robots-Tag, meta robots, TDM reservation protocol."""
    metas = {name: " ".join(page.values(f"meta:{name}")) if page else "" for name in ("robots", "tdm-reservation")}
    tags = {"X-Robots-Tag": headers.get("x-robots-tag", ""), "meta robots": metas["robots"]}
    found = [f"{where}: {tag}" for where, tag in tags.items() if _OPT_OUT.search(tag)]
    if "1" in (headers.get("tdm-reservation", "").strip(), metas["tdm-reservation"]):
        found.append("text and data mining is reserved (tdm-reservation: 1)")
    return found
