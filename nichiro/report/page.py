"""The pages: template, style and scripts joined into one file each that asks nothing of the network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from nichiro.report.content import gather
from nichiro.report.guard import gather_guard
from nichiro.wording import FILTERS
from warehouse.lake import write_atomically
from warehouse.store import connect

HERE = Path(__file__).parent
GUARD = "guard.html"   # beside the report, which links it


def write_report(data_dir: Path, path: Path, day: date, run_dir: Path | None = None) -> Path:
    """Write the report of ``day`` from the current release to ``path``, and the guard's page beside it; returns ``path``.

    Each is written whole or not at all. ``run_dir`` is the run whose status is told; without one, the last that reached
    the publish gate or failed. Raises ConfigError where nothing was published yet, TransientError where a file cannot
    be written.
    """
    guard = gather_guard(data_dir, day, run_dir)
    with connect(data_dir) as connection:
        content = gather(connection, data_dir, day, run_dir)
    content |= {"guard": GUARD if guard["is_interesting"] else None}
    _write(path.with_name(GUARD), render("guard.html.j2", guard))
    _write(path, render("page.html.j2", content, [_library(), (HERE / "page.js").read_text(encoding="utf-8")]))
    return path


def write_guard(data_dir: Path, path: Path, day: date, run_dir: Path | None = None) -> Path:
    """Write the guard's page alone: what there is to read of a blocked run before the first release."""
    _write(path, render("guard.html.j2", gather_guard(data_dir, day, run_dir)))
    return path


def render(template: str, content: dict[str, object], scripts: Sequence[str] = ()) -> str:
    """The page as text. Every value is escaped; only our own style and scripts are not."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= FILTERS
    return environment.get_template(template).render(
        content,
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),
        scripts=[Markup(script) for script in scripts],
        script_hashes=" ".join(f"'sha256-{_digest(script)}'" for script in scripts) or "'none'",
    )


def _write(path: Path, html: str) -> None:
    write_atomically(path, lambda file: file.write(html.encode()))


@cache
def _library() -> str:
    """Vega, Vega-Lite and Vega-Embed in one classic script, made safe to stand inside a script element."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").replace("</script", r"<\/script").replace("<!--", r"\x3C!--")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
