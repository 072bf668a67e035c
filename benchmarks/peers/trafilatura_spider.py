"""trafilatura's focused crawler on a list of URLs (standard input): fetches each and looks for links; prints {"pages": n}.

``python trafilatura_spider.py FOLDER HOMEPAGE``; it keeps nothing in the folder.
"""

from __future__ import annotations

import json
import sys
from copy import deepcopy

from trafilatura.settings import DEFAULT_CONFIG
from trafilatura.spider import focused_crawler

if __name__ == "__main__":
    urls = sys.stdin.read().split()
    config = deepcopy(DEFAULT_CONFIG)
    config.read_dict({"DEFAULT": {"SLEEP_TIME": "0", "SSRF_PROTECTION": "off"}})
    left, known = focused_crawler(sys.argv[2] + "/", max_seen_urls=len(urls), todo=urls, config=config)
    print(json.dumps({"pages": len(set(known) & set(urls)) - len(set(left) & set(urls))}))
