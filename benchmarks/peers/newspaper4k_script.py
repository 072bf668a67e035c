"""The same with newspaper4k, which fetches, finds the fields and cleans; pandas and DuckDB load. URLs on standard input.

Runs in the peers' environment: ``python newspaper4k_script.py warehouse.duckdb < urls``; prints {"articles": n}.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import duckdb
import newspaper
import pandas as pd
from newspaper.exceptions import ArticleBinaryDataException, ArticleException

WORKERS = 8


def read(url: str) -> dict[str, object] | None:
    try:
        article = newspaper.article(url, memorize_articles=False, fetch_images=False)
    except (ArticleException, ArticleBinaryDataException):
        return None
    if not article.title or not article.text:
        return None
    return {"url": url, "headline": article.title, "published_at": article.publish_date, "body": article.text}


def main(path: str) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        rows = [row for row in pool.map(read, sys.stdin.read().split()) if row]
    articles = pd.DataFrame(rows, columns=["url", "headline", "published_at", "body"])
    articles["published_at"] = pd.to_datetime(articles["published_at"], utc=True, errors="coerce")
    with duckdb.connect(path) as connection:
        connection.register("articles_frame", articles)
        connection.execute("CREATE TABLE articles AS SELECT * FROM articles_frame")
    print(json.dumps({"articles": len(articles)}))


if __name__ == "__main__":
    main(sys.argv[1])
