"""The browser is a small French phone that talks to this machine only, and both engines see what is wrong."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from pytest_httpserver import HTTPServer

from tests.support.accessibility import (
    CONTRAST_RULES,
    axe_incomplete,
    axe_violations,
    codesniffer_errors,
    codesniffer_warnings,
)
from tests.support.browser import PageMaker, opened

pytestmark = pytest.mark.browser

CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"
GOOD = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Essai</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><script src="/app.js"></script></head>
<body><main><h1>Essai</h1><p id="etat">sans script</p>
<form action="/"><p><label for="nom">Nom</label> <input id="nom" name="nom"></p>
<p><button type="submit">Envoyer</button></p></form></main></body></html>"""
BAD = GOOD.replace('<label for="nom">Nom</label>', "Nom").replace("<h1>", '<img src="data:,"><h1>')
PALE = GOOD.replace("</head>", '<link rel="stylesheet" href="/pale.css"></head>')


@pytest.fixture
def site(httpserver: HTTPServer) -> Iterator[str]:
    script = "addEventListener('DOMContentLoaded', () => { etat.textContent = 'avec script' })"
    for path, body in {"/": GOOD, "/faux": BAD, "/pale": PALE}.items():
        httpserver.expect_request(path).respond_with_data(
            body, content_type="text/html", headers={"Content-Security-Policy": CSP}
        )
    httpserver.expect_request("/app.js").respond_with_data(script, content_type="text/javascript")
    httpserver.expect_request("/pale.css").respond_with_data("p{color:#ccc}", content_type="text/css")
    httpserver.expect_request("/favicon.ico").respond_with_data(b"", content_type="image/png")
    yield httpserver.url_for("").rstrip("/")


def test_it_is_a_small_french_phone(page: Page, site: str) -> None:
    page.goto(site)
    assert page.evaluate("[innerWidth, innerHeight, navigator.language]") == [360, 800, "fr-FR"]
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Europe/Paris"
    assert page.locator("#etat").inner_text() == "avec script"


def test_without_script_none_runs(page_nojs: Page, site: str) -> None:
    page_nojs.goto(site)
    assert page_nojs.locator("#etat").inner_text() == "sans script"
    page_nojs.get_by_label("Nom").fill("Zoé")
    page_nojs.get_by_role("button", name="Envoyer").click()
    assert page_nojs.url.endswith("?nom=Zo%C3%A9")


def test_a_page_may_be_of_another_size(new_page: PageMaker, site: str) -> None:
    page = new_page(viewport={"width": 320, "height": 256}, color_scheme="dark")
    page.goto(site)
    assert page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]") == [320, True]


def test_a_request_to_someone_else_fails_the_test(browser: Browser, httpserver: HTTPServer) -> None:
    body = '<!doctype html><title>x</title><img alt="" src="http://tiers.example/pixel.gif">'
    httpserver.expect_request("/").respond_with_data(body, content_type="text/html")
    with pytest.raises(AssertionError, match="requête vers un tiers"), opened(browser) as page:
        page.goto(httpserver.url_for("/"))


@pytest.mark.parametrize("body", ["<script>x = 1</script>", "<p style='color:red'>x</p>"])
def test_what_the_security_policy_refuses_fails_the_test(
    browser: Browser, httpserver: HTTPServer, body: str
) -> None:
    httpserver.expect_request("/").respond_with_data(
        f"<!doctype html><title>x</title>{body}",
        content_type="text/html",
        headers={"Content-Security-Policy": CSP},
    )
    with pytest.raises(AssertionError, match="Content Security Policy"), opened(browser) as page:
        page.goto(httpserver.url_for("/"))


def test_a_script_error_fails_the_test(browser: Browser, httpserver: HTTPServer) -> None:
    body = "<!doctype html><title>x</title><script>nulle.part()</script>"
    httpserver.expect_request("/").respond_with_data(body, content_type="text/html")
    with pytest.raises(AssertionError, match="nulle is not defined"), opened(browser) as page:
        page.goto(httpserver.url_for("/"))


def test_both_engines_let_a_good_page_pass(page: Page, site: str) -> None:
    page.goto(site)
    assert axe_violations(page) == []
    assert axe_incomplete(page) == []
    assert codesniffer_errors(page) == []
    assert isinstance(codesniffer_warnings(page), list)


def test_both_engines_see_a_field_without_label_and_an_image_without_text(page: Page, site: str) -> None:
    page.goto(f"{site}/faux")
    axe = " ".join(axe_violations(page))
    assert "label (critical)" in axe and "image-alt (critical)" in axe
    sniffed = " ".join(codesniffer_errors(page))
    assert "1_1_1.H37" in sniffed and "1_3_1.F68" in sniffed


def test_contrast_alone_can_be_asked_for(page: Page, site: str) -> None:
    page.goto(f"{site}/pale")
    found = axe_violations(page, only=CONTRAST_RULES)
    assert found and all(said.startswith("color-contrast") for said in found)
    page.goto(f"{site}/faux")
    assert axe_violations(page, only=CONTRAST_RULES) == []
