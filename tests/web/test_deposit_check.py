"""Screen 3: every answer has its « Modifier », the offer is published once, duplicates are told with tact."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.database import db
from app.core.identifiers import Siret
from app.domain.diffusion.registry import turn
from app.domain.employers.models import Verification
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Draft, Offer
from app.domain.opco.determination import current_match
from app.domain.opco.models import Source
from app.outbox.models import OutboxMessage
from tests.factories.offers import given, make_establishment, make_offer
from tests.support.client import CheckedClient
from tests.support.deposit import ANSWERS, BAKERY, NOT_PUBLIC, plain, publish, to_check
from tests.support.queries import statements

DUPLICATE = "Une offre de boulanger à Rodez est déjà en ligne pour cet établissement."
EDITS = [
    ("le métier", {"job": "coiffeur"}, "Coiffeur ou coiffeuse"),
    ("le diplôme préparé", {"level": "3"}, "CAP (niveau 3)"),
    ("le début du contrat", {"start": "date", "start_date": "01/09/2028"}, "1er septembre 2028"),
    ("les mots sur le poste", {"words": "Équipe de quatre"}, "Équipe de quatre"),
    ("le nombre de postes", {"openings": "4"}, "4 postes"),
    ("le type de contrat", {"contract_types": "professionalisation"}, "Contrat de professionnalisation"),
    ("votre nom", {"name": "Zoé Noël"}, "Zoé Noël"),
    ("votre adresse e-mail", {"email": "zoe@boulangerie.fr"}, "zoe@boulangerie.fr"),
    ("votre téléphone", {"phone": "05 65 12 34 56"}, "05 65 12 34 56"),
    ("l’enseigne", {"brand": "Chez Zoé"}, "Chez Zoé"),
    ("l’adresse du poste", {"line": "1 place Foch", "postcode": "44000"}, "1 place Foch, 44000 Nantes"),
    ("l’OPCO", {"opco": "inconnu"}, "OPCO à déterminer"),
]


def _offers() -> list[Offer]:
    return list(db.session.scalars(sa.select(Offer).order_by(Offer.id)))


def _already_online(app: Flask) -> str:
    """An offer of the same bakery, as soon as possible; the address of its contact."""
    with given(app):
        offer = make_offer(establishment=make_establishment(siret=Siret(BAKERY)), start_on=None)
        return offer.contact.email


def _mails(template: str) -> int:
    query = sa.select(sa.func.count()).where(OutboxMessage.template == template)
    return db.session.scalar(query) or 0


def test_the_sites_that_will_show_it_are_those_open_that_take_it(app: Flask, client: CheckedClient) -> None:
    board = "La bonne alternance, en général en moins d’une heure"
    page = to_check(client)
    assert board not in plain(page)
    with given(app):
        for key in ("api_apprentissage", "apec", "indeed"):
            turn(key, on=True)
    words = plain(client.get(page.request.path)).partition("Où elle sera diffusée")[2]
    assert board in words
    assert "1jeune1solution, par La bonne alternance" in words
    assert "Indeed" in words
    assert "APEC" not in words, "it takes offers of structures alone"
    assert board not in plain(to_check(client, NOT_PUBLIC)), "no register shows that company"


@pytest.mark.parametrize(("name", "answers", "shown"), EDITS, ids=[edit[0] for edit in EDITS])
def test_each_answer_can_be_changed_and_the_others_stay(
    client: CheckedClient, name: str, answers: dict[str, str], shown: str
) -> None:
    page = to_check(client, words="Ambiance calme", rhythm="Deux semaines sur trois", phone="05 65 00 00 00")
    before = plain(page)
    assert f"Modifier {name}" in before
    link = page.text.split(f"> {name}<")[0].rpartition('href="')[2].partition('"')[0]
    apart = client.get(link.replace("&amp;", "&"))
    if name == "le métier":
        answers = {**answers, "job_key": ""}
    back = client.submit(apart, answers, button="Vérifier" if "/besoin" in link else None)
    assert back.request.path.endswith("/verifier")
    assert shown in plain(back)
    for kept in ("Deux semaines sur trois", "BOULANGERIE DU TOUAT"):
        assert kept in plain(back)


def test_the_advert_can_be_edited_and_the_rest_follows_the_job(client: CheckedClient, app: Flask) -> None:
    check = to_check(client)
    path = check.request.path
    edit = client.get(path.replace("verifier", "annonce"))
    page = client.submit(edit, {"title": "Apprenez à faire le pain", "tasks": "Pétrir\n- Cuire\n\nVendre"})
    assert page.request.path == path
    assert "Apprenez à faire le pain" in plain(page) and "Vendre" in plain(page)
    need = client.get(path.replace("verifier", "besoin"))
    page = client.submit(need, {"job": "coiffeur"})
    assert "Apprenez à faire le pain" in plain(page) and "Vous apprenez le métier de coiffeur" in plain(page)
    client.submit(page, button="Publier")
    with given(app):
        offer = _offers()[0]
        assert offer.edited == ["tasks", "title"] and offer.tasks == ["Pétrir", "Cuire", "Vendre"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", "", "Donnez un titre à l’annonce."),
        ("title", "x" * 141, "la limite est de 140"),
        ("description", "", "Décrivez le poste"),
        ("description", "Écrivez à moi@moi.fr", "Retirez l’adresse e-mail"),
        ("tasks", "\n".join(map(str, range(16))), "Gardez 15 lignes au plus"),
        ("skills", "Appelez 0565123456", "Retirez le numéro de téléphone"),
    ],
)
def test_each_mistake_in_the_advert_is_said(
    client: CheckedClient, field: str, value: str, message: str
) -> None:
    path = to_check(client).request.path.replace("verifier", "annonce")
    page = client.submit(client.get(path), {field: value})
    assert page.status_code == 422 and message in plain(page)


def test_publishing_asks_for_one_more_step_and_queues_one_message(
    client: CheckedClient, app: Flask
) -> None:
    page = publish(client, phone="0565123456", words="Four à bois")
    assert page.request.path.endswith("/confirmation")
    words = plain(page)
    assert "Encore une étape : confirmez votre adresse" in words
    assert "Message envoyé à c•••@boulangerie-martin.fr." in words
    assert "camille@boulangerie-martin.fr" not in words
    with given(app):
        offer = _offers()[0]
        assert f"Référence : {offer.reference}" in words
        assert offer.status is OfferStatus.TO_CONFIRM
        assert (offer.contact.phone, offer.words) == ("+33565123456", "Four à bois")
        assert (offer.lat, offer.lon) == (44.351, 2.573)
        assert offer.establishment.verification is Verification.VERIFIED
        match = current_match(offer.establishment)
        assert match is not None and match.source is Source.IDCC
        assert _mails("offer_confirm") == 1
        draft = db.session.scalars(sa.select(Draft)).one()
        assert draft.answers == {} and draft.email is None


def test_a_double_click_makes_one_offer(client: CheckedClient, app: Flask) -> None:
    check = to_check(client)
    first = client.submit(check, button="Publier")
    second = client.submit(check, button="Publier")
    assert first.request.path == second.request.path
    with given(app):
        assert len(_offers()) == 1 and _mails("offer_confirm") == 1
    for step in ("besoin", "verifier", "annonce", "enseigne", "adresse", "opco", "reprendre", "entreprise"):
        late = client.get(check.request.path.replace("verifier", step), follow_redirects=True)
        assert late.request.path == first.request.path, step


def test_fields_that_nobody_asked_for_are_ignored(client: CheckedClient, app: Flask) -> None:
    extra = {"status": "online", "contact_id": "1", "id": "7", "owner_hash": "", "confirmed": "1"}
    check = to_check(client, **extra)
    page = client.submit(check, extra, button="Publier")
    assert page.request.path.endswith("/confirmation")
    with given(app):
        assert _offers()[0].status is OfferStatus.TO_CONFIRM


def test_the_choice_of_opco_is_recorded(client: CheckedClient, app: Flask) -> None:
    check = to_check(client)
    opco = client.get(check.request.path.replace("verifier", "opco") + "?suite=verifier")
    client.submit(client.submit(opco, {"opco": "05"}), button="Publier")
    with given(app):
        match = current_match(_offers()[0].establishment)
        assert match is not None and match.source is Source.EMPLOYER and match.opco is not None
        assert match.opco.code == "05"


def test_a_typed_company_is_deposited_with_what_was_typed(client: CheckedClient, app: Flask) -> None:
    page = publish(client, NOT_PUBLIC)
    assert page.request.path.endswith("/confirmation")
    with given(app):
        offer = _offers()[0]
        assert offer.establishment.verification is Verification.NON_DIFFUSIBLE
        assert offer.establishment.name == "Atelier Neuf"
        assert offer.company == "Entreprise dont le nom n’est pas publié"
        assert (offer.city, offer.postcode) == ("Nantes", "44000") and offer.lat is not None


def test_an_offer_already_online_is_told_without_detail(
    app: Flask, client: CheckedClient
) -> None:
    address = _already_online(app)
    check = to_check(client)
    assert DUPLICATE in plain(check)
    assert address not in check.text and "Camille Fabre" not in check.text
    sent = client.submit(check, button="Recevoir le lien pour la gérer")
    assert "Un message vient de partir" in plain(sent) and address not in sent.text
    with given(app):
        assert _mails("access_link") == 1
    done = client.submit(check, button="Publier quand même")
    assert done.request.path.endswith("/confirmation")


def test_a_duplicate_that_appears_meanwhile_stops_the_button(client: CheckedClient, app: Flask) -> None:
    check = to_check(client)
    _already_online(app)
    page = client.submit(check, button="Publier")
    assert page.status_code == 409 and DUPLICATE in plain(page)
    with given(app):
        assert len(_offers()) == 1


def test_the_same_answer_however_often_the_link_is_asked(client: CheckedClient, app: Flask) -> None:
    _already_online(app)
    path = to_check(client).request.path
    for _ in range(5):
        sent = client.submit(client.get(path), button="Recevoir le lien pour la gérer")
        assert "Un message vient de partir" in plain(sent)
    with given(app):
        assert _mails("access_link") == 3


def test_no_page_sends_more_than_fifteen_statements(client: CheckedClient) -> None:
    path = to_check(client).request.path
    for step in ("besoin", "verifier", "annonce", "enseigne", "adresse", "opco", "enregistrer"):
        with statements() as sent:
            assert client.get(path.replace("verifier", step)).status_code == 200
        assert len(sent) <= 8, (step, len(sent))
    with statements() as sent:
        client.submit(client.get(path), ANSWERS, button="Publier", follow=False)
    assert len(sent) <= 45, len(sent)
