"""``python -m tests.demosite serve|truth``: run the fictional web by hand, or print its truth."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from datetime import datetime

from tests.demosite.replay import ReplayProxy
from tests.demosite.site import DemoSite


def main() -> None:
    """Serve until interrupted, or print JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.demosite", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="run the forward proxy")
    serve.add_argument("--seed", type=int, default=1)
    serve.add_argument("--as-of", type=datetime.fromisoformat, required=True, help="instant with offset")
    serve.add_argument("--port", type=int, default=0)
    shown = commands.add_parser("truth", help="print the labels as JSON")
    shown.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    site = DemoSite(arguments.seed)
    if arguments.command == "truth":
        json.dump(site.truth(), sys.stdout, ensure_ascii=False, indent=1)
        return
    with ReplayProxy(site, arguments.as_of, arguments.port) as proxy:
        print(f"NICHIRO_PROXY={proxy.url}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped", flush=True)


if __name__ == "__main__":
    main()
