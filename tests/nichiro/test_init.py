"""``nichiro init``: files for a live run, and nothing that was there is lost."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values

from nichiro.alerts.rules import Rules, load_rules
from nichiro.errors import ConfigError
from nichiro.init import check_contact, init
from nichiro.settings import PROJECT
from tests.nichiro.command import Command

CONTACT = "https://example.org/our-crawler"


def always(*_: str) -> bool:
    return True


def test_a_new_folder(tmp_path: Path) -> None:
    done = init(tmp_path, CONTACT, Path("my data"), always)
    assert (done.written, done.kept) == ([".env", "alerts.yml"], [])
    assert dotenv_values(tmp_path / ".env") == {"NICHIRO_CONTACT": CONTACT, "NICHIRO_DATA_DIR": "my data"}
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert (tmp_path / "my data").is_dir()
    assert load_rules(tmp_path / "alerts.yml") == Rules(), "the example tells nobody anything before somebody chose whom"


def test_twice_changes_nothing(tmp_path: Path) -> None:
    init(tmp_path, CONTACT, Path("data"), always)
    (tmp_path / "alerts.yml").write_text("# mine\n")
    before = (tmp_path / ".env").read_bytes()
    done = init(tmp_path, CONTACT, Path("data"), lambda *_: pytest.fail("nothing to ask"))
    assert (done.written, done.kept) == ([], [".env", "alerts.yml"])
    assert (tmp_path / ".env").read_bytes() == before and (tmp_path / "alerts.yml").read_text() == "# mine\n"


def test_unknown_lines_stay(tmp_path: Path) -> None:
    lines = ["# ours", "SMTP_PASSWORD='geheim # no comment'", "", "export NICHIRO_CONTACT=https://old.example.org", "NICHIRO_TIMEZONE=Europe/London"]
    (tmp_path / ".env").write_text("\n".join(lines))   # without a newline at its end
    (tmp_path / ".env").chmod(0o644)
    asked = []
    init(tmp_path, CONTACT, Path("data"), lambda *change: asked.append(change) or True)
    lines[3] = f"NICHIRO_CONTACT={CONTACT}"
    assert (tmp_path / ".env").read_text() == "\n".join([*lines, "NICHIRO_DATA_DIR=data", ""])
    assert asked == [("NICHIRO_CONTACT", "https://old.example.org", CONTACT)]
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_no_is_no(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NICHIRO_CONTACT=https://old.example.org\n")
    done = init(tmp_path, CONTACT, Path("data"), lambda *_: False)
    assert dotenv_values(tmp_path / ".env")["NICHIRO_CONTACT"] == "https://old.example.org"
    assert done.variables == {"NICHIRO_DATA_DIR": "data"}


@pytest.mark.parametrize("value", ["it's here", "a b", 'back\\slash "quoted"', "日露", "a#b", "$HOME"])
def test_values_come_back_as_they_were(tmp_path: Path, value: str) -> None:
    init(tmp_path, CONTACT, Path(value), always)
    assert dotenv_values(tmp_path / ".env")["NICHIRO_DATA_DIR"] == value


@pytest.mark.parametrize("contact", ["https://example.org", "mailto:desk@example.org", "desk@example.org"])
def test_good_contacts(contact: str) -> None:
    assert check_contact(f" {contact} ") == contact


@pytest.mark.parametrize(
    "contact", ["", "nobody", "ftp://example.org", "https://anna:geheim@example.org", "https://localhost", "https://example.org\r\nX: y", "me@home"]
)
def test_bad_contacts(contact: str) -> None:
    with pytest.raises(ConfigError) as raised:
        check_contact(contact)
    assert "geheim" not in str(raised.value)


def test_without_a_terminal(tmp_path: Path) -> None:
    command = Command(tmp_path)
    done = command("init")
    assert done.returncode == 78 and "--contact" in done.stderr and not (tmp_path / ".env").exists()
    done = command("init", "--contact", CONTACT)
    assert done.returncode == 0 and "nichiro run" in done.stdout
    done = command("init", "--contact", "https://example.net")
    assert done.returncode == 78 and "--yes" in done.stderr
    done = command("init", "--contact", "https://example.net", "--yes", "--json")
    assert json.loads(done.stdout)["variables"] == {"NICHIRO_CONTACT": "https://example.net"}
    shown = {row["variable"]: row for row in json.loads(command("config", "show", "--json").stdout)}
    assert (shown["NICHIRO_CONTACT"]["value"], shown["NICHIRO_CONTACT"]["origin"]) == ("https://example.net", ".env")


def test_at_a_terminal_it_asks_until_it_understands(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "nichiro", "init"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(PROJECT)}, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    os.write(ours, f"nobody\n{CONTACT}\n".encode())
    printed, _ = child.communicate(timeout=60)
    assert child.returncode == 0, printed
    assert b"write a URL such as" in printed
    assert dotenv_values(tmp_path / ".env")["NICHIRO_CONTACT"] == CONTACT
