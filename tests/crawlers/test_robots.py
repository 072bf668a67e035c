"""Real robots.txt files: each is read without a crash, and a denial names a line that denies."""

from __future__ import annotations

import pytest
from protego import Protego

from crawlers.middleware import ROBOTS_TOKEN, declared_rest, denying_rule
from nichiro.settings import PROJECT

FILES = PROJECT.parent / "shared" / "data" / "robots"
ENOUGH = 3  # paths of each file


def paths_of(text: str) -> list[str]:
    rules = [line.partition(":")[2].partition("#")[0].strip() for line in text.splitlines() if line.lower().startswith("disallow:")]
    return [path for path in rules if path.startswith("/") and not set(path) & set("*$")][:ENOUGH]


@pytest.mark.skipif(not FILES.is_dir(), reason=f"{FILES} is not there")
def test_robots_of_real_sites() -> None:
    files = sorted(FILES.iterdir())
    denied = allowed = 0
    for path in files:
        text = path.read_bytes().decode("utf-8-sig", "replace")
        rules = Protego.parse(text)
        assert declared_rest(rules) >= 0, path.name
        for place in paths_of(text):
            url = f"http://site.example{place}"
            if rules.can_fetch(url, ROBOTS_TOKEN):
                allowed += 1
                continue
            denied += 1
            line = denying_rule(text, url)
            assert line in {line.strip() for line in text.splitlines()}, path.name
            assert not Protego.parse(f"User-agent: *\n{line}").can_fetch(url, ROBOTS_TOKEN), path.name
    assert denied and allowed
    assert len(files) > 100


def test_the_rule_comes_from_our_own_group() -> None:
    text = "User-agent: other\nDisallow: /letters/all\n\nUser-agent: a\nUser-agent: *\nDisallow: /letters\nAllow: /x\n"
    assert denying_rule(text, "http://site.example/letters/all/1") == "Disallow: /letters"
    ours = f"{text}\nUser-agent: Nichiro\nDisallow: /le\n"
    assert denying_rule(ours, "http://site.example/letters/all/1") == "Disallow: /le"
