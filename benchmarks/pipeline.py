"""The whole chain on the demo's fictional web, against scripts that fetch, extract and load the same pages.

Metrics: articles_per_second (articles in the published table by wall time of everything), peak_mb (resident memory of
the process tree), seconds_total, seconds_noop (a run when nothing new was published), noop_by_script (the same, divided by the
time of the quickest script: what a slow machine does to both falls out). ``--quick`` takes the first 20
days in one backfill in place of the demo's three runs. The peers do less: no robots.txt, archive, discovery, relevance,
copies, tone, coverage, checks or report; they get the list of URLs as a present.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from benchmarks import child, peers
from benchmarks.form import OURS, Row, report

DATASET = "demo"
SEED = 1
QUICK_DAYS = 20
NICHIRO = str(Path(sys.executable).with_name("nichiro"))
PEERS = {
    "requests + trafilatura + pandas + duckdb": "trafilatura_script.py",
    "newspaper4k + pandas + duckdb": "newspaper4k_script.py",
}


def measure(quick: bool) -> list[Row]:
    """All rows of all systems, on the same pages, in this one call."""
    from tests.demosite import DemoSite
    from tests.demosite.replay import ReplayProxy

    site = DemoSite(seed=SEED)
    days = QUICK_DAYS if quick else site.days
    last = site.first_day + timedelta(days=days - 1)
    as_of = datetime.combine(last, time(23, 30), UTC)
    with tempfile.TemporaryDirectory(prefix="nichiro-benchmark-") as folder, ReplayProxy(site, as_of) as proxy:
        data = Path(folder) / "data"
        environment = _environment(data, proxy.url, as_of)
        if quick:
            command = ["run", "--from", str(site.first_day), "--to", str(last), "--date", str(last), "--json"]
            done = child.run([NICHIRO, *command], environment=environment)
            child.run([NICHIRO, "run", "--date", str(last), "--json"], environment=environment)   # reads the feeds once
        else:
            demo = ["demo", "--data-dir", str(data), "--seed", str(SEED), "--json"]
            done = child.run([NICHIRO, *demo], environment=os.environ | {"PYTHONUNBUFFERED": "1"})
        noop = child.run([NICHIRO, "run", "--date", str(last), "--json"], environment=environment)
        articles = int(_query(environment, "SELECT count(*) AS n FROM marts.articles")[0]["n"])
        rows = _rows(OURS, done, articles)
        rows.append(Row(OURS, DATASET, "seconds_noop", round(noop.seconds, 2), articles))
        if not quick:
            proxy.as_of = as_of - timedelta(days=1)     # the demo's last day has a source down and one challenged
        urls = [row["url"] for row in _query(environment, PAGES.format(until=proxy.as_of.date()))]
        for system, script in PEERS.items():
            rows += _peer(system, script, urls, Path(folder), proxy.url)
    quickest = min(row.value for row in rows if row.system in PEERS and row.metric == "seconds_total")
    return [*rows, Row(OURS, DATASET, "noop_by_script", round(noop.seconds / quickest, 2), articles)]


PAGES = """SELECT DISTINCT url FROM raw.captures
WHERE kind = 'article' AND http_status = 200 AND captured_date <= '{until}' ORDER BY url"""


def _environment(data: Path, proxy: str, as_of: datetime) -> dict[str, str]:
    catalog = Path("tests/demosite/catalog").resolve()
    return os.environ | {
        "NICHIRO_DATA_DIR": str(data), "NICHIRO_CATALOG_DIR": str(catalog), "NICHIRO_PROXY": proxy,
        "NICHIRO_CLOCK": as_of.isoformat(), "NICHIRO_CONTACT": "https://nichiro.example/benchmark",
    }


def _rows(system: str, done: child.Measured, articles: int) -> list[Row]:
    figures = {
        "articles_per_second": articles / done.seconds,
        "peak_mb": done.peak_mb,
        "seconds_total": done.seconds,
    }
    return [Row(system, DATASET, metric, round(value, 2), articles) for metric, value in figures.items()]


def _query(environment: dict[str, str], sql: str) -> list[dict]:
    return json.loads(child.run([NICHIRO, "query", sql, "--json"], environment=environment).output)


def _peer(system: str, script: str, urls: list[str], folder: Path, proxy: str) -> list[Row]:
    environment = os.environ | {"http_proxy": proxy, "HTTP_PROXY": proxy, "no_proxy": ""}
    command = [peers.python(), str(peers.FOLDER / script), str(folder / f"{script}.duckdb")]
    done = child.run(command, environment=environment, text="\n".join(urls))
    return _rows(system, done, int(json.loads(done.output.splitlines()[-1])["articles"]))


if __name__ == "__main__":
    report("pipeline", measure)
