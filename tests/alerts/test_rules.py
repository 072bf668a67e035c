"""The rules file: what it refuses, and that no secret of it is ever kept or shown."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

import pytest
from apprise.plugins.slack import NotifySlack

from nichiro.alerts.channels import open_channel
from nichiro.alerts.rules import QuietHours, address, load_rules
from nichiro.errors import ConfigError
from tests.alerts.conftest import World
from tests.alerts.servers import WebServer, dead_port

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "p@ss/wörd&x"


def rules_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "alerts.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_is_read() -> None:
    rules = load_rules(PROJECT / "alerts.example.yml")
    assert {rule.to for rule in rules.news} & {rule.to for rule in rules.trouble} == set()
    given = {"SMTP_USER": "u", "SMTP_PASSWORD": "p", "SLACK_URL": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "HOOK_TOKEN": "t"}
    for recipient, who in rules.recipients.items():
        for url in who.channels:
            open_channel(address(recipient, url, given))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("recipients: {desk: {channels: []}}", "recipients.desk.channels"),
        ("recipients: {desk: {channels: ['json://a'], colour: red}}", "recipients.desk.colour"),
        ("news: [{to: nobody}]", "a rule names 'nobody', who is no recipient"),
        ("recipients: {desk: {channels: ['mailto://u:hunter2@a.example?to=b@a.example']}}", "a secret is written in the file"),
        ("recipients: {desk: {channels: ['slack://T1JJ3T3L2/A1BRTD4JD/hunter2']}}", "a secret is written in the file"),
        ("recipients: {desk: {channels: ['jsons://a.example?+Authorization=Bearer%20hunter2']}}", "a secret is written in the file"),
        ("recipients: {desk: {channels: ['json://a'], quiet_hours: {from: '25:00', until: '07:00'}}}", "quiet_hours.from"),
        ("recipients: {d: {channels: ['json://a']}}\nnews: [{to: d, max_q: 2}]", "news.0.max_q"),
        ("recipients: {d: {channels: ['json://a']}}\ntrouble: [{to: d, kinds: [weather]}]", "trouble.0.kinds.0"),
        ("recipients: [unclosed", "is no YAML, line"),
        ("- a list", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named_and_no_secret_with_it(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as trouble:
        load_rules(rules_of(tmp_path, text))
    assert words in str(trouble.value)
    assert "hunter2" not in str(trouble.value)
    assert "\n" not in str(trouble.value)


def test_placeholders_are_filled_in_and_quoted() -> None:
    found = address("desk", "mailtos://u:${PW}@smtp.nichiro.example?to=a@nichiro.example", {"PW": SECRET})
    channel = open_channel(found)
    assert channel.label == "mailtos://smtp.nichiro.example"
    assert found.redact(f"login {SECRET} failed, {found.url}").count("***") == 2
    whole = address("desk", "${URL}", {"URL": "json://127.0.0.1:1/a?b=c"})
    assert whole.url == "json://127.0.0.1:1/a?b=c"
    with pytest.raises(ConfigError, match=r"desk needs \$\{PW\}, which is not set"):
        address("desk", "json://${PW}", {})


def test_a_rotated_secret_is_the_same_channel() -> None:
    template = "jsons://hooks.nichiro.example?+Authorization=Bearer%20${TOKEN}"
    assert address("desk", template, {"TOKEN": "a"}).channel_id == address("desk", template, {"TOKEN": "b"}).channel_id


def test_an_unknown_channel_is_refused_without_its_url() -> None:
    with pytest.raises(ConfigError) as trouble:
        open_channel(address("desk", "${URL}", {"URL": f"carrier-pigeon://{SECRET}"}))
    assert SECRET not in str(trouble.value)


def test_secrets_are_nowhere(world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Used on the wire, and found in no file of the data folder and in no line of the log, also where the channel fails."""
    caplog.set_level("DEBUG")
    monkeypatch.setenv("NICHIRO_TEST_TOKEN", "planted-in-a-token")
    monkeypatch.setenv("NICHIRO_TEST_SLACK", "slack://T1JJ3T3L2/A1BRTD4JD/PlantedInThePathOfSlack1")
    said: list[str] = []
    with WebServer((500, {}), (403, {})) as web:
        monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{web.port}/services")
        urls = [
            f"json://127.0.0.1:{web.port}/?+Authorization=Bearer%20${{NICHIRO_TEST_TOKEN}}",
            f"mailto://u:${{NICHIRO_TEST_TOKEN}}@127.0.0.1:{dead_port()}?from=a@nichiro.example&to=b@nichiro.example",
            "${NICHIRO_TEST_SLACK}",
        ]
        world.rules({"desk": urls})
        alerts = world.at()
        alerts.say = said.append
        alerts.watch()
        answers = world.at().test()
    assert web.requests[0][0]["Authorization"] == "Bearer planted-in-a-token"
    files = [path for path in world.data_dir.rglob("*") if path.is_file()]
    assert any("deliveries" in str(path) for path in files)
    spoken = "\n".join(said) + caplog.text + repr(answers)
    for secret in ("planted-in-a-token", "PlantedInThePathOfSlack1"):
        assert secret not in spoken
        assert [path for path in files if secret.encode() in path.read_bytes()] == []


def test_quiet_hours_span_midnight() -> None:
    night = QuietHours(**{"from": time(22), "until": time(7)})
    noon = QuietHours(**{"from": time(12), "until": time(13)})
    at = lambda hour: datetime(2026, 6, 30, hour)  # noqa: E731, DTZ001
    assert [hour for hour in range(24) if night.cover(at(hour))] == [0, 1, 2, 3, 4, 5, 6, 22, 23]
    assert [hour for hour in range(24) if noon.cover(at(hour))] == [12]
