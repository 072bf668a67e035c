"""The log: JSON lines with the run's id, for people one line, for nobody a secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from nichiro import log
from nichiro.settings import Settings
from tests.nichiro.command import Command, declare

logger = logging.getLogger("nichiro.test")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Leave the root logger and the hidden secrets as they were."""
    root = logging.getLogger()
    handlers, hidden = list(root.handlers), set(log._hidden)
    yield
    root.handlers[:] = handlers
    log._hidden.clear()
    log._hidden.update(hidden)


def lines(directory: Path) -> list[dict]:
    return [json.loads(line) for line in (directory / log.FILE).read_text(encoding="utf-8").splitlines()]


def test_lines_carry_the_run(tmp_path: Path) -> None:
    with log.recorded(tmp_path, "20260504T000000Z-001"):
        logger.info("読んだ %s", "100%", extra={"step": "parse"})
        try:
            raise ValueError("why")
        except ValueError:
            logger.exception("a bug")
    logger.warning("after")
    first, second = lines(tmp_path)
    assert (first["run_id"], first["step"], first["message"], first["level"]) == ("20260504T000000Z-001", "parse", "読んだ 100%", "info")
    assert first["at"].endswith("+00:00")
    assert "ValueError: why" in second["traceback"]


def test_a_hostile_message_stays_one_line(tmp_path: Path) -> None:
    with log.recorded(tmp_path, "r"):
        logger.info('x\n{"level": "critical"}\r\u2028\x1b[31m<script>')
    (line,) = lines(tmp_path)
    assert line["message"].startswith("x\n") and "\x1b" not in (tmp_path / log.FILE).read_text()


def test_redaction(tmp_path: Path) -> None:
    log.hide("s3cret", "")
    with log.recorded(tmp_path, "r"):
        logger.error("asked %s of %s", "http://anna:geheim@proxy.example:3128/", "https://x.example/s3cret")
    assert lines(tmp_path)[0]["message"] == "asked http://***@proxy.example:3128/ of https://x.example/***"


def test_a_proxy_without_scheme_is_hidden_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "anna:geheim@proxy.example:3128")
    log.hide_secrets_of(Settings(_env_file=None))
    assert "geheim" not in log.redact("anna:geheim@proxy.example:3128, geheim")


def test_a_full_disk_only_silences_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / log.FILE
    target.symlink_to("/dev/full")
    with log.recorded(tmp_path, "r"):
        logger.info("one")
        logger.info("two")
    assert "Traceback" not in capsys.readouterr().err


def test_standard_error_is_json_and_nothing_else(tmp_path: Path) -> None:
    declare(tmp_path / "catalog", "jp_asa_news", "http://asa.invalid/feed", delay_seconds=5)
    command = Command(tmp_path, {"NICHIRO_CATALOG_DIR": "catalog", "NICHIRO_LOG": "json", "NICHIRO_CONTACT": "https://example.org"})
    done = command("crawl")
    read = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == 0 and any("jp_asa_news: down" in line["message"] for line in read)
    assert len({line["run_id"] for line in read}) == 1
    done = command("crawl", "--source", "jp_nobody_news")
    assert done.returncode == 78
    assert all(json.loads(line)["level"] == "error" for line in done.stderr.splitlines())
