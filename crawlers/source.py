"""The typed model of a source's YAML: what is fetched, by which rules it is read, what its terms allow.

A source is one file ``<source_id>.yml``. A redesign appends an ``extract`` entry with ``valid_from``; captures made
before it keep their old rules. There is no key that turns robots.txt off.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from warehouse.columns import ACCESS, AUTHOR_ROLES, GENRES, PUBLISHER_KINDS


def _regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error
    return text


def _zone(name: str) -> str:
    ZoneInfo(name)
    return name


Regex = Annotated[str, AfterValidator(_regex)]
Zone = Annotated[str, AfterValidator(_zone)]
Genre = Literal[GENRES]  # type: ignore[valid-type]
Role = Literal[AUTHOR_ROLES]  # type: ignore[valid-type]


ARCHIVE_DAYS = 30  # where nothing is declared: long enough to mend rules by, no archive of others' works


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Publisher(Model):
    name: str
    name_en: str
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    kind: Literal[PUBLISHER_KINDS]  # type: ignore[valid-type]


class Terms(Model):
    """``full``: text may be served; ``derive``: fetch, measure, serve an excerpt; ``feed_only``: never fetch the page."""

    access: Literal[ACCESS] = "derive"  # type: ignore[valid-type]
    licence: str = ""
    url: str = ""
    archive_days: int | None = Field(
        ARCHIVE_DAYS, ge=1, description="days that raw bytes and whole texts are kept; null keeps them"
    )


class Items(Model):
    """Where an API's JSON answer holds its items. Paths are dotted keys."""

    path: str = Field("", description="to the list; none: the answer is the list")
    link: Annotated[str, Field(pattern=r"\{[\w.]+\}")] = Field(
        description="address of an item's page, relative or not, with {key} of the item"
    )
    headline: str | None = None
    published: str | None = None
    next: str | None = Field(None, description="to the address of the next answer")
    only: dict[str, Regex] = Field(default_factory=dict, description="path -> regex that an item's value must match")


class Discover(Model):
    """Where links come from.

    ``url`` may hold ``{yyyy} {mm} {dd}`` (zero-padded) in an archive: it is asked once per month (or per day where
    ``{dd}`` stands) of the range. An archive is the only kind read for a past day. ``links`` (css) picks the ``<a>``
    elements of a listing or archive; ``date`` (css, within ``item``) and ``item`` (css of one entry) give date hints.
    ``via`` names the path in the log where it is another than the site's own pages.
    """

    kind: Literal["atom", "rss", "rdf", "news_sitemap", "sitemap", "listing", "archive", "api"]
    url: str
    links: str = "a[href]"
    item: str | None = None
    date: str | None = None
    next: str | None = Field(None, description="css of the link to the next page of a listing or archive")
    max_pages: int = Field(20, ge=1)
    items: Items | None = Field(None, description="how an api's answer is read")
    via: Literal["telegram"] | None = Field(None, description="kind that the log says, such as telegram for a preview")

    @model_validator(mode="after")
    def _mapped(self) -> Discover:
        if (self.kind == "api") != (self.items is not None):
            raise ValueError("an api needs `items`, and nothing else has them")
        return self


class Follow(Model):
    """Regexes (``re.search``) on the absolute URL; a link needs one of ``allow`` and none of ``deny``."""

    allow: list[Regex] = Field(default_factory=lambda: [r".*"])
    deny: list[Regex] = Field(default_factory=list)


class Published(Model):
    """Where the publication time stands.

    ``select`` is tried in order, the first that matches wins; each is ``css:…``, ``xpath:…``, ``meta:NAME``,
    ``json_ld:KEY`` or ``url:REGEX`` (groups year, month, day). A css may end in ``@attribute``.
    ``time`` is joined behind the date where the page splits them. ``formats`` are strptime formats tried before the
    built-in English, Japanese (era) and Russian (genitive) readings. A naive time gets ``timezone``.
    """

    select: list[str]
    time: str | None = None
    formats: list[str] = Field(default_factory=list)
    timezone: Zone | None = None


class Extract(Model):
    """One dated version of the rules; selectors as in ``Published.select``.

    Without ``headline`` or ``body`` these are what the generic path reads.
    """

    valid_from: date = date(1970, 1, 1)
    headline: str | None = None
    body: str | None = None
    strip: list[str] = Field(default_factory=list, description="css removed before the body is read")
    paragraphs: str = "p, li, blockquote, h2, h3"
    published: Published
    modified: Published | None = None
    event: Published | None = None
    byline: str | None = None
    lede: str | None = None
    genre: dict[str, Regex] = Field(default_factory=dict, description="genre -> regex on URL or headline, first match wins")
    paywall: str | None = Field(None, description="css or xpath that is there when the page gives only a lead")
    challenge: list[str] = Field(default_factory=list, description="strings that mark a bot challenge")
    headline_strip: Regex | None = Field(None, description="regex removed from the headline")
    turns: str | None = Field(None, description="css or xpath of the elements that hold speakers' names in a transcript")
    provisional: Regex | None = Field(
        None, description="regex on URL or headline of what the publisher translates provisionally, where the page need not say so"
    )
    role: Role | None = Field(None, description="what the authors are, where the byline need not say so")


class Shared(Model):
    """What the versions of a document in several languages share: what ``pattern`` finds in the values of ``select``.

    ``select`` as in ``Published.select``, ``url:.*`` is the page's address; the pattern's first group counts, else all
    that matches. Two different finds on a page are none.
    """

    select: str
    pattern: Regex


class Key(Model):
    """What makes two URLs the same document, and two documents the same in two languages.

    ``pattern`` with ``replace`` rewrites the URL (``re.sub``); a URL that it changes, or one that matches
    ``alternate``, is an alternate view: print, photos, AMP. With ``ask`` in the place of ``replace`` it gives the view
    that is fetched, where that is not the document's own address.

    ``pair`` is the publisher's own number of a document in all languages. Where there is none, links with hreflang tell,
    and those that ``translations`` selects (css or xpath); each version must link to the others.
    """

    pattern: Regex | None = None
    replace: str = ""
    ask: str | None = None
    alternate: list[Regex] = Field(default_factory=list)
    use_canonical: bool = True
    pair: Shared | None = None
    translations: str | None = None


class Politeness(Model):
    delay_seconds: float = Field(5, ge=0)
    concurrency: int = Field(1, ge=1, le=4)
    max_pages_per_run: int = Field(200, ge=1)
    timeout_seconds: float = Field(60, gt=0)


class Bounds(Model):
    """Bounds on one run's partition: shares of its articles, 0–1, or counts."""

    articles: float | None = None
    article_share: float | None = Field(None, description="articles among the article captures with HTTP 200")
    byline_share: float | None = None
    median_body_length: float | None = None
    quarantined: float | None = None
    quarantined_share: float | None = None
    links: float | None = Field(None, description="links found by discovery")
    age_days: float | None = Field(None, description="age of the newest item found, in days")


class Assertions(Model):
    """A broken ``min`` holds the partition; a broken ``max`` warns."""

    min: Bounds = Bounds()
    max: Bounds = Bounds()


class Source(Model):
    source_id: Annotated[str, Field(pattern=r"^[a-z]{2}_[a-z0-9]+(_[a-z0-9]+)*$")]
    title: str
    publisher: Publisher
    genre: Genre
    language: list[Annotated[str, Field(pattern=r"^[a-z]{2}$")]] = Field(min_length=1)
    timezone: Zone
    status: Literal["candidate", "active", "paused", "retired"] = "candidate"
    verified_on: date | None = None
    evidence: str = Field("", description="what the rules rest on: real page, fiction, live")
    terms: Terms = Terms()
    discover: list[Discover] = Field(min_length=1)
    follow: Follow = Follow()
    key: Key = Key()
    extract: list[Extract] = Field(default_factory=list, description="none: the generic path reads the page")
    politeness: Politeness = Politeness()
    assertions: Assertions = Assertions()
    articles_per_day: float | None = Field(None, description="usual number of articles a day")
    usual_gap_days: float = Field(7, gt=0, description="a newest item older than this is stale")
    fallback_for: list[str] = Field(
        default_factory=list,
        description="sources in whose place this one is read, only on days when one of them is blocked, challenged or down",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Source:
        starts = [rules.valid_from for rules in self.extract]
        if starts != sorted(set(starts)):
            raise ValueError("extract entries must have rising valid_from dates")
        return self

    def rules_at(self, captured_at: datetime) -> Extract | None:
        """The rules in force on the publisher's local day of the capture; None means the generic path."""
        day = captured_at.astimezone(ZoneInfo(self.timezone)).date()
        valid = [rules for rules in self.extract if rules.valid_from <= day]
        return valid[-1] if valid else None

    @property
    def is_official(self) -> bool:
        """Whether a government speaks here: its statements are asked for again, for they are edited."""
        return self.publisher.kind == "government"

    @property
    def archive_days(self) -> int | None:
        """Days that raw bytes and whole texts are kept, None for ever.

        What is declared counts; else open licences and governments are kept, all others for ARCHIVE_DAYS.
        """
        is_declared = "archive_days" in self.terms.model_fields_set
        if not is_declared and (self.terms.access == "full" or self.publisher.kind == "government"):
            return None
        return self.terms.archive_days

    def rules_sha256(self) -> str:
        """Hash of all that changes what parsing makes of a capture."""
        parts = self.model_dump(mode="json", include={"extract", "key", "genre", "language", "timezone", "follow"})
        return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
