"""What a page's own headers reserve: X-Robots-Tag and the TDM Reservation Protocol, as far as they bind an archive."""

from __future__ import annotations

from collections.abc import Iterable

BINDING = ("noindex", "none", "noarchive", "noai")  # the others are about links, snippets and images
_WITH_VALUE = ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")


def reserved_by(headers: Iterable[tuple[str, str]], token: str) -> str | None:
    """The header that keeps an article out of our archive, for every robot or for ``token``; None where nothing does."""
    for name, value in headers:
        match name.lower():
            case "tdm-reservation" if value.strip() == "1":
                return "TDM-Reservation: 1"
            case "x-robots-tag":
                for rule in _rules(value, token):
                    if rule in BINDING:
                        return f"X-Robots-Tag: {rule}"
    return None


def _rules(value: str, token: str) -> list[str]:
    """The rules of a header that are for ``token``: a robot's name and a colon bind all that follow to that robot."""
    robot, rules = token, []
    for part in value.lower().split(","):
        name, colon, rest = part.partition(":")
        if colon and name.strip() in _WITH_VALUE:
            continue
        if colon:
            robot, part = name.strip(), rest
        if robot in (token, "*"):
            rules.append(part.strip())
    return rules
