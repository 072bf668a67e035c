"""Selectors of class are rewritten for speed and must pick what cssselect's own do."""

from __future__ import annotations

import pytest
from lxml.cssselect import CSSSelector

from crawlers.page import Page, compiled
from crawlers.paragraphs import one_line

HTML = """<body class="kelp">
<div class="box wide"><p class="lead"><b class=" lead
 strong">a</b></p><p class="leader">b</p><p CLASS="box">c <i class="lead">d</i></p></div>
<div class="box"><div class="box"><p>e</p><p class="lead">f</p></div></div>
<p class="">g</p><p>h</p></body>"""


@pytest.mark.parametrize(
    ("selector", "count"),
    [
        (".lead", 4), (".box .lead", 4), (".box p", 5), (".box > p", 5), (".box .box", 2), (".lead, .leader", 5), ("div.box", 3),
        (".lead + .leader", 1), (".lead ~ p", 2), (".box.wide .lead", 3), ("p:not(.lead)", 5), (".box:has(.strong)", 1), (".lead:first-child", 3),
        (".kelp .absent", 0), (".kelp > .box", 2), (":is(.leader, .strong)", 2),
        ("b.lead.strong", 1), ("p.lead.strong", 0), (".box.wide.box > .lead", 1), (".lead.strong, .wide.box", 2), ("p.lead:last-child", 1),
        ("[class=lead]", 3), ("p[class='box']", 1), ("p[class=box] + p", 0), (".box.wide + .box", 1), (".lead.strong:not(.wide)", 1),
        ("i:is(.lead, .box).lead", 1), (".lead[class=lead]", 3), (".box.wide[class='box wide'] p", 3),
    ],
)  # fmt: skip
def test_a_class_is_found_as_cssselect_finds_it(selector: str, count: int) -> None:
    tree = Page(HTML, "https://paper.example/").tree
    found = compiled(f"css:{selector}")(tree)
    assert found == CSSSelector(selector, translator="html")(tree)
    assert len(found) == count


def test_one_class_is_looked_for_from_its_attribute() -> None:
    assert "/@class[" in compiled(".lead").path
    assert "div/@class[" in compiled("div.box.wide[class]").path
    assert "a/@rel[" in compiled("a[rel=next]").path


@pytest.mark.parametrize("invisible", ["\u00ad", "\u200b", "\u200c", "\u2060", "\ufeff"])
def test_what_cannot_be_seen_is_not_in_a_line(invisible: str) -> None:
    assert one_line(f" ke{invisible}lp\u00a0{invisible} é ") == "kelp é"
