"""Criterion 15. A poster in two clicks, its code read back from the picture, a text that fits one SMS."""

from urllib.parse import unquote

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.factories.offers import given, make_offer
from tests.support import qr
from tests.support.browser import PageMaker
from tests.support.deposit import ANSWERS, BAKERY
from tests.support.mailbox import Mailbox
from tests.support.png import grey_rows, modules

pytestmark = pytest.mark.browser


@pytest.fixture
def online(page: Page, site: str, mailbox: Mailbox) -> Page:
    """The page that follows a confirmation, after a real deposit."""
    page.goto(site)
    page.get_by_label("SIRET").fill(BAKERY)
    page.get_by_role("button", name="Déposer mon offre").click()
    page.get_by_label("Métier proposé").fill(ANSWERS["job"])
    page.get_by_label("Votre nom").fill(ANSWERS["name"])
    page.get_by_label("Votre adresse e-mail").fill(ANSWERS["email"])
    page.get_by_role("button", name="Vérifier mon offre").click()
    page.get_by_role("button", name="Publier mon offre").click()
    page.goto(site + mailbox.last(to=ANSWERS["email"], subject="confirme").link)
    page.get_by_role("button", name="Confirmer et mettre en ligne").click()
    assert "en ligne jusqu’au" in page.locator("h1").inner_text()
    return page


def test_criterion_15_a_printable_a4_in_two_clicks(online: Page) -> None:
    online.get_by_role("link", name="Imprimer l’affiche").click()  # click 1
    printing = online.get_by_role("button", name="Imprimer")
    printing.wait_for()
    online.evaluate("() => { window.printed = 0; window.print = () => { window.printed += 1 } }")
    printing.click()  # click 2
    assert online.evaluate("window.printed") == 1
    online.emulate_media(media="print")
    assert online.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1


@pytest.mark.parametrize("grey", [False, True], ids=["en couleur", "en gris"])
def test_criterion_15_the_code_leads_to_the_offer(
    app: Flask, new_page: PageMaker, site: str, grey: bool
) -> None:
    with given(app):
        offer = make_offer()
        path, code = f"/offres/{offer.public_id}", offer.short_code
    page = new_page(viewport={"width": 1280, "height": 1000}, device_scale_factor=2)
    page.goto(f"{site}{path}/affiche")
    if grey:
        page.evaluate("document.documentElement.style.filter = 'grayscale(1)'")
    picture = page.locator(".da-sheet__qr img").first.screenshot()
    read = qr.decode(modules(grey_rows(picture)))
    # In capitals, which make a sparser code; the address itself takes them either way.
    assert read.casefold() == f"http://127.0.0.1:5000/o/{code}".casefold()
    page.goto(site + "/o/" + read.rpartition("/")[2])
    assert page.url == site + path
    page.goto(f"{site}{path}/affiche")
    assert f"/o/{code}" in page.locator(".da-sheet").first.inner_text().replace("\n", "").replace(" ", "")


def test_criterion_15_the_text_fits_in_one_sms(online: Page) -> None:
    link = str(online.get_by_role("link", name="Envoyer par SMS").get_attribute("href"))
    text = unquote(link.partition("body=")[2])
    assert link.startswith("sms:") and len(text) <= 160
    assert "/o/" in text and "apprentissage" in text
