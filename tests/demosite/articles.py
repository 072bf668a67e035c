"""One article of the fictional web, with the labels that only tests read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.demosite.outlets import Outlet

TOPICS = (
    "territory",
    "peace_treaty",
    "joint_economic_activities",
    "energy",
    "fisheries",
    "sanctions",
    "security",
    "memory",
    "visits",
    "ukraine",
)
FOLDERS = {"op_ed": "/opinion", "press_conference": "/kaiken", "readout": "/readout"}


@dataclass(frozen=True)
class Label:
    """What the text is about. ``on_beat`` strong | passage | none; ``kind`` plain | trap | paraphrase."""

    on_beat: str = "none"
    topics: tuple[str, ...] = ()
    kind: str = "plain"
    tone: str | None = None
    subject: str = ""
    story: str | None = None


@dataclass
class Article:
    """``published_at`` is local; ``appears_at`` is when the site first shows it."""

    outlet: Outlet
    number: int
    published_at: datetime
    genre: str
    label: Label
    headline: str
    paragraphs: list[str]
    byline: str | None = None
    appears_at: datetime | None = None
    revised_at: datetime | None = None
    revised_paragraphs: list[str] = field(default_factory=list)
    copy_of: Article | None = None
    edit: str | None = None
    defect: str = "none"

    @property
    def path(self) -> str:
        """Path of the page; where an outlet has several genres, some have a folder, as its source YAML expects."""
        day = self.published_at
        path = self.outlet.page.format(yyyy=f"{day:%Y}", mm=f"{day:%m}", n=self.number)
        if len(set(self.outlet.genres)) > 1:
            path = FOLDERS.get(self.genre, "") + path
        if self.defect == "robots":
            return "/members" + path
        return f"{path}.pdf" if self.defect == "not_html" else path

    @property
    def url(self) -> str:
        return self.outlet.root + self.path

    def is_visible(self, as_of: datetime) -> bool:
        return self.appears_at is not None and self.appears_at <= as_of

    def is_revised(self, as_of: datetime) -> bool:
        return self.revised_at is not None and self.revised_at <= as_of

    def text(self, as_of: datetime) -> list[str]:
        """The paragraphs as they stood at that instant."""
        return self.revised_paragraphs if self.is_revised(as_of) else self.paragraphs
