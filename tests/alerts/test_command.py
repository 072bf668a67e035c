"""`nichiro alert …` as a person types it, and the alerts' place in the run and in the release."""

from __future__ import annotations

import json
import sys

import pytest

from nichiro.cli import main
from nichiro.errors import CheckFailed, ConfigError
from nichiro.pipeline import Pipeline
from tests.alerts.conftest import MORNING, World
from tests.alerts.servers import WebServer, dead_port


@pytest.fixture
def command(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("NICHIRO_DATA_DIR", str(world.data_dir))
    monkeypatch.setenv("NICHIRO_ALERTS", str(world.rules_path))
    monkeypatch.setenv("NICHIRO_CLOCK", MORNING)
    monkeypatch.setenv("NICHIRO_PROXY", "http://127.0.0.1:9")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["nichiro", "alert", *arguments])
        with pytest.raises(SystemExit) as stop:
            main()
        told = capsys.readouterr()
        return int(stop.value.code or 0), told.out, told.err

    return run


def test_from_the_alert_to_the_verdict(world: World, command) -> None:
    with WebServer() as web:
        world.rules({"desk": [f"json://127.0.0.1:{web.port}/"]})
        code, out, _ = command("--json")
        assert (code, json.loads(out)["counts"]["alerts_sent"]) == (0, 1)
        assert command("send")[:2] == (0, "nothing waits\n")
    _, out, _ = command("list", "--json")
    first = next(row for row in json.loads(out) if row["sent_count"])
    assert (first["state"], first["sent_count"], first["decision"]) == ("new", 1, None)
    assert command("ack", first["alert_id"][:8], "--not-useful", "--by", "somebody", "--note", "=cmd|x")[0] == 0
    assert command("mute", "--topic", "any", "--until", "2026-07-31")[:2] == (0, "noted: mute any until 2026-07-31\n")
    code, out, _ = command("mute", "--topic", "any", "--off", "--by", "somebody", "--json")
    assert json.loads(out).items() >= {"decision": "unmute", "topic_id": "any", "decided_by": "somebody"}.items()
    assert [row["decision"] for row in json.loads(command("list", "--json")[1])].count("not_useful") == 1
    code, out, _ = command("list")
    assert first["alert_id"][:8] in out and "not_useful" in out


def test_what_cannot_be_done_is_said(world: World, command) -> None:
    world.rules({"desk": [f"json://127.0.0.1:{dead_port()}/"]})
    assert command("ack", "0" * 8, "--useful")[0] == 78
    assert command("mute")[0] == 78
    code, out, _ = command("ack", "--json")
    assert code == 2 and json.loads(out)["exit_code"] == 2, "also a command that is written wrongly answers a program in JSON"
    assert command("trouble", "--kind", "weather", "--message", "x")[0] == 78
    code, out, _ = command("test")
    assert (code, out) == (1, "desk: json://127.0.0.1: no connection\n")
    assert command("test", "nobody")[0] == 78


def test_trouble_that_nichiro_cannot_see_is_told_once(world: World, command) -> None:
    with WebServer() as pager:
        world.rules({"keepers": [f"json://127.0.0.1:{pager.port}/"]}, news=[], trouble=[{"to": "keepers", "kinds": ["task"]}])
        arguments = ("trouble", "--subject", "nichiro_daily.build", "--message", "ended with exit 65")
        assert command(*arguments)[:2] == (0, "1 sent\n")
        assert command(*arguments)[0] == 0
    assert len(pager.requests) == 1


def test_broken_rules_stop_neither_publish_nor_report(world: World) -> None:
    world.rules_path.write_text("news: [{to: nobody}]")
    pipeline = Pipeline(world.at().settings)
    pipeline.status.status = "published"
    with pytest.raises(ConfigError, match="nobody"):
        pipeline._do({"alert": pipeline.alert, "report": pipeline.report})
    assert (world.data_dir / "report.html").exists()
    assert pipeline.status.status == "published"
    assert pipeline.status.exit_code == 78


def test_a_blocked_run_is_told_to_those_who_keep_it_running(world: World) -> None:
    def check() -> None:
        raise CheckFailed("marts_articles: 3 rows without a day", "see `nichiro status`")

    with WebServer() as pager:
        world.rules({"keepers": [f"json://127.0.0.1:{pager.port}/"]}, news=[], trouble=[{"to": "keepers", "kinds": ["blocked"]}])
        pipeline = Pipeline(world.at().settings)
        with pytest.raises(CheckFailed):
            pipeline._do({"check": check, "alert": pipeline.alert, "report": pipeline.report})
    ((_, told),) = pager.requests
    assert "3 rows without a day" in told["message"]
    assert told["title"] == f"nichiro trouble: blocked {pipeline.run.run_id}"


def test_the_next_release_holds_the_rows(world: World) -> None:
    """Served at the next publish, each run's rows once."""
    from nichiro.candidate import _run_log
    from warehouse.lake import Lake
    from warehouse.store import Candidate
    from warehouse.tables.ops import ALERT_OBSERVATIONS, DECISIONS_TABLE

    world.at().watch()
    world.at().decide("useful", "somebody", alert_id="a" * 32)
    candidate = Candidate.start(world.data_dir)
    for _ in range(2):
        _run_log(candidate, Lake(world.data_dir))
        assert candidate.read(ALERT_OBSERVATIONS).height == 6
        assert candidate.read(DECISIONS_TABLE).height == 1
    candidate.clear()
    assert candidate.read(ALERT_OBSERVATIONS).height == 6, "people's words and what was told are no derived rows"
    candidate.abandon()
