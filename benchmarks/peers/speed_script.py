"""Processor time of trafilatura with metadata: JSON lines {"url", "html"} on standard input; prints {"ms": per page}."""

from __future__ import annotations

import json
import sys
import time

from trafilatura import bare_extraction

if __name__ == "__main__":
    pages = [json.loads(line) for line in sys.stdin]
    for page in pages[:3]:
        bare_extraction(page["html"], url=page["url"], with_metadata=True)  # what is made once is not counted
    start = time.process_time()
    for page in pages:
        bare_extraction(page["html"], url=page["url"], with_metadata=True)
    print(json.dumps({"ms": 1000 * (time.process_time() - start) / len(pages)}))
