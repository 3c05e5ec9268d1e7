"""« APEC » in a structure's space: identifiers, company text, letter, table of users, each offer."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from flask import Flask
from openpyxl import load_workbook

from app.adapters.platforms.apec_mapping import position_of
from app.core.database import db
from app.domain.diffusion.advert import advert_of
from app.domain.diffusion.apec.facts import facts_of
from app.domain.diffusion.apec.models import ApecAgreement, ApecIdentifier
from app.domain.diffusion.board import Trial
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.platforms.apec import APEC
from app.domain.diffusion.registry import turn
from app.domain.diffusion.whereabouts import line_of
from app.domain.offers.models import Offer
from app.domain.organisations.models import Membership
from app.domain.organisations.roles import Role
from app.outbox.models import OutboxMessage
from tests.factories.offers import given
from tests.factories.structures import make_member
from tests.support.apec import apec_board, give_identifier, member_with_offer
from tests.support.client import CheckedClient
from tests.support.sign_in import by_link
from tests.support.standins import Partner, apec_served


@pytest.fixture(scope="module")
def served_apec() -> Iterator[Partner]:
    """ADEP."""
    with apec_served() as partner:
        yield partner


@pytest.fixture
def apec(app: Flask, served_apec: Partner) -> Iterator[Partner]:
    """The same, empty and well, and open here."""
    served_apec.reset()
    former = app.extensions["boards"]
    with given(app):
        app.extensions["boards"] = {**former, "apec": apec_board(served_apec)}
        turn("apec", on=True)
    yield served_apec
    app.extensions["boards"] = former


@pytest.fixture
def space(app: Flask, client: CheckedClient, apec: Partner) -> str:
    """The address of the space of somebody who runs it, signed in."""
    with given(app):
        member, _ = member_with_offer()
        by_link(client, member.account, proven=True)
        return f"/espace/{member.organisation.public_id}"


def text_of(client: CheckedClient, space: str) -> str:
    return client.get(f"{space}/apec").text.replace("\u00a0", " ")


def add(client: CheckedClient, space: str, value: str):  # type: ignore[no-untyped-def]
    return client.submit(client.get(f"{space}/apec/identifiant"), {"value": value})


def test_an_identifier_is_tried_sealed_and_sends_what_may_go(
    app: Flask, client: CheckedClient, space: str
) -> None:
    assert "Pas encore envoyée" in client.get(f"{space}/apec").text
    page = add(client, space, " 12345678i ")
    assert "L’APEC reconnaît cet identifiant." in page.text
    assert "Reconnu par l’APEC" in page.text
    assert "12345678i" not in page.text
    with app.app_context():
        kept = db.session.query(ApecIdentifier).one()
        assert "12345678i" not in kept.sealed and kept.works is True
        assert db.session.query(Diffusion).filter_by(platform="apec").count() == 1


def test_apec_is_asked_while_no_transaction_is_open(app: Flask, client: CheckedClient, space: str) -> None:
    board, open_meanwhile = app.extensions["boards"]["apec"], []

    def check(value: str) -> Trial:
        open_meanwhile.append(db.session().in_transaction())
        trial: Trial = board.check(value)
        return trial

    app.extensions["boards"] = {**app.extensions["boards"], "apec": SimpleNamespace(check=check)}
    page = client.submit(add(client, space, "123"), form="/essayer")
    assert "L’APEC reconnaît cet identifiant." in page.text
    assert open_meanwhile == [False, False]


@pytest.mark.parametrize("value", ["123 456", "W123", "123w", "12I", "<b>1</b>", "١٢٣", "1" * 31])
def test_a_wrong_form_is_said(client: CheckedClient, space: str, apec: Partner, value: str) -> None:
    page = add(client, space, value)
    assert page.status_code == 422
    assert ("ne contient que des chiffres" in page.text) or ("la limite est de 30" in page.text)
    assert apec.journal("/v5") == []


def test_an_identifier_that_apec_does_not_know_is_refused(client: CheckedClient, space: str) -> None:
    page = add(client, space, "999")
    assert page.status_code == 422
    assert "Demandez-le à votre contact APEC" in page.text


def test_an_identifier_waits_when_apec_is_silent_then_is_tried_again(
    client: CheckedClient, space: str, apec: Partner
) -> None:
    apec.fails("503", path="/v5/positions", times=1)
    page = add(client, space, "123")
    assert "Pas encore essayé" in page.text
    page = client.submit(page, form="/essayer")
    assert "Reconnu par l’APEC" in page.text
    page = client.submit(page, form="/retirer")
    assert "Identifiant retiré." in page.text


@pytest.mark.parametrize("own", [False, True])
def test_who_did_not_try_it_learns_that_apec_refuses_it(
    app: Flask, client: CheckedClient, space: str, own: bool
) -> None:
    with given(app):
        chief = db.session.query(Membership).one()
        whose = chief if own else make_member(chief.organisation, Role.RECRUITER, email="lea@cma.example")
        give_identifier(whose, "999")
    page = client.submit(client.get(f"{space}/apec"), form="/essayer")
    assert "Refusé par l’APEC" in page.text
    client.submit(page, form="/essayer")
    with app.app_context():
        told = db.session.query(OutboxMessage).filter_by(template="apec_id_invalid").all()
        assert [one.recipient for one in told] == ([] if own else ["lea@cma.example"])


def test_a_recruiter_gives_only_their_own(app: Flask, client: CheckedClient, space: str) -> None:
    public_id = space.rpartition("/")[2]
    with given(app):
        chief = db.session.query(Membership).filter(Membership.organisation.has(public_id=public_id)).one()
        other = make_member(chief.organisation, Role.RECRUITER, email="lea@cma.example")
        by_link(client, other.account)
        number, own = chief.id, other.id
    page = client.get(f"{space}/apec/identifiant?pour={number}")
    assert "Pour qui" not in page.text
    client.submit(page, {"person": str(number), "value": "123"})
    with app.app_context():
        assert db.session.query(ApecIdentifier).one().membership_id == own


def test_the_text_of_the_structure_is_kept(app: Flask, client: CheckedClient, space: str) -> None:
    form = client.get(f"{space}/apec/presentation")
    short = client.submit(form, {"about": "Trop court."})
    assert short.status_code == 422 and "compte 11 caractères" in short.text
    page = client.submit(form, {"about": "Une chambre de métiers. " * 10, "for_others": "y"})
    assert "Présentation enregistrée." in page.text
    with app.app_context():
        assert db.session.query(ApecAgreement).one().for_others is True


LETTER = {
    "first_name": "Camille", "name": "Durand", "email": "camille@cma.example", "phone": "05 65 00 12 34",
    "company": "Chambre d’essai", "siret": "732 829 320 00074", "department": "12", "former": "Ancien & Cie",
}  # fmt: skip


@pytest.mark.parametrize(
    ("situation", "to", "said"),
    [
        ("convention", "adep@apec.fr", "tableau des utilisateurs à inscrire"),
        ("autre-logiciel", "adep@apec.fr", "à la place de Ancien & Cie"),
        ("compte", "contact.entreprise@apec.fr", "l’option de connexion unique"),
        ("rien", "contact.entreprise@apec.fr", "l’option de connexion unique"),
    ],
)
def test_the_letter_says_all_that_apec_asks(
    client: CheckedClient, space: str, situation: str, to: str, said: str
) -> None:
    form = client.get(f"{space}/apec/convention")
    page = client.submit(form, {**LETTER, "situation": situation})
    assert page.status_code == 200
    saved = client.submit(page, form="", button="Télécharger le message")
    text = saved.text
    wanted = (
        to,
        said,
        "Camille Durand",
        "camille@cma.example",
        "05 65 00 12 34",
        "732 829 320 00074",
        "Aveyron",
    )
    for words in (*wanted, "multidiffusion", "connexion unique"):
        assert words in text.replace("\u202f", " ").replace("\xa0", " ")
    back = client.submit(page, form="", button="Corriger mes réponses")
    for typed in ("Camille", "05 65 00 12 34", "Ancien &amp; Cie", '<option value="12" selected'):
        assert typed in back.text
    link = next(part for part in page.text.split('"') if part.startswith("mailto:"))
    assert f"mailto:{to}?subject=" in link and "Camille Durand" in unquote(link)


def test_the_letter_says_what_is_missing(client: CheckedClient, space: str) -> None:
    page = client.submit(
        client.get(f"{space}/apec/convention"), {"siret": "732 829 320 00075", "phone": "12"}
    )
    assert page.status_code == 422
    for said in ("Choisissez votre situation.", "Choisissez le département", "Ce SIRET contient une erreur"):
        assert said in page.text


def test_the_table_of_users_holds_no_formula(app: Flask, client: CheckedClient, space: str) -> None:
    public_id = space.rpartition("/")[2]
    with given(app):
        chief = db.session.query(Membership).filter(Membership.organisation.has(public_id=public_id)).one()
        other = make_member(chief.organisation, Role.RECRUITER, email="+lea@cma.example")
        other.account.name = '=HYPERLINK("http://mal.example") Roux'
        make_member(chief.organisation, Role.READER, email="lecture@cma.example")
    answer = client.get(f"{space}/apec/utilisateurs?format=csv")
    lines = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert lines[0] == ["Nom", "Prénom", "Fonction", "E-mail", "Téléphone"]
    assert len(lines) == 3
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))]
    book = client.get(f"{space}/apec/utilisateurs")
    assert book.headers["Content-Disposition"] == "attachment; filename=apec-utilisateurs.xlsx"
    [sheet] = load_workbook(io.BytesIO(book.data)).worksheets
    cells = [list(row) for row in sheet.iter_rows()]
    assert [cell.value for cell in cells[0]] == lines[0]
    assert {cell.data_type for row in cells for cell in row if cell.value is not None} == {"s"}
    assert "+lea@cma.example" in {cell.value for row in cells for cell in row}


def test_the_structure_chooses_what_leaves(app: Flask, client: CheckedClient, space: str) -> None:
    client.submit(client.get(f"{space}/apec"), button="N’envoyer que les offres que je choisis")
    add(client, space, "123456789W")
    assert "« Diffuser sur APEC »" in text_of(client, space)
    with app.app_context():
        assert db.session.query(Diffusion).count() == 0
        offer = db.session.query(Offer).one()
        assert line_of(offer, APEC).act == "ask"
    client.submit(client.get(f"{space}/apec"), button="Envoyer toutes celles qui peuvent y aller")
    with app.app_context():
        assert db.session.query(Diffusion).one().platform == "apec"


def test_a_public_employer_s_own_offers_are_of_the_public_sector(
    app: Flask, client: CheckedClient, space: str
) -> None:
    about = {"about": "Une administration. " * 10, "is_public": "y"}
    assert client.submit(client.get(f"{space}/apec/presentation"), about).status_code == 200
    keyring = app.extensions["keyring"]
    with given(app):
        member = db.session.query(Membership).one()
        give_identifier(member)
        other = advert_of(db.session.query(Offer).one())
        own = replace(other, siret=member.organisation.siret)
        found = [facts_of(one, keyring=keyring) for one in (other, own)]
    assert [one.is_public for one in found if one] == [False, True]
    statuses = [
        position_of(one, facts, reference="R", apply_email="a@b.fr", apply_url="https://b.fr").status
        for one, facts in zip((other, own), found, strict=True)
        if facts
    ]
    assert statuses == ["CADRE_PRIVE", "CADRE_PUBLIC"]


def test_the_page_says_why_an_offer_cannot_go(app: Flask, client: CheckedClient, apec: Partner) -> None:
    with given(app):
        member, _ = member_with_offer(level=3)
        by_link(client, member.account, proven=True)
        give_identifier(member)
        space = f"/espace/{member.organisation.public_id}"
    page = client.get(f"{space}/apec")
    assert "Ne peut pas partir" in page.text
    assert "n’accepte que les offres à partir de Bac" in page.text


def test_without_connector_all_can_be_prepared(app: Flask, client: CheckedClient, space: str) -> None:
    with given(app):
        turn("apec", on=False)
    app.extensions["boards"] = {key: one for key, one in app.extensions["boards"].items() if key != "apec"}
    page = add(client, space, "123456789W")
    assert "Pas encore ouvert sur ce portail" in page.text
    assert "Pas encore essayé" in page.text
