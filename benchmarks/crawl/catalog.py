"""How many seconds a catalog takes to load: ``python -m benchmarks.crawl.catalog FOLDER``, imports not counted."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

from crawlers.catalog import load_catalog

if __name__ == "__main__":
    start = perf_counter()
    load_catalog(Path(sys.argv[1]))
    print(perf_counter() - start)
