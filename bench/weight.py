"""P11: what a browser downloads to show the home page of the deposit, then the next page."""

import http.client
import re
from urllib.parse import urljoin, urlsplit

from lxml import html

from bench.browser import Browser
from bench.deposit import SIRET
from bench.elsewhere import LA_BONNE_ALTERNANCE_SCRIPT_KB
from bench.results import ELSEWHERE, Row
from bench.scene import Scene
from bench.web import portal

_FONT = re.compile(rb"url\(([^)]+\.woff2)\)")
HEAD = 400
"""Bytes of headers of one answer, about: they travel too."""


def measure(scene: Scene) -> list[Row]:
    """Bytes as they travel: style sheets and scripts compressed by the portal, pages as it sends them."""
    with scene.database() as url, portal(scene, url) as server:
        first = _weigh(server.port, "/", known=set())
        with Browser(server.port, number=1) as person:
            page = person.submit(person.get("/"), {"q": SIRET})
        seen = set(first)
        following = {page.path: len(page.text.encode()) + HEAD}
        for address in _parts(page.text, page.path):
            if address not in seen:
                following |= _weigh(server.port, address, known=seen)
    said = f"script seul de La bonne alternance ({ELSEWHERE})"
    total = sum(first.values()) / 1000
    ratio = total / LA_BONNE_ALTERNANCE_SCRIPT_KB
    return [
        Row(
            "P11 première vue",
            total,
            "ko",
            said,
            LA_BONNE_ALTERNANCE_SCRIPT_KB,
            ratio,
            200,
            110,
            total <= 200,
        ),
        Row.told("P11 première vue, requêtes", len(first), "requêtes"),
        Row.at_most("P11 page suivante", sum(following.values()) / 1000, "ko", 60, 25),
    ]


def _weigh(port: int, path: str, *, known: set[str]) -> dict[str, int]:
    """Path → bytes, of an address and of all that it calls for."""
    kind, body, weight = _fetch(port, path)
    found = {path: weight}
    if kind == "text/html":
        wanted = _parts(body.decode(), path)
    elif kind == "text/css":
        wanted = [urlsplit(urljoin(path, name.decode().strip("'\""))).path for name in _FONT.findall(body)]
    else:
        wanted = []
    for address in wanted:
        if address not in found and address not in known:
            found |= _weigh(port, address, known=known | set(found))
    return found


def _parts(page: str, path: str) -> list[str]:
    """Style sheets, scripts, preloaded fonts, icon and pictures of a page."""
    tree = html.fromstring(page)
    links = tree.xpath("//link[contains('stylesheet preload icon', @rel)]/@href")
    return [
        urlsplit(urljoin(path, address)).path for address in (*links, *tree.xpath("//script/@src|//img/@src"))
    ]


def _fetch(port: int, path: str) -> tuple[str, bytes, int]:
    """Media type, the content in clear, and its weight as a browser receives it."""
    weights, clear, kind = [], b"", ""
    for encodings in ("identity", "gzip, deflate, br"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path, headers={"Accept-Encoding": encodings})
        answer = connection.getresponse()
        assert answer.status == 200, f"{path}: {answer.status}"
        body = answer.read()
        connection.close()
        clear, kind = (body if encodings == "identity" else clear), answer.headers.get_content_type()
        weights.append(len(body) + HEAD)
    return kind, clear, weights[-1]
