"""The page: template, style and scripts joined into one file that asks nothing of the network."""

from __future__ import annotations

import base64
import hashlib
from datetime import date
from functools import cache
from pathlib import Path

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from nichiro.report.content import gather
from nichiro.wording import FILTERS
from warehouse.lake import write_atomically
from warehouse.store import connect

HERE = Path(__file__).parent


def write_report(data_dir: Path, path: Path, day: date, run_dir: Path | None = None) -> Path:
    """Write the report of ``day`` from the current release to ``path``, whole or not at all; returns ``path``.

    ``run_dir`` is the run whose status is told; without one, the last that reached the publish gate or failed.
    Raises ConfigError where nothing was published yet, TransientError where the file cannot be written.
    """
    with connect(data_dir) as connection:
        content = gather(connection, data_dir, day, run_dir)
    html = render(content).encode()
    write_atomically(path, lambda file: file.write(html))
    return path


def render(content: dict[str, object]) -> str:
    """The page as text. Every value is escaped; only our own style and scripts are not."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= FILTERS
    scripts = [_library(), (HERE / "page.js").read_text(encoding="utf-8")]
    return environment.get_template("page.html.j2").render(
        content,
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),
        scripts=[Markup(script) for script in scripts],
        script_hashes=" ".join(f"'sha256-{_digest(script)}'" for script in scripts),
    )


@cache
def _library() -> str:
    """Vega, Vega-Lite and Vega-Embed in one classic script, made safe to stand inside a script element."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").replace("</script", r"<\/script").replace("<!--", r"\x3C!--")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
