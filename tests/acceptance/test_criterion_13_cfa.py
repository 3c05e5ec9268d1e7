"""Criterion 13. A CFA answers from the e-mail in two screens, and opts out in one confirmation."""

import pytest
from flask import Flask
from playwright.sync_api import Page

from app.core.database import db
from app.domain.accounts.models import Purpose
from app.domain.offers.models import Offer
from tests.factories.offers import given, make_offer
from tests.factories.training import make_cfa
from tests.support.browser import PageMaker
from tests.support.cfa_scene import link
from tests.support.mailbox import Mailbox

pytestmark = pytest.mark.browser
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["avec script", "sans script"])


@pytest.fixture
def management(app: Flask) -> tuple[str, str]:
    """An offer near two CFAs: the path of its management link, and its own address."""
    with given(app):
        for name in ("CFA du pain de Rodez", "CFA du pain de Decazeville"):
            make_cfa(name=name, emails=(f"{name.split()[-1].lower()}@cfa.example",))
        public_id = make_offer().public_id
    with app.app_context():
        contact = db.session.query(Offer).filter_by(public_id=public_id).one().contact
        path = link(Purpose.MANAGEMENT, "contact", contact.id, contact.email, public_id)
    return path, f"/gestion/offres/{public_id}"


def ask(page: Page, site: str, management: tuple[str, str], *, script: bool) -> None:
    """The employer writes to both CFAs."""
    page.goto(site + management[0])
    page.get_by_role("button", name="Ouvrir").click()
    page.get_by_role("link", name="Demander des candidats aux CFA proches").click()
    for box in page.get_by_role("checkbox", name="CFA du pain").all():
        assert not box.is_checked()
        box.check(force=True)
    page.get_by_role("button", name="Envoyer à 2 CFA" if script else "Envoyer la demande").click()
    assert "2 CFA contactés, aucun n’a répondu" in _words(page)


def _words(page: Page) -> str:
    return " ".join(page.locator("main").inner_text().replace("\u00a0", " ").split())


@SCRIPT
def test_criterion_13_a_cfa_answers_in_two_screens(
    new_page: PageMaker, site: str, mailbox: Mailbox, management: tuple[str, str], script: bool
) -> None:
    employer = new_page(java_script_enabled=script)
    ask(employer, site, management, script=script)
    cfa = new_page(java_script_enabled=script)
    letter = mailbox.last(to="rodez@cfa.example", subject="recrute : boulanger à Rodez")
    cfa.goto(site + letter.link)
    cfa.get_by_role("button", name="Voir l’offre et répondre").click()
    # Screen 1
    assert "recrute" in cfa.locator("h1").inner_text()
    cfa.get_by_label("Je propose des candidats").check(force=True)
    cfa.get_by_role("button", name="Continuer").click()
    # Screen 2
    person = cfa.get_by_role("group", name="Personne 1")
    person.get_by_label("Prénom").fill("Léa")
    person.get_by_label("Adresse e-mail").fill("lea@exemple.example")
    person.get_by_label("Cette personne m’a donné son accord").check(force=True)
    cfa.get_by_role("button", name="Envoyer ma réponse").click()
    assert "Réponse transmise à" in cfa.locator("h1").inner_text()
    assert "Léa reçoit un message pour confirmer." in _words(cfa)
    employer.goto(site + management[1])
    assert "2 CFA contactés, 1 a répondu" in _words(employer)
    assert "1 candidat proposé, accord en attente" in _words(employer)
    assert "Léa" not in _words(employer)
    person_page = new_page(java_script_enabled=script)
    person_page.goto(site + mailbox.last(to="lea@exemple.example").link)
    person_page.get_by_role("button", name="Voir la proposition").click()
    person_page.get_by_label("J’accepte").check(force=True)
    person_page.get_by_role("button", name="Envoyer ma réponse").click()
    employer.goto(site + management[1])
    assert "Léa : lea@exemple.example" in _words(employer)


@SCRIPT
def test_criterion_13_a_cfa_without_candidates_says_so_in_one_screen(
    new_page: PageMaker, site: str, mailbox: Mailbox, management: tuple[str, str], script: bool
) -> None:
    ask(new_page(java_script_enabled=script), site, management, script=script)
    cfa = new_page(java_script_enabled=script)
    cfa.goto(site + mailbox.last(to="decazeville@cfa.example").link)
    cfa.get_by_role("button", name="Voir l’offre et répondre").click()
    cfa.get_by_label("Je n’ai pas de candidat").check(force=True)
    cfa.get_by_role("button", name="Envoyer ma réponse" if script else "Continuer").click()
    assert "Réponse transmise à" in cfa.locator("h1").inner_text()


@SCRIPT
def test_criterion_13_a_cfa_opts_out_for_good_in_one_confirmation(
    app: Flask, new_page: PageMaker, site: str, mailbox: Mailbox, management: tuple[str, str], script: bool
) -> None:
    ask(new_page(java_script_enabled=script), site, management, script=script)
    cfa = new_page(java_script_enabled=script)
    cfa.goto(site + mailbox.last(to="rodez@cfa.example").link)
    cfa.get_by_role("button", name="Voir l’offre et répondre").click()
    cfa.get_by_role("link", name="Ne plus recevoir ces demandes").click()
    assert "Ne plus recevoir de demandes pour CFA du pain de Rodez" in cfa.locator("h1").inner_text()
    cfa.get_by_role("button", name="Confirmer l’arrêt").click()
    assert "ne recevra plus de demandes" in cfa.locator("h1").inner_text()
    with given(app):
        other = make_offer()
        contact, public_id = other.contact, other.public_id
        path = link(Purpose.MANAGEMENT, "contact", contact.id, contact.email, public_id)
    employer = new_page(java_script_enabled=script)
    employer.goto(site + path)
    employer.get_by_role("button", name="Ouvrir").click()
    employer.goto(f"{site}/gestion/offres/{public_id}/cfa")
    assert "CFA du pain de Decazeville" in _words(employer)
    assert "CFA du pain de Rodez" not in _words(employer)
