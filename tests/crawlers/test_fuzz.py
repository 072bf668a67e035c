"""Pages cut off, overwritten and in a wrong encoding: no crash, nothing that takes long, exactly one fate each."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers.extract import Extracted, Rejected, extract, extract_file
from tests.crawlers.test_extract import source
from warehouse.columns import QUARANTINE_REASONS

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
URL = "https://paper.example/2026/05/03/kelp"
LD = json.dumps({"@type": "NewsArticle", "headline": "昆布 &amp; Kelp", "datePublished": "2026-05-03T14:30:00+09:00"}, ensure_ascii=False)
TEXT = "".join(f"<p class=x>Морская капуста, 昆布が港に戻った。 Kelp is back in bay {number}. <a href=/{number}>More</a></p>" for number in range(8))
PAGE = (
    f'<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>昆布 & Kelp | 港日報</title>'
    f'<script type="application/ld+json">{LD}</script></head><body><h1>昆布 &amp; Kelp</h1><p class=date>令和8年5月3日</p>'
    f'<div class=body>{TEXT}<table><tr><td>1<br>2</table><ul><li>a<li>b</ul></div><footer>© 2026</footer></body></html>'
)  # fmt: skip
DEBRIS = [
    b"<", b">", b"</", b"&#", b"&#x110000;", b"\0", b"\xff\xfe", b"<!--", b"<![CDATA[", b"<svg>", b"<script>", b"<div>" * 400, b"</div>" * 9,
    b'lang="', b"\x1b$B", "年月日".encode(), b"9999-99-99", b'"@graph":[', b"\xed\xa0\x80", b"<?xml version='1.0' encoding='x'?>", b"\xe3\x80",
]  # fmt: skip
SECONDS = 2


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    page = PAGE.encode(draw(st.sampled_from(["utf-8", "shift_jis", "euc_jp", "cp1251", "utf-16"])), "replace")
    for place, debris in draw(st.lists(st.tuples(st.floats(0, 1), st.sampled_from(DEBRIS)), max_size=6)):
        at = int(place * len(page))
        page = page[:at] + debris + page[at + draw(st.integers(0, 40)) :]
    return page[: draw(st.integers(0, len(page)))] if draw(st.booleans()) else page


@settings(max_examples=60, deadline=SECONDS * 1000, suppress_health_check=[HealthCheck.too_slow])
@given(broken(), st.sampled_from([None, "utf-8", "shift_jis", "x-nonsense"]), st.booleans())
def test_every_page_has_one_fate(page: bytes, charset: str | None, is_ruled: bool) -> None:
    found = extract(page, URL, AT, source() if is_ruled else None, charset)
    if isinstance(found, Extracted):
        assert found.headline and found.body and found.published.instant_utc <= datetime(2026, 5, 6, tzinfo=UTC)
    else:
        assert isinstance(found, Rejected) and found.reason in QUARANTINE_REASONS
    assert extract_file(page, URL, AT)["quarantine_reason"] in {None, *QUARANTINE_REASONS}
