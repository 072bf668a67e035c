"""How far a date may be trusted: the share of pages on which its method was right when measured.

``python -m benchmarks.dates`` measures it on the tuning half of the dates set, and says how far it holds on the other
half. A date that the rules of a source find is measured on the pages of en.kremlin.ru, the one real site with gold.
Shares are (right + 1) / (measured + 2), so that few pages give no certainty.
"""

from __future__ import annotations

# what found the date on the generic path -> (right, measured) pages of the tuning half
MEASURED: dict[str, tuple[int, int]] = {"json_ld": (21, 23), "meta": (6, 6), "xpath": (6, 6), "text": (5, 5), "htmldate": (3, 3)}
# each candidate of publication, whether the article got it or not -> (right, read) distinct days of the pages of the tuning half
CANDIDATES: dict[str, tuple[int, int]] = {
    "json_ld": (21, 23), "meta": (24, 26), "text": (30, 32), "time": (20, 45), "url": (8, 8), "htmldate": (2, 2),
}  # fmt: skip
RULED = (144, 144)  # by the rules of a source


def confidence_of(method: str, is_ruled: bool) -> float | None:
    """Share from 0 to 1; None for a method that was never met where it could be measured."""
    return _share(*(RULED if is_ruled else MEASURED.get(method, (0, 0))))


def confidence_of_candidate(method: str) -> float | None:
    """Share of a method's candidates that are the day of publication; the same None."""
    return _share(*CANDIDATES.get(method, (0, 0)))


def _share(right: int, measured: int) -> float | None:
    return round((right + 1) / (measured + 2), 3) if measured else None
