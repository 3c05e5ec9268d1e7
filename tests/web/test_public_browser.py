"""Public pages in a real browser: security policy, script off, paper, accessibility."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.factories.offers import given, make_offer, make_offers
from tests.support.accessibility import CONTRAST_RULES, axe_violations, codesniffer_errors
from tests.support.browser import PageMaker, opened

pytestmark = pytest.mark.browser

LONG_TITLE = "Conducteur ou conductrice de machines de transformation et de conditionnement "
PATHS = (
    "/offres",
    "/offres/{}",
    "/offres/{}/affiche",
    "/flux",
    "/donnees-personnelles",
    "/aide",
    "/accessibilite",
)


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The application behind a real port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def offer_id(app: Flask) -> str:
    """An offer with every optional part."""
    with given(app):
        make_offers(3)
        offer = make_offer(
            about_company="Au four depuis 1921.", rhythm="Une semaine sur deux", duration_months=24
        )
        return offer.public_id


def test_the_content_policy_lets_structured_data_be(page: Page, site: str, offer_id: str) -> None:
    # The page fixture fails the test on any refusal of the policy and on any request to someone else.
    page.goto(f"{site}/offres/{offer_id}")
    assert page.locator("script[type='application/ld+json']").count() == 1
    assert page.context.cookies() == []


def test_without_script_an_offer_is_found_and_read(page_nojs: Page, site: str, offer_id: str) -> None:
    page_nojs.goto(f"{site}/offres")
    page_nojs.locator("article a").first.click()
    assert page_nojs.url.endswith(f"/offres/{offer_id}")
    page_nojs.get_by_text("Texte prêt à envoyer").click()
    page_nojs.get_by_role("link", name="Imprimer l’affiche").click()
    assert page_nojs.locator(".da-sheet__qr img").is_visible()


@pytest.mark.parametrize("path", PATHS)
def test_no_page_overflows_a_small_screen_nor_breaks_a_rule(
    page: Page, site: str, offer_id: str, path: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(site + path.format(offer_id))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert axe_violations(page) == []
    assert codesniffer_errors(page) == []


def test_contrast_holds_in_the_dark(new_page: PageMaker, site: str, offer_id: str) -> None:
    page = new_page(color_scheme="dark")
    for path in ("/offres", "/offres/{}", "/flux"):
        page.goto(site + path.format(offer_id))
        assert axe_violations(page, only=CONTRAST_RULES) == []


@pytest.mark.parametrize("name", ["a4", "a5", "bandes"])
@pytest.mark.parametrize("length", [20, 34, 64, 160])
def test_a_poster_holds_on_one_sheet_of_paper(
    app: Flask, browser: Browser, site: str, name: str, length: int
) -> None:
    title = (LONG_TITLE * 3)[:length].strip()
    with given(app):
        offer = make_offer(title=title, brand=("Société des producteurs réunis " * 4)[: max(30, length - 40)],
                           description="Vous apprenez le métier au fournil. " * 20)  # fmt: skip
        public_id = offer.public_id
    with opened(browser, viewport={"width": 794, "height": 1123}) as page:
        page.goto(f"{site}/offres/{public_id}/affiche?format={name}")
        page.emulate_media(media="print")
        tall, room = page.evaluate(
            "(() => { const sheet = document.querySelector('.da-sheet');"
            " return [sheet.scrollHeight, sheet.clientHeight] })()"
        )
        assert tall <= room + 1
        assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
