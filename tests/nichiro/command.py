"""Runs `nichiro …` as people do: in a folder of its own, with an environment of its own, as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from nichiro.settings import PROJECT


@dataclass
class Command:
    """``environment`` is added to a bare one, without proxies and NICHIRO_* of whoever runs the tests."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        bare = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY") and not name.startswith("NICHIRO_")}
        return subprocess.run(
            [sys.executable, "-m", "nichiro", *arguments],
            cwd=self.folder,
            env=bare | {"PYTHONPATH": str(PROJECT), "COLUMNS": "80"} | self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=240,
            check=False,
        )


def declare(catalog: Path, source_id: str, url: str, timeout_seconds: float = 5, delay_seconds: float = 1) -> None:
    """Write the YAML of a fictional newspaper with one feed at ``url``."""
    catalog.mkdir(parents=True, exist_ok=True)
    (catalog / f"{source_id}.yml").write_text(
        f"""\
title: A fictional daily
publisher: {{name: Daily, name_en: Daily, country: JP, kind: newspaper}}
genre: news
language: [en]
timezone: Asia/Tokyo
status: active
discover: [{{kind: rss, url: "{url}"}}]
politeness: {{delay_seconds: {delay_seconds:g}, timeout_seconds: {timeout_seconds:g}}}
""",
        encoding="utf-8",
    )
