"""Why a site gave no page, in words, and what a person can do about it. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawlers.log import Fetch

ASK = "ask the publisher for access, or set `status: paused`"
_CERTIFICATE = re.compile(r"certificate|VerificationError|hostname mismatch", re.I)
_TLS = re.compile(r"\bSSL\b|\bTLS\b", re.I)
_TUNNEL = re.compile(r"CONNECT tunnel with proxy (\S+) \[\{'status': (\d+)")
_INSIDE = "private network"
ASLEEP = ": not asked before "  # the words of crawlers.pace

_OF_STATUS = {
    401: f"the page wants a password: {ASK}",
    403: f"the site refuses this network, as many do with data centres: run from an office or home network, or {ASK}",
    407: "the proxy wants a password: put user and password into HTTPS_PROXY and HTTP_PROXY",
    429: "too many requests: raise `politeness.delay_seconds`, or ask the publisher for access",
    451: f"withheld for legal reasons where this network is: {ASK}",
    511: "this network wants a sign-in: open a page in a browser and sign in",
}


def cause_of(fetch: Fetch) -> str:
    """One clause: what happened, what to do. For outcomes other than a read, forbidden or challenged page."""
    host = urlsplit(fetch.url).hostname or fetch.url
    detail = fetch.detail or ""
    if fetch.outcome == "http_error":
        return f"{detail}: {_of_status(fetch.http_status or 0)}"
    if fetch.outcome == "dns_failure":
        return f"the name {host} cannot be resolved: check this machine's DNS, or whether the site has moved"
    if fetch.outcome == "timeout":
        return f"{host} did not answer in time: it is tried again by the next run; if it stays so, look whether the site is up"
    if fetch.outcome == "too_large":
        return f"{fetch.url} is larger than we take: find a smaller document"
    if tunnel := _TUNNEL.search(detail):
        status = int(tunnel[2])
        return f"the proxy {tunnel[1]} refuses {host} (HTTP {status}): {_OF_STATUS[407] if status == 407 else 'ask who runs it'}"
    if _CERTIFICATE.search(detail):
        return (
            f"the certificate of {host} cannot be verified: check this machine's clock; where the site leaves out one of its "
            "chain, or a proxy inspects, let SSL_CERT_FILE name a file with the missing certificate and the usual ones"
        )
    if _TLS.search(detail):
        return f"no secure connection to {host} ({detail}): look whether the site opens in a browser"
    if _INSIDE in detail:
        return f"{host} is an address inside a private network, which is never asked: check the source's URLs"
    if ASLEEP in detail:
        return detail
    if "refused" in detail.lower():
        return f"{host} refused the connection: look whether the site is up, or whether a firewall stands between"
    return f"the connection to {host} broke ({detail}): it is tried again by the next run"


def _of_status(status: int) -> str:
    if status in _OF_STATUS:
        return _OF_STATUS[status]
    if status >= 500:
        return "the site has trouble: it is tried again by the next run"
    return "look for its new address"
