"""The oldest DuckDB that pyproject.toml permits and the locked one open each other's releases and read the same rows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from nichiro.settings import PROJECT

OLDEST = PROJECT / ".duckdb-oldest"
OTHERS = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and Path(path) != OLDEST]
PATHS = {"oldest": [str(OLDEST), *OTHERS], "locked": OTHERS}
IS_OLDEST = str(OLDEST) in os.environ.get("PYTHONPATH", "").split(os.pathsep)


def lock(name: str) -> str:
    found = re.search(r"^duckdb==(\S+)", (PROJECT / "requirements" / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return found[1]


def test_the_tests_run_on_the_duckdb_that_they_say() -> None:
    assert duckdb.__version__ == lock("duckdb-oldest.txt" if IS_OLDEST else "dev.txt")


def under(version: str, *words: object) -> list[dict]:
    """What ``versions.py`` read, in a process with the oldest or the locked DuckDB."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.warehouse.versions", *map(str, words)], cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(PATHS[version])}, capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["duckdb"] == lock("duckdb-oldest.txt" if version == "oldest" else "dev.txt")
    return said["read"]


@pytest.mark.skipif(not IS_OLDEST, reason="it needs both versions: make duckdb-oldest")
def test_each_opens_what_the_other_wrote(tmp_path: Path) -> None:
    """The same rows everywhere, also after the other one has published from a copy: an update of DuckDB, or a step back."""
    first, second = tmp_path / "oldest", tmp_path / "locked"
    under("oldest", "make", first)
    [told, *others] = under("locked", "make", second, "read", second, "read", first, "renew", first)
    others += under("oldest", "read", first, "read", second, "renew", second)
    others += under("locked", "read", second)
    assert len(told["marts.articles"]) > 1000
    assert [name for rows in others for name in told if rows[name] != told[name]] == []
