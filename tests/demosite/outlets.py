"""The fictional outlets and governments' sites: where they are, what they publish, how their pages are made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml


@dataclass(frozen=True)
class Outlet:
    """One site, as ``outlets.yml`` describes it."""

    source_id: str
    host: str
    name: str
    country: str
    language: str
    timezone: str
    kind: str
    genres: tuple[str, ...]
    rate: float
    beat_share: float
    feed: str
    feed_path: str
    archive: str
    page: str
    dates: str
    encoding: str = "utf-8"
    http_charset: str | None = "utf-8"
    meta_charset: str | None = "utf-8"
    gzip: bool = False
    reprints: str | None = None
    starts_on: int = 1
    robots: str = "User-agent: *\nDisallow: /search/\n"
    feed_items: int = 30
    archive_items: int = 10_000

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def root(self) -> str:
        return f"http://{self.host}"

    @cached_property
    def archive_pattern(self) -> re.Pattern[str]:
        """Matches a path of the archive; groups year and month."""
        path = re.escape(self.archive).replace(r"\{yyyy\}", r"(?P<year>\d{4})")
        return re.compile(path.replace(r"\{mm\}", r"(?P<month>\d{2})"))


def _outlets() -> tuple[Outlet, ...]:
    content = yaml.safe_load((Path(__file__).parent / "outlets.yml").read_text(encoding="utf-8"))
    return tuple(
        Outlet(source_id=source_id, **values | {"genres": tuple(values["genres"])})
        for source_id, values in content.items()
    )


OUTLETS = _outlets()
BY_HOST = {outlet.host: outlet for outlet in OUTLETS}
BY_ID = {outlet.source_id: outlet for outlet in OUTLETS}
