"""The generated pages say what the code does today, and the hand-written ones name only what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nichiro import reference
from nichiro.settings import Settings
from tests.architecture.sources import PROJECT

PAGES = sorted((PROJECT / "docs").rglob("*.md")) + [PROJECT / name for name in ("README.md", "CONTRIBUTING.md")]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def test_generated_pages_are_in_sync() -> None:
    reference.main(["--check"])


@pytest.mark.parametrize("page", [page for page in PAGES if page.exists()], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    dead = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    assert dead == []


def test_env_example_names_every_setting() -> None:
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#? ?NICHIRO_(\w+)=", example, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields} | {"BIN", "RETRY_SECONDS", "SCHEDULE_FROM"}   # of the environment of Airflow


def test_exit_codes_are_in_the_runbook() -> None:
    from nichiro import errors

    runbook = (PROJECT / "docs" / "runbook.md").read_text(encoding="utf-8")
    codes = {error.exit_code for error in vars(errors).values() if isinstance(error, type)}
    assert [code for code in sorted(codes) if f"| {code} |" not in runbook] == []
