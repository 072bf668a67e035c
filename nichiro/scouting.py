"""`nichiro source new`: a site is looked at as the spider would, and a YAML is drafted from what it declares of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from protego import Protego

from crawlers import proposal
from crawlers.draft import Draft, article_links, draft
from crawlers.extract import Extracted, extract
from crawlers.page import Page
from crawlers.robots import TOKEN
from crawlers.source import Discover, Follow, Politeness, Publisher, Source
from nichiro.errors import ConfigError, NichiroError, TransientError
from nichiro.settings import PROJECT, Settings
from nichiro.trial import Trial, attempt
from warehouse.columns import RULE_KINDS, UNFOLLOWED
from warehouse.lake import write_atomically

SAMPLES = 2
REST_SECONDS = 5.0
EMPTY = "<html><title></title></html>"
STUB_OF = {"listing": "listing.html", "sitemap": "sitemap.xml", "news_sitemap": "sitemap.xml"}
FIXTURES = PROJECT / "tests" / "fixtures"


@dataclass(frozen=True)
class Proposal:
    """``draft`` was validated; ``read`` of ``sampled`` articles read by its rules."""

    draft: Draft
    source: Source
    sampled: int
    read: int
    sample_url: str | None


def scout(settings: Settings, url: str) -> Proposal:
    """Look at the page, its robots.txt, the feeds or sitemaps that it declares and two articles, and draft a source.

    Raises ConfigError for no URL or no contact, TransientError where the site does not answer, NichiroError where it
    refuses, challenges or forbids.
    """
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise ConfigError(f"{url!r} is no address of a site", "write it as https://example.org/section/")
    seed = _seed(url, settings)
    (first,) = attempt(settings, [seed], pages=0)
    _refuse(first)
    front = next((page for _, page in first.pages("listing")), None)
    discover = _documents(front, _robots(first), url)
    (second,) = attempt(settings, [_sampling(seed, discover, front)], SAMPLES)
    _refuse(second)
    samples = [(row, page) for row, page in second.pages("article")]
    links = [link["url"] for link in second.discoveries.iter_rows(named=True) if link["decision"] not in UNFOLLOWED]
    crawl_delay = _robots(first).crawl_delay(TOKEN) or 0
    today: date = second.crawl["started_at"].date()
    drafted = draft(url, front or Page(EMPTY, url), [page for _, page in samples], discover, links, crawl_delay, today)
    source = Source(source_id=drafted.source_id, **yaml.safe_load(drafted.text))
    read = [
        extract(second.responses[row["capture_id"]].body, row["url"], row["captured_at"], source, row["charset"]) for row, _ in samples
    ]
    good = sum(isinstance(found, Extracted) for found in read)
    return Proposal(drafted, source, len(samples), good, samples[0][0]["url"] if samples else None)


def write(settings: Settings, found: Proposal) -> list[Path]:
    """Put the YAML into the catalog and stubs of its fixture beside the others. Raises ConfigError where the file is there."""
    source_id = found.source.source_id
    path = settings.catalog_dir / f"{source_id}.yml"
    if path.exists():
        raise ConfigError(f"{path} is there already", "rename it or take the new one from the screen")
    contents = {path: found.draft.text}
    is_ours = settings.catalog_dir.resolve().is_relative_to(PROJECT)
    folder = (FIXTURES if is_ours else settings.catalog_dir.resolve().parent / "fixtures") / source_id
    contents[folder / "article.html"] = _stub(found.source)
    contents[folder / STUB_OF.get(found.source.discover[0].kind, "feed.xml")] = _link_stub(found.source)
    for target, text in contents.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, lambda file, text=text: file.write(text.encode()))  # type: ignore[misc]
    return list(contents)


def _seed(url: str, settings: Settings) -> Source:
    """A declaration good enough to fetch by."""
    return Source(
        source_id="zz_scouted_site",
        title=url,
        publisher=Publisher(name=url, name_en=url, country="ZZ", kind="newspaper"),
        genre="news",
        language=["en"],
        timezone="UTC",
        discover=[Discover(kind="listing", url=url)],
        politeness=Politeness(delay_seconds=0 if settings.is_replay else REST_SECONDS),
        usual_gap_days=3650,
    )


def _refuse(trial: Trial) -> None:
    state, reason = trial.crawl["state"], trial.crawl["reason"] or ""
    if state == "down":
        raise TransientError(reason, "check the address, then try again")
    if state in ("blocked", "challenged", "robots", "unknown"):
        raise NichiroError(f"{state}: {reason}", "what a site refuses is not fetched")
    if state == "changed" and not any(trial.captures["http_status"].is_in([200]) & ~trial.captures["kind"].is_in(RULE_KINDS)):
        raise NichiroError(reason, "give an address that opens in a browser")


def _robots(trial: Trial) -> Protego:
    bodies = [
        trial.responses[row["capture_id"]].body
        for row in trial.captures.iter_rows(named=True)
        if row["kind"] == "robots" and row["http_status"] == 200
    ]
    return Protego.parse(bodies[-1].decode("utf-8-sig", "replace") if bodies else "")


def _documents(front: Page | None, robots: Protego, url: str) -> list[tuple[str, str]]:
    """Kinds and addresses to read: feeds that the page declares, else sitemaps of robots.txt, news first, else the page."""
    if front is None:
        return [("rss", url)]  # it is no page: a feed, by its root
    if feeds := proposal.feeds_of(front):
        return feeds
    sitemaps = sorted(robots.sitemaps, key=lambda sitemap: "news" not in sitemap)
    if sitemaps:
        return [("news_sitemap" if "news" in sitemaps[0] else "sitemap", sitemaps[0])]
    return [("listing", url)]


def _sampling(seed: Source, discover: list[tuple[str, str]], front: Page | None) -> Source:
    """The seed with the documents found; from a page only links that look like articles are followed."""
    pattern = proposal.article_pattern(article_links(front)) if front and discover[0][0] == "listing" else None
    changes: dict = {"discover": [Discover(kind=kind, url=address) for kind, address in discover]}  # type: ignore[arg-type]
    return seed.model_copy(update=changes | ({"follow": Follow(allow=[pattern])} if pattern else {}))


def _stub(source: Source) -> str:
    """A page to be filled: it says that it is fiction, and where the rules look."""
    rules = source.extract[0].model_dump_json(exclude_defaults=True) if source.extract else "none, it is read generically"
    return f"""\
<!doctype html>
<!-- Fiction written for the tests of nichiro; no person, outlet or event in it exists. -->
<!-- Write the markup that the rules look for, with a text of your own: {rules.replace("--", "- -")} -->
<html lang="{source.language[0]}"><head><meta charset="utf-8"><title>Fiction</title></head>
<body></body></html>
"""


def _link_stub(source: Source) -> str:
    """The discovery document with one link to the fixture's article; its host ends in .example."""
    parts = urlsplit(source.discover[0].url)
    url = f"{parts.scheme}://{parts.hostname}.example/write-a-path-that-follow-allows"
    if source.discover[0].kind == "listing":
        return f'<!doctype html>\n<html><body><a href="{url}">Fiction</a></body></html>\n'
    if "sitemap" in source.discover[0].kind:
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{url}</loc></url></urlset>\n'
    return f"<rss version='2.0'><channel><title>Fiction</title><item><title>Fiction</title><link>{url}</link></item></channel></rss>\n"
