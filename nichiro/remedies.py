"""What each reason of the quarantine means and what a person does about it, in plain words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Remedy:
    meaning: str
    action: str


_RULES = "compare the selector with the page; on a redesign append an `extract` entry with `valid_from` to the source's YAML, then replay"

REMEDIES: dict[str, Remedy] = {
    "no_headline": Remedy("the headline's selector finds nothing", _RULES),
    "many_headlines": Remedy("the headline's selector finds several", "make it pick one: name the article's own container in it, then replay"),
    "no_body": Remedy("the body's selector finds nothing, or no text in it", f"a page of photos or video has none: leave it, or deny its URLs in `follow`; else {_RULES}"),
    "many_bodies": Remedy("the body's selector finds several elements", "make it pick one: name the article's own container in it, then replay"),
    "no_date": Remedy("no selector of the publication date finds anything", f"add a selector to `published.select`; today's date is never taken for it; else {_RULES}"),
    "many_dates": Remedy("the date's selector finds different days", "make it pick the article's own date, not those of its neighbours, then replay"),
    "unreadable_date": Remedy("the date is there and cannot be read", "add its form to `published.formats` (strptime), then replay"),
    "future_date": Remedy("the date lies more than 36 hours after the fetch", "often the day of an announced event: select the publication date and move the other to `event`; a publisher's slip stays here"),
    "impossible_date": Remedy("the date names a day that does not exist", "often day and month swapped: give the order in `published.formats`; a publisher's slip stays here"),
    "challenge": Remedy("a bot challenge answered in the page's stead", "it is not worked around: ask the publisher for access, or set `status: paused`; the page itself was never seen, so a replay changes nothing"),
    "undecodable": Remedy("the bytes are no text in any encoding that header or page name", "look at the record; a truncated or binary answer stays here"),
    "not_html": Remedy("the answer is no web page, a PDF perhaps", "deny such URLs in `follow.deny`, so that they are not fetched"),
    "unreadable_record": Remedy("the archived record is damaged", "restore the WARC file from a backup, then replay (runbook: the archive is damaged)"),
    "unreadable_feed": Remedy("a feed or sitemap cannot be read", "open its address; mend `discover` in the source's YAML if it has moved"),
    "held": Remedy("the page reads as an article, but the gate holds all that its source delivered in that run", "see the reason: mend the rules, or the bounds under `assertions` with an explanation, then replay"),
}  # fmt: skip
