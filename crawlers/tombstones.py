"""Documents that were taken down: known by the hashes of their URL keys only, never fetched or read again."""

from __future__ import annotations

from collections.abc import Iterable

from crawlers.canonical import identify
from crawlers.source import Key
from warehouse.lake import Lake
from warehouse.tables.ops import TOMBSTONES

PLACE = (
    "https://tombstone.invalid/"  # the top-level domain of RFC 2606; stands where the document's URL stood
)


def load_tombstones(lake: Lake) -> frozenset[str]:
    """The article_ids of every document that was taken down."""
    rows = lake.read_all(TOMBSTONES, lake.partitions(TOMBSTONES), ["article_ids"])
    return frozenset(rows["article_ids"].explode().drop_nulls())


def names_of(url: str, key: Key | None) -> set[str]:
    """The article_ids that a URL has: by the source's key, which may change, and by the URL as it is."""
    try:
        return {identify(url, key).article_id, identify(url).article_id}
    except ValueError:  # such as http://[half
        return set()


def is_taken_down(url: str | None, key: Key | None, tombstones: frozenset[str]) -> bool:
    """True for a URL under a tombstone, and for what stands where such a URL stood."""
    if not url:
        return False
    return url.startswith(PLACE) or bool(tombstones and names_of(url, key) & tombstones)


def taken_down(urls: Iterable[str | None], key: Key | None, tombstones: frozenset[str]) -> set[str]:
    """Those of ``urls`` that are under a tombstone and still stand in the clear."""
    return {
        url for url in set(urls) if url and not url.startswith(PLACE) and is_taken_down(url, key, tombstones)
    }


def struck(url: str, key: Key | None) -> str:
    """What stands where ``url`` stood."""
    return url if url.startswith(PLACE) else PLACE + identify(url, key).article_id
