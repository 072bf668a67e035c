"""What other extractors make of pages: JSON lines {"url", "html"} on standard input, names of extractors as arguments.

Prints {extractor: [{"body", "title", "date", "author"}, one per page]}; a field that it does not give is an empty string. Authors are
parted by semicolons.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial


def by_trafilatura(html: str, url: str, favor_precision: bool = False) -> dict[str, object]:
    from trafilatura import bare_extraction

    found = bare_extraction(html, url=url, with_metadata=True, include_comments=False, favor_precision=favor_precision)
    return {"body": found.text, "title": found.title, "date": found.date, "author": found.author} if found else {}


def by_newspaper4k(html: str, url: str) -> dict[str, object]:
    from newspaper import article

    found = article(url, input_html=html, memorize_articles=False, fetch_images=False)
    return {"body": found.text, "title": found.title, "date": found.publish_date, "author": "; ".join(found.authors)}


def by_newsplease(html: str, url: str) -> dict[str, object]:
    from newsplease import NewsPlease

    found = NewsPlease.from_html(html, url=url, fetch_images=False)
    return {"body": found.maintext, "title": found.title, "date": found.date_publish}


def by_goose3(html: str, url: str) -> dict[str, object]:
    from goose3 import Goose

    found = Goose({"enable_image_fetching": False}).extract(raw_html=html)
    return {"body": found.cleaned_text, "title": found.title, "date": found.publish_date}


def by_readability(html: str, url: str) -> dict[str, object]:
    from lxml.html import document_fromstring
    from readability import Document

    found = Document(html, url=url)
    return {"body": document_fromstring(found.summary()).text_content(), "title": found.short_title()}


def by_resiliparse(html: str, url: str) -> dict[str, object]:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(html)
    return {"body": extract_plain_text(tree, main_content=True, alt_texts=False), "title": tree.title}


def by_htmldate(html: str, url: str) -> dict[str, object]:
    from htmldate import find_date

    return {"date": find_date(html, url=url, original_date=True)}


EXTRACTORS: dict[str, Callable[[str, str], dict[str, object]]] = {
    "trafilatura": by_trafilatura,
    "trafilatura (precision)": partial(by_trafilatura, favor_precision=True),
    "newspaper4k": by_newspaper4k,
    "news-please": by_newsplease,
    "goose3": by_goose3,
    "readability-lxml": by_readability,
    "resiliparse": by_resiliparse,
    "htmldate": by_htmldate,
}


def read(extractor: str, page: dict[str, str]) -> dict[str, str]:
    try:
        found = EXTRACTORS[extractor](page["html"], page["url"])
    except Exception as error:  # whatever a peer raises, it has not read the page
        print(f"{extractor} {page['url']}: {type(error).__name__}: {error}", file=sys.stderr)
        found = {}
    return {field: str(found.get(field) or "") for field in ("body", "title", "date", "author")}


if __name__ == "__main__":
    pages = [json.loads(line) for line in sys.stdin]
    with redirect_stdout(sys.stderr):
        results = {name: [read(name, page) for page in pages] for name in sys.argv[1:]}
    print(json.dumps(results))
