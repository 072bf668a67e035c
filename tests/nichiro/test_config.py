"""``nichiro config show``: every setting, its origin, no secret."""

from __future__ import annotations

import json
from pathlib import Path

from nichiro.settings import Settings
from tests.nichiro.command import Command


def test_every_setting_with_its_origin(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NICHIRO_TIMEZONE=Europe/London\nNICHIRO_KEEP_RELEASES=3\nUNKNOWN=1\n")
    command = Command(tmp_path, {"NICHIRO_KEEP_RELEASES": "5"})
    rows = {row["variable"]: row for row in json.loads(command("config", "show", "--data-dir", "there", "--json").stdout)}
    assert set(rows) == {f"NICHIRO_{name.upper()}" for name in Settings.model_fields}
    found = {name.removeprefix("NICHIRO_"): (row["value"], row["origin"]) for name, row in rows.items()}
    assert found["TIMEZONE"] == ("Europe/London", ".env")
    assert found["KEEP_RELEASES"] == ("5", "environment")
    assert found["DATA_DIR"] == ("there", "option")
    assert found["LOG"] == ("text", "default")


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    secrets = {"NICHIRO_PING_URL": "https://ping.example/0f3e-geheim", "NICHIRO_PROXY": "http://anna:geheim@127.0.0.1:9"}
    command = Command(tmp_path, secrets)
    for arguments in (("config", "show"), ("config", "show", "--json")):
        done = command(*arguments)
        assert done.returncode == 0 and "geheim" not in done.stdout + done.stderr
        assert "set, hidden" in done.stdout and "http://***@127.0.0.1:9" in done.stdout


def test_a_wrong_secret_is_named_and_not_shown(tmp_path: Path) -> None:
    done = Command(tmp_path, {"NICHIRO_PING_URL": "geheim.example/ping"})("config", "show")
    assert done.returncode == 78
    assert "NICHIRO_PING_URL" in done.stderr and "geheim" not in done.stderr


def test_the_table_fits_eighty_columns(tmp_path: Path) -> None:
    lines = Command(tmp_path)("config", "show").stdout.splitlines()
    assert max(map(len, lines)) <= 80 and "\x1b" not in "".join(lines)
