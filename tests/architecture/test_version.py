"""One version, wherever it is said; and what is released has its golden."""

from __future__ import annotations

import re

import yaml
from packaging.version import Version

from nichiro import __version__
from tests.architecture.sources import PROJECT

RELEASED = re.findall(r"^## ([\d.]+) \(\d{4}-\d\d-\d\d\)$", (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_what_the_changelog_calls_released_has_its_golden() -> None:
    goldens = {path.name.removesuffix(".tar.xz") for path in (PROJECT / "tests" / "golden").glob("*.tar.xz")}
    assert goldens == set(RELEASED), "make golden"


def test_the_newest_release_is_cited_and_not_behind_us() -> None:
    newest = max(map(Version, RELEASED))
    citation = yaml.safe_load((PROJECT / "CITATION.cff").read_text(encoding="utf-8"))
    assert Version(citation["version"]) == newest
    assert Version(__version__) >= newest
