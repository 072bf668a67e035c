"""docs/guard.md names every check, and the ends of every learned bound."""

from __future__ import annotations

import pytest

from expectations.context import Context
from expectations.sources import SURE
from expectations.suites import suite_of
from expectations.thresholds import Thresholds, load
from expectations.validation import name
from nichiro.errors import ConfigError
from nichiro.settings import PROJECT
from tests.expectations.frames import CHECKED_AT
from warehouse.tables import TABLES

PAGE = (PROJECT / "docs" / "guard.md").read_text(encoding="utf-8")


def test_every_check_is_named() -> None:
    named = {
        name(expectation)
        for gate in ("sources", "tables")
        for table in TABLES.values()
        if (suite := suite_of(table))
        for expectation in suite.expectations(Context(gate, CHECKED_AT))
    }
    assert {check for check in named | set(SURE) if f"`{check}`" not in PAGE} == set()


@pytest.mark.parametrize("check", load().checks)
def test_the_ends_of_a_learned_bound_are_those_of_the_file(check: str) -> None:
    threshold = load().checks[check]
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{check}`")]
    assert row.endswith(f"| {', '.join(threshold.of)} | {threshold.floor:g} and {threshold.ceiling:g} |")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"floor": 2000}, "floor is above ceiling"),
        ({"fewest": 0}, "fewest"),
        ({"colour": "red"}, "colour"),
        ({"measure": "quarantined_share", "of": ["language"]}, "quarantined_share has no language"),
        ({"days": [40]}, "window_days leaves no 14 days"),
    ],
)
def test_a_wrong_threshold_is_told_by_its_key(change: dict, said: str, tmp_path) -> None:
    import yaml

    content = load().model_dump()
    content["checks"]["volume_does_not_jump"] |= change
    path = tmp_path / "thresholds.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        load(path)
    assert Thresholds(**load().model_dump()) == load()
