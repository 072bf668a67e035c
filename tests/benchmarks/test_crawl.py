"""The benchmarks of crawling and decoding measure what they say."""

from __future__ import annotations

import gzip
import urllib.request

import pytest

from benchmarks.crawl import __main__ as crawl
from benchmarks.crawl.web import HOST, Web, bodies
from benchmarks.encodings import DECLARATION, Sample, _blot


def test_the_web_answers_and_counts() -> None:
    with Web(3, "gzip") as web:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": web.url}))
        for path in ("/robots.txt", "/a/1.html", "/a/1.html"):
            answer = opener.open(HOST + path, timeout=10).read()
        assert gzip.decompress(answer) == bodies()[1]
        counts = web.counts()
        assert (counts.articles, counts.asked) == (1, 3)
        assert counts.first > 0
        assert web.counts().asked == 0, "counted anew after each look"


@pytest.mark.slow
def test_a_crawl_keeps_every_page_and_a_lost_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with Web(30, "identity") as web:
        crawled = crawl.ours(web, 30)
        assert crawled.lost == 0
        assert crawled.rate > 0
        monkeypatch.setattr(crawl, "bodies", lambda: [b"other"] * 100)
        assert crawl.ours(web, 30).lost == 30
        assert crawl.bare(web, 30).lost == 0


def test_a_text_is_that_of_the_true_encoding() -> None:
    sample = Sample("SHIFT_JIS/fiction.html", "cp932", '<meta charset="shift_jis">波〜'.encode("cp932", "replace"))
    assert sample.is_read(sample.body.decode("cp932"))
    assert not sample.is_read(sample.body.decode("cp1252", "replace"))
    blotted = DECLARATION.sub(_blot, sample.body)
    assert b"shift_jis" not in blotted
    assert len(blotted) == len(sample.body)
