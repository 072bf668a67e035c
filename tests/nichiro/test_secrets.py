"""Planted secrets: in every place that may hold one, and then looked for in all that a run leaves and prints."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.crawlers.web import Answer, Web
from tests.nichiro.command import Command, declare
from tests.nichiro.test_live import FEED, RSS
from tests.nichiro.wire import Everywhere

PING, PASSWORD, TOKEN = "ping-4b1d-geheim", "proxy-9c2e-geheim", "alert-77fa-geheim"
SECRETS = (PING, PASSWORD, TOKEN, base64.b64encode(f"anna:{PASSWORD}".encode()).decode())
RULES = """\
recipients:
  desk: {channels: ["json://127.0.0.1:9/hook?token=${HOOK_TOKEN}"]}
trouble: [{to: desk}]
"""


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    for name in ("asa", "hiru", "yoru"):
        declare(tmp_path / "catalog", f"jp_{name}_news", f"http://{name}.example/feed", delay_seconds=0)
    (tmp_path / "alerts.yml").write_text(RULES)
    (tmp_path / ".env").write_text(f"HOOK_TOKEN={TOKEN}\n")
    feed = {f"http://{name}.example/feed": Answer(FEED, headers=RSS) for name in ("asa", "hiru")}
    refused = {"http://yoru.example/robots.txt": Answer(status=0)}
    with Web(Everywhere(Answer(b"none", 404, {"Content-Type": "text/plain"}), feed | refused)) as web:
        yield Command(
            tmp_path,
            {
                "NICHIRO_CATALOG_DIR": "catalog",
                "NICHIRO_CONTACT": "https://example.org/crawler",
                "NICHIRO_PROXY": web.url.replace("//", f"//anna:{PASSWORD}@"),
                "NICHIRO_PING_URL": f"http://127.0.0.1:9/{PING}",
            },
        )


def texts(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Everything in a data folder, unpacked: archive, lake, releases, reports, logs."""
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        yield path, path.read_bytes()
        if path.suffix == ".gz":
            yield path, gzip.decompress(path.read_bytes())
        elif path.suffix == ".parquet":
            yield path, json.dumps(pl.read_parquet(path).to_dicts(), default=str).encode()
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                names = connection.sql("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
                for (name,) in names:
                    yield path, str(connection.sql(f"FROM {name}").fetchall()).encode()


def test_nothing_that_a_run_leaves_or_prints_holds_a_secret(command: Command, tmp_path: Path) -> None:
    printed = {"run": command("run"), "crawl": command("crawl", NICHIRO_LOG="json")}
    assert printed["run"].returncode == 0, printed["run"].stderr
    for arguments in (("status",), ("status", "--json"), ("config", "show"), ("config", "show", "--json"), ("source", "list"), ("query", "sources_in_trouble")):
        printed[" ".join(arguments)] = command(*arguments)
    for name, done in printed.items():
        assert not [secret for secret in SECRETS if secret in done.stdout + done.stderr], name
    seen = list(texts(tmp_path / "data"))
    suffixes = {path.suffix for path, _ in seen}
    assert {".gz", ".parquet", ".duckdb", ".html", ".json", ".jsonl", ".log"} <= suffixes, "the test looks at what it should"
    assert any(b"User-Agent: nichiro/" in text for path, text in seen if path.suffix == ".gz")
    assert any(path.parent.parent.name == "deliveries" for path, _ in seen), "an alert was tried with its secret"
    found = {(path.name, secret) for path, text in seen for secret in SECRETS if secret.encode() in text}
    assert found == set()


def test_the_proxy_got_its_password(command: Command) -> None:
    """Else the test above would look for what was never used."""
    seen: list[str] = []

    def note(headers: dict[str, str]) -> Answer:
        seen.append(headers.get("proxy-authorization", ""))
        return Answer(b"none", 404)

    with Web(Everywhere(note)) as web:   # type: ignore[arg-type]
        done = command("crawl", "--source", "jp_asa_news", NICHIRO_PROXY=web.url.replace("//", f"//anna:{PASSWORD}@"))
    assert done.returncode == 0, done.stderr
    assert set(seen) == {f"Basic {SECRETS[3]}"}


def test_errors_show_no_secret(command: Command, tmp_path: Path) -> None:
    """Wrong values of secret settings, and a proxy that is gone."""
    for environment in (
        {"NICHIRO_PROXY": f"socks5://anna:{PASSWORD}@127.0.0.1:1"},
        {"NICHIRO_PROXY": f"anna:{PASSWORD}@127.0.0.1:1"},
        {"NICHIRO_PROXY": f"http://anna:{PASSWORD}@127.0.0.1:1"},
        {"NICHIRO_PING_URL": PING},
        {"NICHIRO_CONTACT": f"https://anna:{PASSWORD}@example.org"},
    ):
        for form in ("text", "json"):
            done = command("crawl", "--json", NICHIRO_LOG=form, **environment)
            assert done.returncode in (75, 78), (environment, done.stderr)
            assert "geheim" not in done.stdout + done.stderr
    assert not [path for path, text in texts(tmp_path / "data") if b"geheim" in text]
