"""What a careful person writes in an afternoon: requests, trafilatura, pandas, DuckDB. URLs on standard input.

Runs in the peers' environment: ``python trafilatura_script.py warehouse.duckdb < urls``; prints {"articles": n}.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pandas as pd
import requests
import trafilatura

WORKERS = 8


def fetch(session: requests.Session, url: str) -> tuple[str, bytes]:
    try:
        response = session.get(url, timeout=30)
    except requests.RequestException:
        return url, b""
    return url, response.content if response.ok else b""


def main(path: str) -> None:
    urls = sys.stdin.read().split()
    rows = []
    with requests.Session() as session, ThreadPoolExecutor(WORKERS) as pool:
        for url, page in pool.map(lambda url: fetch(session, url), urls):
            document = trafilatura.bare_extraction(page, url=url, with_metadata=True) if page else None
            if document is not None and document.title and document.text:
                rows.append({"url": url, "headline": document.title, "published_date": document.date, "body": document.text})
    articles = pd.DataFrame(rows, columns=["url", "headline", "published_date", "body"])
    with duckdb.connect(path) as connection:
        connection.register("articles_frame", articles)
        connection.execute("CREATE TABLE articles AS SELECT * FROM articles_frame")
    print(json.dumps({"articles": len(articles)}))


if __name__ == "__main__":
    main(sys.argv[1])
