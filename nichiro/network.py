"""Is it the sites or our own line? What all sources of a crawl have in common tells. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

import polars as pl

from crawlers.causes import ASLEEP
from crawlers.log import HTML

FEWEST_HOSTS = 3   # one or two silent hosts say nothing about our own network
PROXY_STATUSES = (407, 511)   # the proxy wants a password (RFC 9110), the network wants a sign-in (RFC 6585)
REFUSALS = (401, 403, 451, 503)
FEWEST_ALIKE = 2

CERTIFICATE = "(?i)certificate verify|VerificationError"

_CERTIFICATE_ADVICE = "check this machine's clock, sign in where the network wants it; behind an inspecting proxy set SSL_CERT_FILE"
_ADVICE = {
    "dns_failure": "no name could be resolved: check the connection and the DNS server; behind a proxy set HTTPS_PROXY and HTTP_PROXY",
    "timeout": "nothing answered in time: check the connection, a firewall, or the proxy in HTTPS_PROXY",
    "connection_failed": "no connection came about: check the connection, a firewall, or the proxy in HTTPS_PROXY",
    "http_error": "the proxy wants a password or the network a sign-in: put user and password into HTTPS_PROXY, or sign in with a browser",
}
PORTAL_ADVICE = "a captive portal or filter: sign in with a browser, or use another network; its pages count as no site's answer"


def own_trouble(fetches: pl.DataFrame, captures: pl.DataFrame) -> tuple[str, str] | None:
    """What is wrong with our own network and what to do, from a run's raw.fetches and raw.captures; else None."""
    asked = _asked(fetches)
    hosts = asked["host"].n_unique()
    if hosts < FEWEST_HOSTS:
        return None
    if asked.filter(pl.col("http_status").is_not_null() & ~pl.col("http_status").is_in(PROXY_STATUSES)).is_empty():
        outcomes = asked.filter(pl.col("outcome") != "robots_denied")["outcome"]   # those follow from the others
        if asked.filter(pl.col("detail").str.contains(CERTIFICATE))["host"].n_unique() * 2 > hosts:
            return f"no secure connection: none of {hosts} sites could prove who it is", _CERTIFICATE_ADVICE
        counts = outcomes.value_counts(sort=True, name="n").sort("n", "outcome", descending=[True, False])
        return f"no network: none of {hosts} sites answered", _ADVICE[counts["outcome"][0]]
    return _portal(captures.with_columns(host=_host("url")), hosts)


def hosts_of(fetches: pl.DataFrame) -> list[str]:
    """The hosts that were asked; one that is left alone for a while says nothing about our network."""
    return _asked(fetches)["host"].unique(maintain_order=True).to_list()


def _asked(fetches: pl.DataFrame) -> pl.DataFrame:
    is_asleep = pl.col("detail").fill_null("").str.contains(ASLEEP, literal=True)
    return fetches.filter(~is_asleep).with_columns(host=_host("url"))


def _portal(captures: pl.DataFrame, hosts: int) -> tuple[str, str] | None:
    """A captive portal or filter answers in the sites' stead, wherever an answer came: a redirect to itself, or its page.

    Sites on https then mostly fail, as it cannot show their certificates; so those that answered decide.
    """
    robots = captures.filter(pl.col("kind") == "robots")
    moved = robots.filter(pl.col("redirect_url").is_not_null()).with_columns(to=_host("redirect_url"))
    targets = moved.filter(pl.col("to") != pl.col("host"))["to"].unique()
    answered = captures.filter(~pl.col("host").is_in(targets.implode()))
    alike = answered["host"].n_unique()
    if alike < FEWEST_ALIKE:
        return None
    if len(targets) == 1 and answered["redirect_url"].null_count() == 0:
        return f"{alike} of {hosts - 1} sites only redirect to {targets[0]}, the others fail", PORTAL_ADVICE
    pages = robots.filter(pl.col("media_type").is_in(HTML) & pl.col("http_status").is_between(200, 299))
    if pages["host"].n_unique() == alike:
        return f"{alike} of {hosts} sites answer a web page for robots.txt, the others fail", PORTAL_ADVICE
    refused = captures.filter(pl.col("http_status").is_in(REFUSALS))
    if refused.height == captures.height and captures["body_sha256"].n_unique() == 1:
        return f"{alike} of {hosts} sites answer the same page with HTTP {refused['http_status'][0]}, the others fail", PORTAL_ADVICE
    return None


def _host(column: str) -> pl.Expr:
    return pl.col(column).map_elements(lambda url: urlsplit(url).hostname or "", return_dtype=pl.String)
