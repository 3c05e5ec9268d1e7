"""The partner companies of a structure: added, searched, deposited for, left; and E51 to who deposited."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import current_app

from app.core import clock
from app.core.database import db
from app.core.identifiers import Siret
from app.domain.employers.mandates import Mandate, end_mandate, take_mandate
from app.domain.offers.holding import hold_offer
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import HoldCause, Offer
from app.domain.organisations.lifecycle import OrganisationStatus
from app.domain.organisations.members import as_member, remove
from app.domain.organisations.models import Organisation
from app.domain.organisations.roles import Role
from app.scheduling.runner import run_job
from tests.factories.offers import make_contact, make_establishment, make_offer
from tests.factories.structures import make_member, make_structure
from tests.support.client import CheckedClient
from tests.support.deposit import plain
from tests.support.mailbox import Mailbox
from tests.support.sign_in import by_link
from tests.support.standins import Partner

pytestmark = pytest.mark.usefixtures("db_session")
BAKERY, OTHER = "991 000 019 00018", "991 000 050 00013"
PERSON = {"siret": BAKERY, "name": "Camille Fabre", "email": "camille@levain.example", "phone": ""}


@pytest.fixture
def chamber() -> Organisation:
    return make_structure(name="CMA d’essai")


def _come(client: CheckedClient, structure: Organisation, role: Role = Role.RECRUITER) -> str:
    member = make_member(structure, role, email="dominique@cma.example")
    by_link(client, member.account, proven=False)
    return f"/espace/{structure.public_id}/partenaires"


def _mandate() -> Mandate:
    db.session.expire_all()
    return db.session.scalars(sa.select(Mandate)).one()


def test_a_company_is_added_deposited_for_and_left(client: CheckedClient, chamber: Organisation) -> None:
    address = _come(client, chamber)
    assert "Aucune entreprise" in plain(client.get(address))
    page = client.get(f"{address}/ajouter")
    own = client.submit(page, {**PERSON, "email": "autre@cma.example"})
    assert own.status_code == 422
    assert "celle de votre structure" in plain(own)
    assert "Vérifiez les chiffres" in plain(client.submit(page, {**PERSON, "siret": "99100001900019"}))
    listed = client.submit(page, PERSON)
    assert "est dans vos partenaires" in plain(listed)
    assert "1 entreprise" in plain(listed)
    need = client.submit(listed, button="Déposer une offre")
    assert "camille@levain.example" in need.text
    done = client.submit(client.submit(need, {"job": "boulanger"}), button="Publier l’offre")
    assert "En ligne" in done.text
    words = plain(client.get(f"{address}?q=Rodez"))
    assert "1, dont 1 en ligne" in words
    assert "Dominique" in words
    assert "Aucune entreprise ne correspond" in plain(client.get(f"{address}?q=Brest"))
    assert "1 entreprise" in plain(client.get(f"{address}?q={BAKERY}"))
    left = client.submit(client.get(f"{address}/{_mandate().establishment.public_id}/terminer"))
    assert "n’est plus dans vos partenaires" in plain(left)
    assert _mandate().ended_by_structure
    assert "1 entreprise" in plain(client.submit(client.get(f"{address}/ajouter"), PERSON)), "taken again"
    assert _mandate().ended_at is None


def test_a_company_that_said_no_is_said_and_isnt_taken_again(
    client: CheckedClient, chamber: Organisation
) -> None:
    address = _come(client, chamber)
    member = make_member(chamber, email="chef@cma.example")
    company = make_establishment(siret=Siret(BAKERY))
    mandate = take_mandate(chamber, company, by=as_member(member.account))
    end_mandate(mandate, by=as_member(member.account))
    db.session.commit()
    page = client.get(address)
    assert "Ne veut plus" in plain(page)
    assert "Déposer une offre" not in page.text.split("<tbody>")[1].split("</tbody>")[0]
    answer = client.submit(client.get(f"{address}/ajouter"), PERSON)
    assert "ne veut plus que votre structure dépose" in plain(answer)


def test_an_address_typed_at_random_gives_nobodys_name(
    client: CheckedClient, mailbox: Mailbox, chamber: Organisation
) -> None:
    address = _come(client, chamber)
    company = make_establishment(siret=Siret(BAKERY))
    owner = make_contact(company, email="camille@levain.example", name="Camille Vrai", phone="+33565000000")
    make_offer(OfferStatus.ONLINE, contact=owner)
    db.session.commit()
    listed = client.submit(client.get(f"{address}/ajouter"), {**PERSON, "name": "Inconnu"})
    need = client.submit(listed, button="Déposer une offre")
    assert 'value="camille@levain.example"' in need.text
    answers = {"job": "fleuriste", "name": "Inconnu"}
    done = client.submit(client.submit(need, answers), button="Publier l’offre")
    again = client.submit(done, button="Autre offre")
    for page in (need, again):
        assert "Vrai" not in page.text
        assert "65 00 00 00" not in page.text
    letter = mailbox.last(to="camille@levain.example", subject="CMA d’essai a déposé une offre pour vous")
    company_side = current_app.test_client()
    assert isinstance(company_side, CheckedClient)
    company_side.submit(company_side.get(letter.link), follow=True)
    known = client.submit(client.get(done.request.path), button="Autre offre")
    assert "Camille Vrai" in known.text, "the person has seen who deposits"


def test_readers_see_the_list_alone(client: CheckedClient, chamber: Organisation) -> None:
    address = _come(client, chamber, Role.READER)
    assert client.get(address).status_code == 200
    assert client.get(f"{address}/ajouter").status_code == 403


def test_who_deposited_is_told_of_a_check(
    client: CheckedClient, mailbox: Mailbox, chamber: Organisation
) -> None:
    member = make_member(chamber, Role.RECRUITER, email="dominique@cma.example")
    offer = make_offer(OfferStatus.ONLINE, contact=make_contact(email="camille@levain.example"))
    offer.organisation, offer.author = chamber, member.account
    hold_offer(offer, cause=HoldCause.REPORTS)
    db.session.commit()
    letter = mailbox.last(to="dominique@cma.example", subject="En vérification")
    assert "plusieurs personnes ont signalé" in letter.text
    assert f"/gestion/offres/{offer.public_id}" in letter.text
    assert "/l/" not in letter.text
    mailbox.last(to="camille@levain.example", subject="En vérification : votre offre")
    assert db.session.scalars(sa.select(Offer.status)).one() is OfferStatus.HELD


def test_who_has_left_is_told_nothing_more_and_somebody_in_charge_is(
    mailbox: Mailbox, chamber: Organisation
) -> None:
    member = make_member(chamber, Role.RECRUITER, email="parti@cma.example")
    make_member(chamber, email="responsable@cma.example")
    offer = make_offer(OfferStatus.ONLINE, contact=make_contact(email="camille@levain.example"))
    offer.organisation, offer.author = chamber, member.account
    other = make_offer(OfferStatus.ONLINE, contact=make_contact(email="dora@levain.example"))
    other.organisation, other.author = chamber, member.account
    hold_offer(other, cause=HoldCause.REPORTS)
    remove(member, by=as_member(member.account))
    hold_offer(offer, cause=HoldCause.REPORTS)
    db.session.commit()
    mailbox.deliver()
    assert [one for one in mailbox.letters if one.to == "parti@cma.example"] == []
    assert offer.public_id in mailbox.last(to="responsable@cma.example", subject="En vérification").text


def test_a_partner_keeps_its_contact_when_its_offer_is_erased_and_is_asked_for_another_without(
    client: CheckedClient,
) -> None:
    address = _come(client, make_structure(status=OrganisationStatus.TO_VERIFY))
    listed = client.submit(client.get(f"{address}/ajouter"), PERSON)
    need = client.submit(listed, button="Déposer une offre")
    client.submit(client.submit(need, {"job": "boulanger"}), button="Envoyer à l’entreprise")
    with clock.set_to(clock.now() + timedelta(days=8)):
        run_job("erase_unconfirmed", dry=False)
    assert db.session.scalars(sa.select(Offer)).all() == []
    again = client.submit(client.get(address), button="Déposer une offre")
    assert "camille@levain.example" in again.text
    _mandate().contact = None
    db.session.commit()
    asked = client.submit(client.get(address), button="Déposer une offre")
    assert asked.request.path.endswith("/deposer")
    assert 'value="99100001900018"' in asked.text


def test_a_silent_register_doesnt_stop_a_company_we_know(
    client: CheckedClient, chamber: Organisation, annuaire: Partner
) -> None:
    address = _come(client, chamber)
    make_establishment(siret=Siret(BAKERY))
    db.session.commit()
    annuaire.fails("503")
    page = client.get(f"{address}/ajouter")
    assert "registre des entreprises ne répond pas" in plain(client.submit(page, {**PERSON, "siret": OTHER}))
    assert "est dans vos partenaires" in plain(client.submit(page, PERSON))
