"""Criterion 24. Titles, headings, short help, buttons that are verbs, a whole footer, errors in words."""

import re
from collections import defaultdict

import lxml.html
import pytest
from flask import Flask
from lxml.html import HtmlElement
from playwright.sync_api import Browser

from app.web import errors
from tests.browser.catalogue import Catalogue, State, show
from tests.support.browser import opened
from tests.support.client import CheckedClient

ERRORS = (400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503)
FOOTER = {
    "/plan-du-site": "Plan du site",
    "/accessibilite": "Accessibilité : non conforme",
    "/mentions-legales": "Mentions légales",
    "/donnees-personnelles": "Données personnelles",
    "/cookies": "Gestion des cookies",
    "/conditions-generales": "Conditions générales",
}
# A button says what it does, in the infinitive; a few say who answers, or that one goes on.
_VERB = re.compile(r"^(?:Ne plus |Je |Me |Se |S’|N’)?[A-ZÉÀÔa-zéàôçèêî]+(?:er|ir|re)\b")
NOT_VERBS = {"Ce n’est pas moi", "Je recrute pour mon organisme"}
# Short forms that everybody reads, or that a page spells out.
KNOWN = {
    "SIRET", "SIREN", "OPCO", "CAP", "CFA", "NAF", "ROME", "SMIC", "SMS", "QR", "JSON", "RSS", "HTML", "CSS",
    "SVG", "RGAA", "APEC", "EP", "CNIL", "CSV", "ICS", "PDF", "URL", "API", "HTTP", "UTF", "SIC", "DA", "OK",
    "FAQ",
}  # fmt: skip


def ordinary(catalogue: Catalogue) -> list[State]:
    """The states that people meet; the gallery of components is for developers."""
    return [state for state in catalogue.states.values() if not state.template.startswith("gallery/")]


def read(state: State) -> HtmlElement:
    return lxml.html.document_fromstring(state.html)


def words(element: HtmlElement) -> str:
    return " ".join(str(element.text_content()).replace("\u00a0", " ").replace("\u202f", " ").split())


def test_criterion_24_every_page_has_a_title_of_its_own(catalogue: Catalogue) -> None:
    titles: dict[str, set[str]] = defaultdict(set)
    for state in ordinary(catalogue):
        if state.status < 400:
            titles[words(read(state).find(".//title"))].add(state.template)
    shared = {title: names for title, names in titles.items() if len(names) > 1}
    assert shared == {}


def test_criterion_24_every_page_has_one_main_heading(catalogue: Catalogue) -> None:
    assert [state.name for state in ordinary(catalogue) if len(read(state).findall(".//h1")) != 1] == []


def test_criterion_24_help_is_short(catalogue: Catalogue, record_property: pytest.FixtureRequest) -> None:
    lengths: list[int] = []
    for text in {
        words(hint)
        for state in ordinary(catalogue)
        for hint in read(state).xpath(
            "//*[contains(@class, 'fr-hint-text') or contains(@class, 'fr-text--lead')]"
        )
    }:
        sentences = [one for one in re.split(r"(?<=[.!?])\s+(?=[A-ZÀÉ«])", text) if len(one.split()) > 1]
        lengths += [len(one.split()) for one in sentences]
    average = sum(lengths) / len(lengths)
    record_property("mots par phrase d’aide", round(average, 1))  # type: ignore[operator]  # pytest's own
    assert len(lengths) > 60 and average <= 20, average
    assert max(lengths) <= 35


def test_criterion_24_buttons_begin_with_a_verb(catalogue: Catalogue) -> None:
    labels = {
        words(button)
        for state in ordinary(catalogue)
        for button in read(state).xpath("//main//button | //main//a[contains(@class, 'fr-btn')]")
    }
    assert len(labels) > 40
    assert sorted(one for one in labels if not _VERB.match(one) and one not in NOT_VERBS) == []


def test_criterion_24_the_footer_is_whole_on_every_page(catalogue: Catalogue) -> None:
    for state in ordinary(catalogue):
        if state.template in {"public/poster.html", "deposit/frame.html"}:
            continue  # a sheet of paper, a form in somebody else's page
        links = {
            link.get("href"): words(link) for link in read(state).xpath("//footer//a") if link.get("href")
        }
        assert FOOTER.items() <= links.items(), (state.name, FOOTER.items() - links.items())


def test_criterion_24_no_unknown_acronym_in_what_is_asked(catalogue: Catalogue) -> None:
    asked = {
        re.sub("«[^»]*»", "", words(text))
        for state in ordinary(catalogue)
        for text in read(state).xpath(
            "//main//legend | //main//button | //form//*[contains(@class, 'fr-hint')]"
        )
    }
    # Choices hold names in capitals, as the registers give them.
    sentences = {text for text in asked if text != text.upper() and "SIRET 9" not in text.replace(" ", "")}
    unknown = {short for text in sentences for short in re.findall(r"\b[A-ZÉ]{2,6}\b", text)} - KNOWN
    assert {one: [text for text in sentences if one in text][:1] for one in unknown} == {}


@pytest.mark.parametrize("status", ERRORS)
def test_criterion_24_each_error_has_its_page_in_words(catalogue: Catalogue, status: int) -> None:
    assert status in errors.PAGES
    state = catalogue.states[f"erreur / {status}"]
    assert state.status == status
    page = words(read(state).find(".//main"))
    assert not re.search(r"\b(?:Traceback|Exception|Error|Internal|Not Found|Forbidden)\b", page)
    assert str(status) not in page, "a number helps nobody"
    assert "Aller à l’accueil" in page or "Recharger" in page or "Revenir" in page, page


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False], ids=["avec script", "sans script"])
def test_criterion_24_error_pages_lead_back_with_and_without_script(
    browser: Browser, static_site: str, catalogue: Catalogue, script: bool
) -> None:
    with opened(browser, java_script_enabled=script) as page:
        for status in ERRORS:
            show(page, static_site, catalogue.states[f"erreur / {status}"])
            assert page.locator("h1").is_visible()
            home = page.get_by_role("link", name="Aller à l’accueil")
            assert home.count() == 0 or home.first.is_visible(), status
            assert page.get_by_role("link", name="Contact", exact=True).is_visible(), status


def test_criterion_24_errors_are_answered_by_the_real_application(client: CheckedClient, app: Flask) -> None:
    assert client.get("/n-existe-pas").status_code == 404
    assert client.post("/offres").status_code == 405
    assert client.post("/lien-perdu", data={"email": "a@b.fr"}).status_code == 400
    assert client.post("/lien-perdu", data={"email": "x" * 2_000_000}).status_code == 413
