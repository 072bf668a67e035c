"""Delivery against real servers: once, in time, over every trouble that a channel can be in."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
import yaml

from nichiro.alerts import channels
from nichiro.alerts.delivery import PERHAPS
from nichiro.errors import ConfigError
from nichiro.query import run_query
from tests.alerts.conftest import World
from tests.alerts.servers import HANG, RESET, MailServer, WebServer, dead_port
from transforms.alerts import alert_observations
from warehouse.store import connect
from warehouse.tables import marts
from warehouse.tables.ops import ALERT_OBSERVATIONS


def hook(server: WebServer, path: str = "") -> str:
    return f"json://127.0.0.1:{server.port}/{path}"


def mail(server: MailServer) -> str:
    return f"mailto://127.0.0.1:{server.port}?from=nichiro@nichiro.example&to=desk@nichiro.example"


def test_each_alert_is_told_once_in_one_message_a_day(world: World) -> None:
    with WebServer() as web, MailServer() as post:
        world.rules({"desk": [hook(web), mail(post)]})
        assert world.at().watch() == {"historical": 2, "new": 4, "sent": 2}   # of tone as many, whom no rule asks for
        assert world.at().watch() == {}
        assert world.at("2026-07-01T00:00:00+00:00").watch() == {}
    ((headers, told),) = web.requests
    assert told["title"].startswith("Coverage spike: Whole beat, ")
    assert len(told["nichiro"]["days"][0]["alerts"]) == 2
    assert 1 <= len(told["nichiro"]["days"][0]["stories"]) <= 5
    (letter,) = post.letters
    assert letter["Message-ID"].startswith("<") and letter["Message-ID"].endswith("@nichiro.example>")
    assert headers["Idempotency-Key"].strip('"') == told["nichiro"]["message_id"]
    text = letter.get_body(("plain",)).get_content()
    for words in ("3.4 expected", "p = 2 × 10⁻⁷", "nichiro query spike_articles --set spike_id=", "report.html", "Why", "where 3.4 were expected."):
        assert words in text
    reasons = told["nichiro"]["days"][0]["reasons"]
    assert reasons[0]["kind"] == "count" and all(reason["row_ids"] for reason in reasons), "every sentence names its rows"
    assert "<table" in letter.get_body(("html",)).get_content()


def test_a_first_install_tells_the_last_days_only(world: World) -> None:
    with WebServer() as web:
        world.rules({"desk": [hook(web)]})
        world.at().watch()
    seen = world.rows("ops.alert_observations")
    told = web.requests[0][1]["nichiro"]["days"]
    assert [day["published_date"] for day in told] == ["2026-06-29"]
    assert set(seen.filter(pl.col("published_date") < pl.date(2026, 6, 27))["state"]) == {"historical"}


def test_without_rules_alerts_are_rows(world: World) -> None:
    assert world.at().watch() == {"historical": 2, "new": 4}
    assert (world.data_dir / "alerts.atom").exists()


def test_retry_after_is_honoured(world: World) -> None:
    with WebServer((429, {"Retry-After": "7"})) as web:
        world.rules({"desk": [hook(web)]})
        assert world.at().watch()["sent"] == 1
    assert world.waits == [7.0]
    assert len(set(web.keys)) == 1
    assert world.outcomes() == ["sending", "failed", "sending", "sent"]
    assert "HTTP 429 Too Many Requests" in world.rows("ops.deliveries")["reason"]


def test_a_long_retry_after_waits_for_a_later_run(world: World) -> None:
    with WebServer((429, {"Retry-After": "3600"})) as web:
        world.rules({"desk": [hook(web)]})
        assert world.at().watch()["failed"] == 1
        assert world.at("2026-06-30T00:30:00+00:00").watch() == {}
        assert world.at("2026-06-30T01:01:00+00:00").watch() == {"sent": 1}
    assert world.waits == []
    assert len(web.requests) == 2


@pytest.mark.parametrize("trouble", [(500, {}), (503, {}), HANG, RESET], ids=["500", "503", "timeout", "reset"])
def test_passing_trouble_is_tried_again_with_growing_waits(world: World, monkeypatch: pytest.MonkeyPatch, trouble: tuple) -> None:
    monkeypatch.setattr(channels, "SECONDS", 0.3)
    with WebServer(trouble, trouble) as web:
        world.rules({"desk": [hook(web)]})
        assert world.at().watch()["sent"] == 1
    assert len(web.requests) == 3 and len(set(web.keys)) == 1
    first, second = world.waits
    assert 1 <= first <= 3 and 2 <= second <= 6


def test_a_refusal_is_not_repeated_within_a_run(world: World) -> None:
    with WebServer((401, {})) as web:
        world.rules({"desk": [hook(web)]})
        assert world.at().watch()["refused"] == 1
        assert len(web.requests) == 1
        assert world.at().watch() == {"sent": 1}


def test_a_dead_channel_stops_no_other(world: World) -> None:
    with WebServer() as web, MailServer() as post:
        world.rules({"dead": [f"json://127.0.0.1:{dead_port()}/"], "desk": [hook(web), mail(post)]}, news=[{"to": "dead"}, {"to": "desk"}])
        counts = world.at().watch()
    assert (counts["failed"], counts["sent"]) == (1, 2)
    assert len(web.requests) == len(post.letters) == 1


def test_what_never_arrived_is_given_up_when_its_day_is_past(world: World) -> None:
    world.rules({"desk": [f"json://127.0.0.1:{dead_port()}/"]})
    world.at().watch()
    assert world.at("2026-07-08T00:00:00+00:00").watch() == {"closed": 4, "given_up": 1}
    assert world.at("2026-07-09T00:00:00+00:00").watch() == {}


def test_a_mail_server_in_trouble(world: World) -> None:
    with MailServer("451 later", "250 OK") as post:
        world.rules({"desk": [mail(post)]})
        assert world.at().watch()["sent"] == 1
    assert len(post.letters) == 1
    assert "SMTP 451" in world.rows("ops.deliveries")["reason"]


def test_a_mail_server_that_refuses(world: World) -> None:
    with MailServer("554 no") as post:
        world.rules({"desk": [mail(post)]})
        assert world.at().watch()["refused"] == 1
    assert world.waits == []


def test_a_mail_that_was_taken_is_sent_whatever_is_said_at_parting(world: World) -> None:
    with MailServer() as post:
        post.farewell = "500 no such command"
        world.rules({"desk": [mail(post)]})
        assert world.at().watch()["sent"] == 1
    assert len(post.letters) == 1


def test_a_mail_cut_on_its_way_is_repeated_once_at_most(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer to DATA: it may have arrived. Mail cannot tell, so one repeat, then no more."""
    import time

    monkeypatch.setattr(channels, "SECONDS", 0.3)
    with MailServer(on_letter=lambda: time.sleep(0.6)) as post:
        world.rules({"desk": [mail(post)]})
        world.at().watch()
        world.at().watch()
        time.sleep(0.7)
    assert len(post.letters) == 2
    assert len({letter["Message-ID"] for letter in post.letters}) == 1
    assert world.outcomes() == ["sending", "failed", "sending", "failed", "given_up"]
    assert all(reason.endswith(PERHAPS) for reason in world.rows("ops.deliveries").filter(outcome="failed")["reason"])


def test_quiet_hours_wait(world: World) -> None:
    quiet = {"quiet_hours": {"from": "22:00", "until": "07:00"}}
    with WebServer() as web:
        world.rules({"desk": [hook(web)]}, desk=quiet)
        assert world.at("2026-06-29T20:00:00+00:00").watch()["deferred"] == 1   # 05:00 in Tokyo
        assert world.at("2026-06-29T21:59:00+00:00").watch() == {}
        assert web.requests == []
        assert world.at("2026-06-29T22:00:00+00:00").send() == {"sent": 1}
    assert world.outcomes() == ["deferred", "sending", "sent"]


def test_a_digest_waits_for_its_hour(world: World) -> None:
    with WebServer() as web:
        world.rules({"desk": [hook(web)]}, news=[{"to": "desk", "send": "digest", "digest_at": "18:00"}])
        assert "sent" not in world.at().watch()
        assert world.at("2026-06-30T08:59:00+00:00").send() == {}
        assert world.at("2026-06-30T09:00:00+00:00").send() == {"sent": 1}
    assert len(web.requests) == 1


def test_growing_alerts_are_told_again_and_faded_ones_withdrawn(world: World) -> None:
    grow = pl.col("observed_count")
    with WebServer() as web:
        world.rules({"desk": [hook(web)]}, news=[{"to": "desk", "countries": ["JP"], "growth": 1.5}])
        world.at().watch()
        world.change_spikes(lambda spikes: spikes.with_columns(grow + 1), "20260630T010000Z-001")
        assert world.at("2026-06-30T01:00:00+00:00").watch() == {"revised": 2}     # too little to tell
        world.change_spikes(lambda spikes: spikes.with_columns(grow * 2), "20260630T020000Z-001")
        assert world.at("2026-06-30T02:00:00+00:00").watch() == {"revised": 2, "sent": 1}
        world.change_spikes(lambda spikes: spikes.head(0), "20260630T030000Z-001")
        assert world.at("2026-06-30T03:00:00+00:00").watch() == {"closed": 2, "sent": 1}
        assert world.at("2026-06-30T04:00:00+00:00").watch() == {}
    titles = [told["title"].split(":")[0] for _, told in web.requests]
    assert titles == ["Coverage spike", "Coverage spike, revised", "Withdrawn"]


def test_rules_choose_series_and_sensitivity(world: World) -> None:
    with WebServer() as web:
        rules = [{"to": "a", "countries": ["RU"]}, {"to": "b", "max_q": 1e-9}, {"to": "c", "topics": ["islands"]}, {"to": "d", "min_ratio": 99}]
        world.rules({name: [hook(web, name)] for name in "abcd"}, news=rules)
        assert world.at().watch()["sent"] == 1
    assert [alert["country_code"] for alert in web.requests[0][1]["nichiro"]["days"][0]["alerts"]] == ["RU"]


def test_mute_and_acknowledge(world: World) -> None:
    with WebServer() as web:
        world.rules({"desk": [hook(web)]})
        world.at("2026-06-29T23:00:00+00:00").decide("mute", "somebody", country_code="RU", muted_until_date=(world.at().today + timedelta(days=1)))
        counts = world.at().watch()
        assert (counts["sent"], counts["suppressed"]) == (1, 1)
        (alert,) = web.requests[0][1]["nichiro"]["days"][0]["alerts"]
        assert alert["country_code"] == "JP"
        world.at("2026-06-30T00:30:00+00:00").decide("useful", "somebody", alert_id=alert["alert_id"])
        world.change_spikes(lambda spikes: spikes.with_columns(pl.col("observed_count") * 3), "20260630T010000Z-001")
        assert world.at("2026-06-30T01:00:00+00:00").watch() == {"revised": 2, "suppressed": 2}
    assert len(web.requests) == 1


def test_trouble_goes_to_others_than_news_and_once(world: World) -> None:
    from tests.release import write_status

    write_status(world.data_dir, "20260629T233000Z-002", run_date="2026-06-29", started_at="2026-06-29T23:30:00Z", status="blocked",
                 exit_code=1, step="check", message="marts_articles: 3 rows without a day")
    with WebServer() as web, WebServer() as pager:
        world.rules({"desk": [hook(web)], "keeper": [hook(pager)]}, trouble=[{"to": "keeper"}])
        world.at().watch()
        world.at("2026-06-30T00:10:00+00:00").watch()
        world.at("2026-06-30T00:20:00+00:00").trouble("late", "morning", "nothing was published by 09:00", "2026-06-30")
        world.at("2026-06-30T00:30:00+00:00").trouble("late", "morning", "nothing was published by 09:00", "2026-06-30")
    kinds = [[trouble["kind"] for trouble in told["nichiro"]["troubles"]] for _, told in pager.requests]
    assert kinds == [["blocked", "source", "source"], ["late"]]
    assert all(told["nichiro"]["kind"] == "news" for _, told in web.requests)


def test_fiction_is_told_on_this_machine_only(world: World) -> None:
    world.rules({"desk": ["jsons://hooks.nichiro.example/alerts"]})
    said: list[str] = []
    alerts = world.at()
    alerts.say = said.append
    alerts.watch()
    assert world.outcomes() == []
    assert "fiction" in said[0]


def test_one_broken_channel_is_said_after_the_others_were_served(world: World) -> None:
    with WebServer() as web:
        world.rules({"broken": ["${NICHIRO_TEST_NOT_SET}"], "desk": [hook(web)]}, news=[{"to": "broken"}, {"to": "desk"}])
        with pytest.raises(ConfigError, match="NICHIRO_TEST_NOT_SET"):
            world.at().watch()
    assert len(web.requests) == 1
    assert (world.data_dir / "alerts.atom").exists()


def test_a_rule_hears_of_its_series_sensitivity_and_levels(world: World) -> None:
    """Of a spike in a genre, of one that only the high setting alarms at, and of a storm, each recipient hears what they asked for."""
    def changed(spikes: pl.DataFrame) -> pl.DataFrame:
        one = spikes.filter(pl.col("published_date") == spikes["published_date"].max()).head(1)
        variants = {"genre": pl.lit("op_ed")}, {"sensitivity": pl.lit("high")}, {"level": pl.lit("storm")}, {}
        return pl.concat([one.with_columns(spike_id=pl.lit(f"{number}" * 32), **change) for number, change in enumerate(variants)])

    world.change_spikes(changed, "b2")
    with WebServer() as server:
        channels = {name: [hook(server, name)] for name in ("usual", "op_eds", "all", "storms")}
        world.rules(channels, [
            {"to": "usual"}, {"to": "op_eds", "genres": ["op_ed"]}, {"to": "all", "genres": [], "sensitivity": "high"}, {"to": "storms", "levels": ["storm"]},
        ])
        world.at().watch()
    heard = {
        row["recipient"]: set(row["subject_ids"])
        for row in world.rows("ops.deliveries").filter(outcome="sent").iter_rows(named=True)
    }
    seen = dict(world.rows("ops.alert_observations").select("observation_id", "alert_id").iter_rows())
    told = {name: {seen[observation][0] for observation in observations} for name, observations in heard.items()}
    assert told == {"usual": {"2", "3"}, "op_eds": {"0"}, "all": {"0", "1", "2", "3"}, "storms": {"2"}}


def test_a_change_of_tone_is_told_to_those_who_asked_for_it(world: World) -> None:
    """Its rows are noted as a run would; its texts are the release's, escaped like any other."""
    alerts = world.at()
    with connect(world.data_dir) as connection:
        article_ids = run_query(connection, "articles_by_id")["article_id"].head(3).to_list()
    change = {
        "change_id": "ab" * 16, "published_date": date(2026, 6, 29), "target_id": "JP", "country_code": "RU", "language_code": "ru", "voice": "author",
        "before_mean": 0.1, "after_mean": -0.4, "before_count": 40, "after_count": 12, "difference_low": -0.7, "difference_high": -0.3,
        "p_value": 1e-5, "q_value": 0.002, "article_ids": article_ids,
    }
    found = alert_observations(marts.COVERAGE_SPIKES.empty(), ALERT_OBSERVATIONS.empty(), alerts.today, pl.DataFrame([change]))
    assert found.select("rule", "state", "level", "sensitivity", "actor_id").row(0) == ("tone_changes", "new", "tone_change", "low", "any")
    alerts.ledger.add(ALERT_OBSERVATIONS, found.with_columns(observation_id=pl.lit("ef" * 16), as_of=pl.lit(alerts.run.now())))
    with WebServer() as web:
        rules = {
            "recipients": {name: {"channels": [hook(web, name)]} for name in ("desk", "large", "quoted")},
            "tone": [{"to": "desk", "targets": ["JP"]}, {"to": "large", "min_difference": 0.6}, {"to": "quoted", "voices": ["quoted"]}],
        }
        world.rules_path.write_text(yaml.safe_dump(rules))
        assert alerts.send() == {"sent": 1}
        assert world.at().send() == {}
    ((_, told),) = web.requests
    assert told["title"] == "Change of tone toward Japan: +0.10 to −0.40, Russia, Mon 29 Jun"
    assert told["nichiro"]["kind"] == "tone"
    assert told["nichiro"]["changes"][0]["after_mean"] == -0.4
    assert "voice: author" in told["message"] and "nichiro alert ack abab" in told["message"]
