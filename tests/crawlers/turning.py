"""A crawl's child without a proxy, whose name server is ours: 127.0.0.2 plays the internet, 127.0.0.1 our own network.

``answers`` (argv) maps a name to the addresses of its first, second … lookup, or to "silence". Only a test can start this.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from typing import Any

from crawlers import addresses, run

answers: dict[str, list[str]] = json.loads(sys.argv[1])
SILENCE = 3  # seconds
is_public = addresses.is_public


def look_up(name: str) -> str:
    if name not in answers:
        raise socket.gaierror(f"no such name {name}")
    left = answers[name]
    if left == ["silence"]:
        time.sleep(SILENCE)
        raise socket.gaierror(f"no answer of {name}'s name server")
    return left.pop(0) if len(left) > 1 else left[0]


def forget(resolver: addresses.PublicResolver, address: Any, name: str) -> Any:
    return address


socket.gethostbyname = look_up  # type: ignore[assignment]
addresses.is_public = lambda address: address == "127.0.0.2" or is_public(address)
addresses.PublicResolver._cache_result = forget  # type: ignore[method-assign]

if __name__ == "__main__":
    sys.exit(run.main())
