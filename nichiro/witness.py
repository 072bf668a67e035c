"""A crawl of one or two hosts that met only silence asks others before it blames them: is it the sites or our own line?

Under Airflow, where each source is a process of its own, every crawl is such a one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import polars as pl

from crawlers.pace import forgive
from crawlers.source import Source
from nichiro import network
from nichiro.settings import Settings

WITNESSES = 2  # with the host in question three, the fewest that can tell


def own_trouble(
    settings: Settings, catalog: dict[str, Source], crawls: pl.DataFrame, fetches: pl.DataFrame, captures: pl.DataFrame
) -> tuple[str, str] | None:
    """What is wrong with our own network and what to do, from one run's raw.crawls, raw.fetches and raw.captures; else None.

    Witnesses are asked as a source's check asks, robots.txt first, and nothing of it is kept. Where it is our own line,
    the silence is not held against the hosts: the next run asks them at once. Raises what ``attempt`` raises.
    """
    hosts = network.hosts_of(fetches)
    trouble = network.own_trouble(fetches, captures)
    if trouble is None and 0 < len(hosts) < network.FEWEST_HOSTS and set(crawls["state"]) == {"down"}:
        from nichiro.trial import attempt  # a third of a second, for what seldom happens

        trials = attempt(settings, list(_others(catalog, crawls["source_id"][0], hosts)), pages=0)
        fetches = pl.concat([fetches, *(trial.fetches for trial in trials)])
        trouble = network.own_trouble(fetches, pl.concat([captures, *(trial.captures for trial in trials)]))
    if trouble:
        forgive(settings.data_dir / "state" / "hosts", network.hosts_of(fetches))
    return trouble


def _others(catalog: dict[str, Source], source_id: str, hosts: Iterable[str]) -> Iterator[Source]:
    """The next active sources of the catalog on hosts of their own, so that not all sources ask the same two."""
    names = list(catalog)
    start = names.index(source_id) + 1 if source_id in names else 0
    asked = set(hosts)
    for source in (catalog[name] for name in names[start:] + names[:start]):
        host = urlsplit(source.discover[0].url).hostname or "" if source.discover else ""
        if source.status == "active" and host and host not in asked and len(asked) < len(set(hosts)) + WITNESSES:
            asked.add(host)
            yield source.model_copy(update={"discover": source.discover[:1]})
