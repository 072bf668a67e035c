"""Which addresses a crawl may ask: those of the public internet, whatever a page, a redirect or a name server says."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

OUR_NAMES = (".localhost", ".internal", ".local", ".lan", ".intranet", ".home.arpa")
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


def is_public(address: str) -> bool:
    """True for a unicast address of the internet; an IPv4 address inside an IPv6 one counts as itself."""
    number = ip_address(address)
    if isinstance(number, IPv6Address):
        inner = IPv4Address(int(number) & 0xFFFFFFFF) if number in NAT64 else None
        number = inner or number.ipv4_mapped or number.sixtofour or number
    return number.is_global and not number.is_multicast


def is_inside(url: str) -> bool:
    """A host that is an address of a private network or of this machine, in any spelling, or one of its names."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return not is_public(host)
    except ValueError:
        pass  # no address in its usual spelling
    try:
        return not is_public(socket.inet_ntoa(socket.inet_aton(host)))  # 127.1, 0x7f000001, 2130706433
    except OSError:
        return "." not in host or host.endswith(OUR_NAMES)


class PublicResolver(CachingThreadedResolver):
    """Resolves, checks and hands on that very address to connect to: a name that changes its answer gains nothing.

    ``refused`` maps a name to the inside address it led to. The proxies of this machine may lie anywhere.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float) -> None:
        super().__init__(reactor, cache_size, timeout)
        self.refused: dict[str, str] = {}
        self.proxies: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> PublicResolver:
        resolver = super().from_crawler(crawler, reactor)
        declared = (crawler.settings.get("NICHIRO_PROXY"), *getproxies().values())
        resolver.proxies = {host for url in declared if url and (host := urlsplit(url).hostname)}
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        return super().getHostByName(name, timeout).addCallback(self._checked, name)

    def _checked(self, address: Any, name: str) -> str:
        if name in self.proxies or is_public(address):
            self.refused.pop(name, None)
            return address
        self.refused[name] = address
        raise DNSLookupError(f"{name} leads to {address}, inside a private network")
