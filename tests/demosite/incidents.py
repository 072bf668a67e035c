"""What goes wrong with a site, and when; what makes coverage rise. Days are numbered from 1."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Incident:
    """A state of one source on the days ``first..last``; ``last`` None means from then on."""

    source_id: str
    what: str  # unavailable (503), closed (no answer), challenged, redesign, changed_layout, doubled, added
    first: int
    last: int | None


INCIDENTS = (
    Incident("jp_aozora_wire", "unavailable", 60, 61),
    Incident("sg_straits_brief", "added", 70, None),
    Incident("jp_harbour_times", "doubled", 75, 95),
    Incident("ru_stolitsa_daily", "redesign", 90, None),  # declared: its YAML has rules valid from this day
    Incident("gb_outeroffice_press", "closed", 120, 120),
    Incident("ru_vneshdel_news", "challenged", 120, 120),
    Incident("sg_straits_brief", "changed_layout", 120, None),  # not declared
)


@dataclass(frozen=True)
class Spike:
    """A story that many outlets take up: so many further articles on each of the days."""

    story: str
    topic: str
    extra: dict[int, int]


SPIKES = (
    Spike("story_boat", "fisheries", {45: 10, 46: 12, 47: 9}),
    Spike("story_treaty", "peace_treaty", {120: 13}),
)


@dataclass(frozen=True)
class Defect:
    """So many articles of a source that a crawler or parser should stumble over in a known way."""

    what: str
    source_id: str
    count: int


DEFECTS = (
    Defect("undated", "ru_vostok_gazeta", 1),
    Defect("undated", "jp_hokuto_shimbun", 1),
    Defect("undated", "jp_gaimu_press_en", 1),
    Defect("future", "jp_harbour_times", 1),
    Defect("future", "jp_seto_editorial", 1),
    Defect("impossible", "ru_vneshdel_news", 1),
    Defect("impossible", "jp_gaimu_press", 1),
    Defect("two_headlines", "gb_meridian_wire", 1),
    Defect("two_headlines", "ru_polyus_wire", 1),
    Defect("empty_body", "jp_aozora_wire", 1),
    Defect("empty_body", "ru_priemnaya_news_en", 1),
    Defect("challenge", "ru_vneshdel_news", 1),
    Defect("challenge", "jp_harbour_times", 1),
    Defect("paywalled", "jp_harbour_times", 8),
    Defect("paywalled", "jp_hokuto_shimbun", 4),
    Defect("robots", "jp_harbour_times", 5),
    Defect("not_html", "gb_outeroffice_press", 1),
)


def state(source_id: str, day: int, what: str) -> bool:
    """True when the source is in that state on the day."""
    return any(
        incident.source_id == source_id
        and incident.what == what
        and incident.first <= day <= (incident.last or day)
        for incident in INCIDENTS
    )
