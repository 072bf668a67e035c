"""Hostile headlines are shown as text, wherever an alert goes: mail, webhook, Slack, other chats, feed, CSV, log."""

from __future__ import annotations

import io
import json
import unicodedata
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from types import SimpleNamespace

import lxml.html
import polars as pl
import pytest
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from nichiro.alerts import channels
from nichiro.alerts.inert import HEADLINE_LENGTH, calm, inert, inert_url
from nichiro.alerts.message import Message, compose, entry_html
from nichiro.export import write_csv
from tests.alerts.conftest import World
from tests.alerts.servers import WebServer
from warehouse.store import Candidate, publish
from warehouse.tables import marts

HOSTILE = (
    "<script>window.pwned = 1</script>",
    "<img src=x onerror=alert(1)>",
    "\u202egnitcennoc\u202c \u200fשלום\u2066x\u2069",
    "x" * 10_000,
    '=cmd|"/C calc"!A0',
    "talks\r\nBcc: victim@nichiro.example\r\n\r\n<b>body</b>",
    "*bold* _it_ ~gone~ `code` [click](http://evil.example) # head",
    "<http://evil.example|Click here> <!channel> <@U0000> <!here|x> &lt;!channel&gt;",
    "@everyone @here <@&1>",
    "null\x00 bell\x07 escape\x1b[31m vertical\x0b next\x85 line\u2028 para\u2029",
    "\ud800 lone, \uffff none, \ue000 private",
    "]]> <![CDATA[ &amp; &#x3c;script&#x3e;",
    "{{ 7 * 7 }} {% raw %} ${HOME} %s %(x)s {0}",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=80), st.lists(st.sampled_from(HOSTILE), max_size=3).map(" ".join))
ours = SimpleNamespace(
    from_addr=("nichiro", "nichiro@nichiro.example"), targets=[(False, "desk@nichiro.example")], cc=set(), bcc=set()
)


def news(text: str, url: str = "https://gazette.example/1") -> Message:
    return compose("news", "0" * 32, content(text, url))


def content(text: str, url: str = "https://gazette.example/1") -> dict:
    """What a message on one alert is made from, with ``text`` wherever somebody else wrote."""
    at = datetime(2026, 6, 29, 3, tzinfo=UTC)
    story = {"headline": text, "publisher": text, "country_code": "JP", "genre": "news", "published_at": at, "copy_count": 2, "link": inert_url(url)}
    alert = {
        "alert_id": "a" * 32, "series": text, "is_storm": False, "is_slow_rise": False, "country_code": "JP", "observed_count": 9, "expected_count": 1.5, "p_value": 1e-6,
        "q_value": 1e-5, "is_withdrawn": False, "is_revised": False,
    }
    day = {
        "day": date(2026, 6, 29), "alerts": [alert], "further_count": 0, "stories": [story], "story_count": 9,
        "reasons": [{"kind": "story", "sentence": text, "row_table": "marts.story_documents", "row_ids": ["a" * 32]}],
    }
    return {"days": [day], "alert_count": 1, "report": "/data/report.html", "fields": {}}


@given(texts)
def test_inert_is_one_visible_line(text: str) -> None:
    line = inert(text)
    assert len(line) <= HEADLINE_LENGTH
    assert not any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for sign in line)
    assert inert(line) == line
    line.encode("utf-8")


@given(texts)
def test_calm_has_no_sign_that_a_chat_reads(text: str) -> None:
    shown = calm(text)
    assert not set(shown) & set("*_~`|[]<>#")
    assert not any(sign in shown for sign in ("@everyone", "@here", "!channel", "://"))


@given(texts, st.one_of(st.text(max_size=60), st.sampled_from(["javascript:alert(1)", "http://a.example/x\r\ny", "data:text/html,x", "https://u:p@evil.example/", "http://a.example/<script>", "//a.example", "http://[bad"])))
def test_addresses_hold_no_markup(text: str, url: str) -> None:
    for each in (url, f"https://gazette.example/{text[:50]}"):
        safe = inert_url(each)
        assert safe is None or (safe.isascii() and safe.startswith(("http://", "https://", "HTTP")) and not set(safe) & set(" <>\"'`|[]{}@\\\r\n") - {"'"})


@settings(max_examples=60, deadline=None)
@given(texts)
def test_mail(text: str) -> None:
    letter = message_from_bytes(channels.mail(ours, news(text), datetime(2026, 6, 30, tzinfo=UTC)).as_bytes(policy=policy.SMTP), policy=policy.default)
    assert set(letter.keys()) == {"Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}
    assert not any(unicodedata.category(sign) in ("Cc", "Cf") for sign in letter["Subject"])
    assert len(letter["Subject"]) <= 200
    plain, page = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for line in plain.splitlines():
        assert len(line) <= 3 * HEADLINE_LENGTH
    assert inert(text) in plain
    tree = lxml.html.fromstring(page)
    assert {node.tag for node in tree.iter() if isinstance(node.tag, str)} <= {
        "html", "head", "meta", "title", "body", "h2", "h3", "table", "tbody", "tr", "th", "td", "ul", "li", "a", "br", "p", "pre", "span", "code",
    }
    assert not [name for node in tree.iter() for name in node.attrib if name.startswith("on")]
    assert {node.get("href") for node in tree.iter("a")} == {"https://gazette.example/1"}
    if inert(text).strip():
        assert " ".join(inert(text).split()) in " ".join(tree.text_content().split())


def test_discord(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chat that reads Markdown and @everyone from plain text."""
    with WebServer((204, {})) as web:
        monkeypatch.setattr(NotifyDiscord, "notify_url", f"http://127.0.0.1:{web.port}/api/webhooks")
        monkeypatch.setattr(NotifyDiscord, "request_rate_per_sec", 0)
        channel = channels.open_channel(channels.Address("desk", "1", f"discord://{'4' * 18}/{'t' * 60}", ()))
        assert channel.send(news(" ".join(HOSTILE[6:9])), datetime(2026, 6, 30, tzinfo=UTC)).is_sent
    ((_, sent),) = web.requests
    shown = json.dumps(sent, ensure_ascii=False)
    assert not any(sign in shown for sign in ("@everyone", "@here", "<@&1>", "](http", "*bold*", "~gone~", "`code`"))


@settings(max_examples=60, deadline=None)
@given(texts)
def test_feed_entry(text: str) -> None:
    entry = etree.Element("content", type="html")
    entry.text = entry_html("news", content(text))
    again = etree.fromstring(etree.tostring(entry))
    assert not lxml.html.fromstring(again.text).xpath("//script|//img|//iframe|//@onerror")


@pytest.mark.parametrize("text", HOSTILE)
def test_csv(text: str) -> None:
    file = io.BytesIO()
    write_csv(pl.DataFrame({"message": [inert(text)]}), file)
    assert not file.getvalue().decode().splitlines()[1].lstrip('"').startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.parametrize("text", HOSTILE)
def test_slack(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Apprise's own plugin against a server of ours: what is on the wire holds no mention, link or markup of the headline's."""
    with WebServer() as web:
        monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{web.port}/services")
        monkeypatch.setattr(NotifySlack, "request_rate_per_sec", 0)
        channel = channels.open_channel(channels.Address("desk", "1", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", ()))
        assert channel.send(news(text), datetime(2026, 6, 30, tzinfo=UTC)).is_sent
    ((_, sent),) = web.requests
    (attachment,) = sent["attachments"]
    assert sent["mrkdwn"] is False
    shown = attachment["title"] + attachment["text"]
    assert "<" not in shown and ">" not in shown
    assert "@everyone" not in shown and "!channel" not in shown and "http://evil.example" not in shown


def test_a_hostile_headline_through_the_whole_way(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Planted in a release, seen in the webhook, the feed and what the run says."""
    candidate = Candidate.start(world.data_dir)
    articles = candidate.read(marts.ARTICLES).with_columns(headline=pl.lit(" ".join(HOSTILE[:9]).encode("utf-8", "ignore").decode()), url=pl.lit("javascript:alert(1)"))
    candidate.replace(marts.ARTICLES, articles.select("article_id"), articles)
    candidate.close()
    publish(world.data_dir, "20260629T233000Z-002", keep=7)
    said: list[str] = []
    with WebServer() as web:
        world.rules({"desk": [f"json://127.0.0.1:{web.port}/"]})
        alerts = world.at()
        alerts.say = said.append
        alerts.watch()
    (_, told), = web.requests
    (day,) = told["nichiro"]["days"]
    assert day["stories"][0]["url"] is None
    assert "<script>" in day["stories"][0]["headline"], "shown as text: JSON needs no more"
    feed = etree.parse(world.data_dir / "alerts.atom")
    for page in feed.iterfind("{*}entry/{*}content"):
        assert not lxml.html.fromstring(page.text).xpath("//script|//img|//a[starts-with(@href, 'javascript')]")
    assert said == ["desk: json://127.0.0.1: 1 sent"]
    assert "script" not in caplog.text
