"""The fictional outlets and governments' sites: where they are, what they publish, how their pages are made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Outlet:
    """One site. Paths may hold ``{yyyy} {mm} {n}``; ``rate`` is articles on a weekday."""

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


PRESS_JA = ("official_statement", "official_statement", "press_conference")
PRESS_EN = ("official_statement", "official_statement", "readout", "press_conference")

OUTLETS = (
    Outlet(
        "jp_gaimu_press",
        "www.gaimu.example",
        "架空外務省",
        "JP",
        "ja",
        "Asia/Tokyo",
        "government",
        PRESS_JA,
        0.6,
        0.55,
        "listing",
        "/press/index.html",
        "/press/{yyyy}/{mm}/index.html",
        "/press/{yyyy}/{mm}/page{n:05d}.html",
        "reiwa",
        encoding="shift_jis",
        http_charset=None,
        meta_charset="Shift_JIS",
    ),
    Outlet(
        "jp_gaimu_press_en",
        "en.gaimu.example",
        "Ministry of Outer Affairs (fiction)",
        "JP",
        "en",
        "Asia/Tokyo",
        "government",
        PRESS_EN,
        0.6,
        0.55,
        "rss",
        "/rss.xml",
        "/press/{yyyy}-{mm}.html",
        "/press/release{n:05d}.html",
        "en_long",
    ),
    Outlet(
        "ru_vneshdel_news",
        "www.vneshdel.example",
        "Вымышленное министерство внешних дел",
        "RU",
        "ru",
        "Europe/Moscow",
        "government",
        PRESS_JA,
        0.7,
        0.5,
        "atom",
        "/ru/news.atom",
        "/ru/news/{yyyy}/{mm}/",
        "/ru/news/{n}/",
        "ru_genitive",
        encoding="windows-1251",
        http_charset="windows-1251",
        meta_charset=None,
    ),
    Outlet(
        "ru_priemnaya_news_en",
        "en.priemnaya.example",
        "Chancellery of the Fictional Presidency",
        "RU",
        "en",
        "Europe/Moscow",
        "government",
        PRESS_EN,
        0.6,
        0.4,
        "atom",
        "/events/feed",
        "/events/by-date/{yyyy}/{mm}",
        "/events/news/{n}",
        "en_long_time",
    ),
    Outlet(
        "jp_hokuto_shimbun",
        "www.hokuto-shimbun.example",
        "北斗新聞",
        "JP",
        "ja",
        "Asia/Tokyo",
        "newspaper",
        ("news", "news", "news", "op_ed"),
        1.1,
        0.42,
        "rdf",
        "/index.rdf",
        "/archive/{yyyy}{mm}.html",
        "/articles/{yyyy}{mm}/{n:06d}.html",
        "ja_minute",
        encoding="euc_jp",
        http_charset="EUC-JP",
        meta_charset="EUC-JP",
        reprints="jp_aozora_wire",
        archive_items=25,
    ),
    Outlet(
        "jp_seto_editorial",
        "www.seto-nippo.example",
        "瀬戸日報",
        "JP",
        "ja",
        "Asia/Tokyo",
        "newspaper",
        ("editorial",),
        0.8,
        0.4,
        "listing",
        "/editorial/",
        "/editorial/{yyyy}/{mm}/",
        "/editorial/{yyyy}/{mm}/e{n}.html",
        "ja_day",
        gzip=True,
    ),
    Outlet(
        "jp_aozora_wire",
        "www.aozora-tsushin.example",
        "青空通信",
        "JP",
        "ja",
        "Asia/Tokyo",
        "wire",
        ("wire",),
        1.0,
        0.45,
        "rss",
        "/rss/news.xml",
        "/news/{yyyy}/{mm}/",
        "/news/{yyyy}/{mm}/{n}.html",
        "json_ld",
    ),
    Outlet(
        "jp_harbour_times",
        "www.harbourtimes.example",
        "The Harbour Times",
        "JP",
        "en",
        "Asia/Tokyo",
        "newspaper",
        ("news", "news", "op_ed"),
        1.2,
        0.42,
        "rss",
        "/feed/",
        "/archive/{yyyy}/{mm}/",
        "/{yyyy}/{mm}/story-{n}/",
        "json_ld",
        gzip=True,
        reprints="gb_meridian_wire",
        robots="User-agent: *\nDisallow: /members/\nDisallow: /search/\n",
    ),
    Outlet(
        "ru_vostok_gazeta",
        "www.vostok-gazeta.example",
        "Восток-газета",
        "RU",
        "ru",
        "Asia/Vladivostok",
        "newspaper",
        ("news", "news", "op_ed"),
        0.9,
        0.45,
        "rss",
        "/rss",
        "/arhiv/{yyyy}/{mm}",
        "/novosti/{n}.html",
        "ru_numeric",
        encoding="windows-1251",
        http_charset="windows-1251",
        meta_charset="utf-8",
        reprints="ru_polyus_wire",
    ),
    Outlet(
        "ru_stolitsa_daily",
        "www.stolitsa-daily.example",
        "Столица сегодня",
        "RU",
        "ru",
        "Europe/Moscow",
        "newspaper",
        ("news", "news", "op_ed"),
        1.1,
        0.4,
        "news_sitemap",
        "/sitemap-news.xml",
        "/archive/{yyyy}/{mm}/",
        "/{yyyy}/{mm}/{n}/",
        "ru_genitive",
        gzip=True,
        reprints="ru_polyus_wire",
    ),
    Outlet(
        "ru_polyus_wire",
        "www.polyus-agency.example",
        "Агентство «Полюс»",
        "RU",
        "ru",
        "Europe/Moscow",
        "wire",
        ("wire",),
        1.0,
        0.42,
        "atom",
        "/feed/atom.xml",
        "/lenta/{yyyy}-{mm}.html",
        "/lenta/{n}",
        "meta_iso",
    ),
    Outlet(
        "gb_meridian_wire",
        "www.meridianwire.example",
        "Meridian Wire",
        "GB",
        "en",
        "Europe/London",
        "wire",
        ("wire",),
        1.1,
        0.42,
        "atom",
        "/atom.xml",
        "/wire/{yyyy}/{mm}",
        "/wire/{n}",
        "meta_iso",
    ),
    Outlet(
        "gb_outeroffice_press",
        "www.outer-office.example",
        "Outer Office (fiction)",
        "GB",
        "en",
        "Europe/London",
        "government",
        PRESS_EN,
        0.5,
        0.3,
        "sitemap",
        "/sitemap.xml",
        "/news/{yyyy}/{mm}",
        "/government/news/{n}",
        "en_day",
    ),
    Outlet(
        "au_southern_review",
        "www.southern-review.example",
        "Southern Review",
        "AU",
        "en",
        "Australia/Sydney",
        "think_tank",
        ("op_ed",),
        0.4,
        0.5,
        "rss",
        "/feed.xml",
        "/{yyyy}/{mm}/",
        "/{yyyy}/{mm}/essay-{n}/",
        "json_ld",
        robots="User-agent: *\nCrawl-delay: 0.2\nDisallow: /search/\n",
    ),
    Outlet(
        "sg_straits_brief",
        "www.straitsbrief.example",
        "Straits Brief",
        "SG",
        "en",
        "Asia/Singapore",
        "newspaper",
        ("news",),
        1.4,
        0.42,
        "rss",
        "/rss/all",
        "/archive/{yyyy}/{mm}",
        "/asia/{n}",
        "meta_iso",
        reprints="gb_meridian_wire",
        starts_on=70,
    ),
)
BY_HOST = {outlet.host: outlet for outlet in OUTLETS}
BY_ID = {outlet.source_id: outlet for outlet in OUTLETS}
