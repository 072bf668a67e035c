"""news-please's Download crawler on a list of URLs (standard input), as it comes: extracts, saves HTML and JSON; prints {"pages": n}."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import newsplease
from newsplease.single_crawler import SingleCrawler

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    declared = (Path(newsplease.__file__).parent / "config" / "config.cfg").read_text(encoding="utf-8")
    config, sites = folder / "config.cfg", folder / "sitelist.hjson"
    config.write_text(
        declared.replace("working_path = ~/news-please-repo/", f"working_path = {folder}/").replace("LOG_LEVEL = INFO", "LOG_LEVEL = ERROR"),
        encoding="utf-8",
    )
    sites.write_text(json.dumps({"base_urls": [{"crawler": "Download", "url": sys.stdin.read().split()}]}), encoding="utf-8")
    SingleCrawler(str(config), str(sites), 0, shall_resume=False, daemonize=False)
    print(json.dumps({"pages": len(list(folder.rglob("*.json")))}))
