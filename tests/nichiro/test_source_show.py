"""`nichiro source show`: everything about one source, with and without a release."""

from __future__ import annotations

import json
from pathlib import Path

from tests.nichiro.command import Command
from tests.nichiro.gazette import declare
from tests.release import LAST_DAY, make_release

RULES = """\
extract:
  - {headline: "css:h1.old", body: "css:div.old", published: {select: ["css:time"]}}
  - {valid_from: 2026-01-01, headline: "css:h1.headline", body: "css:div.story", published: {select: ["json_ld:datePublished"]}}
  - {valid_from: 2126-01-01, headline: "css:h1.new", body: "css:div.new", published: {select: ["css:time"]}}
"""


def test_without_a_release(tmp_path: Path) -> None:
    declare(tmp_path / "catalog", RULES)
    done = Command(tmp_path, {"NICHIRO_CATALOG_DIR": "catalog"})("source", "show", "jp_gazette_world")
    assert done.returncode == 0, done.stderr
    assert "rules       of 2026-01-01, one of 3 declared" in done.stdout
    assert "headline: css:h1.headline" in done.stdout and "css:h1.old" not in done.stdout and "css:h1.new" not in done.stdout
    assert "health      unknown: nothing is published yet" in done.stdout
    assert "kept        raw bytes and whole texts 30 days" in done.stdout


def test_health_of_thirty_days(tmp_path: Path) -> None:
    make_release(tmp_path / "data")
    declare(tmp_path / "catalog", RULES)
    path = tmp_path / "catalog" / "jp_gazette_world.yml"
    path.rename(path.with_name("jp_minato_news.yml"))
    command = Command(tmp_path, {"NICHIRO_CATALOG_DIR": "catalog"})
    told = json.loads(command("source", "show", "jp_minato_news", "--json").stdout)
    assert len(told["health"]) == 30
    assert told["health"][0]["day"] == f"{LAST_DAY}"
    assert told["declaration"]["publisher"]["country"] == "JP"
    assert told["rules"]["valid_from"] == "2026-01-01"
    done = command("source", "show", "jp_minato_nws")
    assert done.returncode == 78 and "did you mean jp_minato_news" in done.stderr
