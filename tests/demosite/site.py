"""The fictional web: answers any URL as the web would have at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.demosite import feeds
from tests.demosite.articles import Article
from tests.demosite.incidents import state
from tests.demosite.newsroom import Newsroom
from tests.demosite.outlets import BY_HOST, Outlet
from tests.demosite.pages import article_page, encoded, environment, render
from tests.demosite.response import Response, finish
from tests.demosite.truth import truth, write_truth

FIRST_DAY = date(2026, 3, 2)


class DemoSite:
    """All sites of one seed. Nothing depends on anything but seed, days and first day."""

    def __init__(self, seed: int = 1, days: int = 120, first_day: date = FIRST_DAY) -> None:
        self.seed, self.days, self.first_day = seed, days, first_day
        self.articles = Newsroom(seed, days, first_day).articles()
        self._of: dict[str, list[Article]] = {host: [] for host in BY_HOST}
        self._pages: dict[tuple[str, str], tuple[Article, str]] = {}
        self._bodies: dict[tuple[object, ...], bytes] = {}
        for one in self.articles:
            host = one.outlet.host
            self._of[host].append(one)
            self._pages[host, one.path] = (one, "main")
            for url in feeds.other_views(one):
                path = urlsplit(url).path
                self._pages[host, path] = (one, "amp" if path.startswith("/amp/") else path.rsplit("/", 1)[1])
            if feeds.has_old_url(one):
                self._pages[host, f"/old/{one.number}"] = (one, "old")

    def truth(self) -> dict[str, object]:
        """What the articles are, and what is planted where. Only tests read it."""
        return truth(self)

    def write_truth(self, path: Path) -> None:
        """Write ``truth()`` as JSON."""
        write_truth(self, path)

    def day_of(self, moment: date) -> int:
        """Number of a day; the first is 1."""
        return (moment - self.first_day).days + 1

    def respond(self, url: str, as_of: datetime, headers: Mapping[str, str] | None = None) -> Response:
        """Answer a GET for an absolute URL. An unknown host answers 502, as a proxy would."""
        parts = urlsplit(url)
        outlet = BY_HOST.get(parts.hostname or "")
        if outlet is None:
            return Response(
                502, {"Content-Type": "text/plain; charset=utf-8"}, b"no such host in the demo web\n"
            )
        answer = self._answer(outlet, parts.path or "/", parts.query, as_of.astimezone(UTC))
        return finish(answer, headers, outlet.gzip)

    def _answer(self, outlet: Outlet, path: str, query: str, as_of: datetime) -> Response:
        day = self.day_of(as_of.date())
        if state(outlet.source_id, day, "closed"):
            return Response(0)
        if state(outlet.source_id, day, "unavailable"):
            return self._notice(outlet, 503, "Service unavailable")
        if path == "/robots.txt":
            return Response(200, {"Content-Type": "text/plain; charset=utf-8"}, outlet.robots.encode())
        if state(outlet.source_id, day, "challenged"):
            return self._challenge()
        articles = self._of[outlet.host]
        page = int(parse_qs(query).get("page", ["1"])[0]) if query.startswith("page=") else 1
        if path == outlet.feed_path:
            if outlet.feed == "listing":
                body = partial(feeds.listing, outlet, articles, as_of, page)
                return self._html(outlet, ("listing", outlet.host, as_of, page), body)
            body = partial(feeds.feed, outlet, articles, as_of)
            return self._xml(outlet, ("feed", outlet.host, as_of), body)
        if (outlet.host, path) in self._pages:
            return self._page(*self._pages[outlet.host, path], as_of)
        if match := outlet.archive_pattern.fullmatch(path):
            month = f"{match['year']}-{match['month']}"
            body = partial(feeds.archive, outlet, articles, as_of, month, page, path)
            return self._html(outlet, ("archive", outlet.host, as_of, month, page), body)
        if path == "/":
            body = partial(feeds.listing, outlet, articles, as_of, 1)
            return self._html(outlet, ("listing", outlet.host, as_of, 1), body)
        return self._notice(outlet, 404, "Not found")

    def _page(self, article: Article, view: str, as_of: datetime) -> Response:
        outlet = article.outlet
        if not article.is_visible(as_of):
            return self._notice(outlet, 404, "Not found")
        if view == "old":
            return Response(301, {"Location": article.url, "Content-Type": "text/html"}, b"")
        if article.defect == "challenge":
            return self._challenge()
        if article.defect == "not_html":
            return Response(
                200,
                {"Content-Type": "application/pdf"},
                b"%PDF-1.4\n% fiction made for nichiro's tests\n%%EOF\n",
            )
        layout = {"amp": "amp.html", "print": "print.html", "photos": "print.html"}.get(
            view, self._layout(outlet, as_of)
        )
        key = ("page", outlet.host, article.number, layout, article.is_revised(as_of))
        changed = article.revised_at if article.is_revised(as_of) else article.appears_at
        body = partial(article_page, article, layout, as_of, self._related(article))
        answer = self._html(outlet, key, body)
        answer.headers["Last-Modified"] = f"{changed:%a, %d %b %Y %H:%M:%S} GMT"
        return answer

    def _layout(self, outlet: Outlet, as_of: datetime) -> str:
        """A redesign starts at local midnight, as the ``valid_from`` of its rules does; a breakage by UTC day."""
        if state(outlet.source_id, self.day_of(as_of.astimezone(outlet.zone).date()), "redesign"):
            return f"{outlet.source_id}.redesign.html"
        if state(outlet.source_id, self.day_of(as_of.date()), "changed_layout"):
            return f"{outlet.source_id}.changed.html"
        return f"{outlet.source_id}.html"

    def _related(self, article: Article) -> list[Article]:
        """Three articles that were there before: the same whenever the page is asked for."""
        there = [one for one in self._of[article.outlet.host] if one.appears_at < article.appears_at]
        return there[-3:]

    def _html(self, outlet: Outlet, key: tuple[object, ...], make: partial[str]) -> Response:
        charset = f"; charset={outlet.http_charset}" if outlet.http_charset else ""
        return Response(200, {"Content-Type": f"text/html{charset}"}, self._body(key, make, outlet.encoding))

    def _xml(self, outlet: Outlet, key: tuple[object, ...], make: partial[str]) -> Response:
        # Atom declares the outlet's encoding, the other layouts UTF-8.
        encoding = outlet.encoding if outlet.feed == "atom" else "utf-8"
        return Response(200, {"Content-Type": "application/xml"}, self._body(key, make, encoding))

    def _body(self, key: tuple[object, ...], make: partial[str], encoding: str) -> bytes:
        if key not in self._bodies:
            if len(self._bodies) > 20_000:
                self._bodies.clear()
            self._bodies[key] = encoded(make(), encoding)
        return self._bodies[key]

    @staticmethod
    def _notice(outlet: Outlet, status: int, notice: str) -> Response:
        body = encoded(render("notice.html", outlet, notice=notice), outlet.encoding)
        return Response(status, {"Content-Type": f"text/html; charset={outlet.encoding}"}, body)

    @staticmethod
    def _challenge() -> Response:
        body = environment().get_template("challenge.html").render().encode()
        return Response(200, {"Content-Type": "text/html; charset=utf-8"}, body)
