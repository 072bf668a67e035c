"""``python -m tests.realsite``: the whole chain over the real pages of ../shared; prints coverage by month and the op-ed."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

from nichiro.pipeline import Pipeline
from nichiro.settings import PROJECT, load_settings
from tests.demosite.replay import ReplayProxy
from tests.realsite import RealSite
from warehouse.store import connect

AS_OF = datetime(2020, 8, 28, 23, 30, tzinfo=UTC)
FIRST = date(2000, 1, 1)


def run_real(folder: Path) -> Path:
    """A backfill over twenty years and one daily run, which reads the real feed; returns the data folder."""
    site = RealSite(PROJECT.parent / "shared")
    catalog = site.catalog(folder / "catalog")
    with ReplayProxy(site, AS_OF) as proxy:
        settings = load_settings(
            data_dir=folder / "data", catalog_dir=catalog, proxy=proxy.url, clock=AS_OF.isoformat(), contact="https://nichiro.example/tests"
        )
        Pipeline(settings, AS_OF.date()).run_all(None, FIRST, AS_OF.date())
        Pipeline(settings, AS_OF.date()).run_all()
    return folder / "data"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="nichiro-real-") as folder, connect(run_real(Path(folder))) as connection:
        print("articles on the beat by month, en.kremlin.ru (months without any are zeroes in marts.coverage_daily)")
        for month, count in connection.sql(
            "SELECT strftime(published_date, '%Y-%m') AS month, sum(article_count) AS articles FROM marts.coverage_daily "
            "WHERE topic_id = 'any' AND country_code = 'RU' GROUP BY 1 HAVING articles > 0 ORDER BY 1"
        ).fetchall():
            print(f"  {month}  {'▇' * int(count)} {count}")
        print("documents:", connection.sql("SELECT relevance, count(*) FROM marts.articles GROUP BY 1 ORDER BY 2").fetchall())
        print("fates:", connection.sql("SELECT fate, reason, count(*) FROM ops.fates GROUP BY ALL ORDER BY ALL").fetchall())
        print("op-ed:", connection.sql(
            "SELECT headline, byline, published_date, published_precision, genre, relevance, round(tone_score, 2) FROM marts.articles "
            "WHERE genre = 'op_ed'").fetchall())


if __name__ == "__main__":
    main()
