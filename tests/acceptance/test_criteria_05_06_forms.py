"""Criteria 5 and 6. Forms that answer, and a check page from which everything can be changed."""

import re

import lxml.html
import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.core.database import db
from app.domain.offers.models import Offer
from tests.browser.catalogue import Catalogue, State, show
from tests.factories.offers import given
from tests.support.browser import PageMaker, opened
from tests.support.client import CheckedClient
from tests.support.deposit import ANSWERS, BAKERY, plain, to_check

# Confirmations and searches: nothing is missing in them when nothing is typed.
_FOCUS = "element => document.activeElement === element || element.contains(document.activeElement)"


def with_summary(catalogue: Catalogue) -> list[State]:
    """Refused forms, one a template."""
    kept: dict[str, State] = {}
    for state in catalogue.states.values():
        if state.status == 422 and 'id="erreurs"' in state.html and not state.template.startswith("errors/"):
            kept.setdefault(state.template, state)
    return list(kept.values())


def test_criterion_05_no_button_is_dead_at_load(catalogue: Catalogue) -> None:
    dead = [
        f"{state.name} : {button.text_content()}"
        for state in catalogue.states.values()
        for button in lxml.html.document_fromstring(state.html).xpath("//form//button | //form//input")
        if button.get("disabled") is not None or button.get("aria-disabled") == "true"
    ]
    assert dead == []


def test_criterion_05_an_empty_submit_answers_422_and_says_so_in_the_title(catalogue: Catalogue) -> None:
    refused = with_summary(catalogue)
    assert len(refused) >= 18, [state.template for state in refused]
    for state in refused:
        page = lxml.html.document_fromstring(state.html)
        assert page.findtext(".//title").startswith("Erreur – "), state.name
        links = page.xpath("//*[@id='erreurs']//a/@href")
        assert links and all(page.xpath(f"//*[@id='{link[1:]}']") for link in links), state.name
        count = int(re.search(r"\d+", page.xpath("//*[@id='erreurs']/h2")[0].text_content())[0])  # type: ignore[index]
        assert count == len(page.xpath("//*[@id='erreurs']//li")), state.name


@pytest.mark.browser
def test_criterion_05_the_summary_has_the_focus_and_each_link_its_field(
    browser: Browser, static_site: str, catalogue: Catalogue
) -> None:
    with opened(browser) as page:
        for state in with_summary(catalogue):
            show(page, static_site, state)
            assert page.evaluate("document.activeElement.id") == "erreurs", state.name
            _follow_each(page, state)


@pytest.mark.browser
def test_criterion_05_links_reach_their_field_without_script(
    browser: Browser, static_site: str, catalogue: Catalogue
) -> None:
    # Without script the page can't be asked where its focus is: what is typed next tells it.
    with opened(browser, java_script_enabled=False) as page:
        for state in with_summary(catalogue)[:6]:
            show(page, static_site, state)
            anchor = page.locator("#erreurs a").first.get_attribute("href")
            page.locator("#erreurs a").first.click()
            assert page.url.endswith(str(anchor)), state.name
            assert page.locator(str(anchor)).is_visible(), state.name


def _follow_each(page: Page, state: State) -> None:
    for rank in range(page.locator("#erreurs a").count()):
        link = page.locator("#erreurs a").nth(rank)
        target = page.locator(f"[id='{str(link.get_attribute('href'))[1:]}']")
        link.click()
        assert target.evaluate(_FOCUS), f"{state.name} : {link.inner_text()}"
        assert target.is_visible(), f"{state.name} : {link.inner_text()}"


EDITS = {
    "le métier": ("Métier proposé", "Coiffeur / Coiffeuse", "Coiffeur ou coiffeuse"),
    "votre nom": ("Votre nom", "Zoé Noël", "Zoé Noël"),
    "l’enseigne": ("Enseigne", "Chez Zoé", "Chez Zoé"),
}


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False], ids=["avec script", "sans script"])
@pytest.mark.parametrize("name", EDITS)
def test_criterion_06_an_edit_comes_back_to_the_check_page_with_the_rest(
    new_page: PageMaker, site: str, name: str, script: bool
) -> None:
    label, typed, shown = EDITS[name]
    page = new_page(java_script_enabled=script)
    _to_check(page, site)
    page.get_by_role("link", name=f"Modifier {name}").click()
    page.get_by_label(label).fill(typed)
    page.get_by_role("button", name=re.compile("Vérifier mon offre|Enregistrer l’")).last.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Vérifiez et publiez"
    words = " ".join(page.locator("main").inner_text().split())
    for expected in (shown, "Équipe de quatre", "05 65 00 00 00", ANSWERS["email"]):
        assert expected in words, expected


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False], ids=["avec script", "sans script"])
def test_criterion_06_a_double_click_makes_one_offer(
    app: Flask, new_page: PageMaker, site: str, script: bool
) -> None:
    page = new_page(java_script_enabled=script)
    _to_check(page, site)
    page.get_by_role("button", name="Publier mon offre").dblclick(delay=5)
    # Sans script, le second clic interrompt la première navigation : on attend la page, non sa navigation.
    expect(page.locator("h1")).to_contain_text(re.compile(r"Encore\sune\sétape"))
    assert page.url.endswith("/confirmation")
    with given(app):
        assert db.session.scalar(sa.select(sa.func.count(Offer.id))) == 1


def test_criterion_06_every_answer_and_the_advert_can_be_changed(client: CheckedClient) -> None:
    words = plain(to_check(client))
    for name in (
        "le métier", "le diplôme préparé", "le début du contrat", "les mots sur le poste", "votre nom",
        "votre adresse e-mail", "votre téléphone", "l’enseigne", "l’adresse du poste", "l’OPCO", "l’annonce",
    ):  # fmt: skip
        assert f"Modifier {name}" in words, name


def _to_check(page: Page, site: str) -> None:
    page.goto(site)
    page.get_by_label("SIRET").fill(BAKERY)
    page.get_by_role("button", name="Déposer mon offre").click()
    page.get_by_label("Métier proposé").fill(ANSWERS["job"])
    page.get_by_label("Quelques mots").fill("Équipe de quatre")
    page.get_by_label("Votre nom").fill(ANSWERS["name"])
    page.get_by_label("Votre adresse e-mail").fill(ANSWERS["email"])
    page.get_by_label("Votre téléphone").fill("05 65 00 00 00")
    page.get_by_role("button", name="Vérifier mon offre").click()
