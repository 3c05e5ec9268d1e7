"""An OPCO's own space: board, company, addresses; another OPCO's companies aren't found."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import JournalEntry
from app.core import clock
from app.core.database import db
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import Offer
from app.domain.opco.board_counts import count
from app.domain.opco.board_filter import COMPANY, BoardFilter
from app.domain.opco.contacts import record_contact
from app.domain.opco.determination import opco_by_code
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import ContactLogEntry, ContactMode, FollowUp, OpcoContact
from app.domain.organisations.lifecycle import OrganisationStatus
from app.domain.organisations.models import Kind
from app.domain.organisations.roles import Role
from app.outbox.models import OutboxMessage
from tests.factories.structures import make_member, make_structure
from tests.support.client import CheckedClient
from tests.support.opco_space import enter, followed, opco_member

pytestmark = pytest.mark.usefixtures("db_session", "at_noon")


def words(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def aged(follow_up: FollowUp, days: int) -> FollowUp:
    follow_up.moved_at = clock.now() - timedelta(days=days)
    db.session.flush()
    return follow_up


def test_the_board_counts_by_step_and_says_what_is_late(client: CheckedClient) -> None:
    aged(followed(brand="Fournil du Lac", offers=2), 8)
    aged(followed(brand="Fournil récent"), 1)
    followed("01", brand="Menuiserie d’à côté")
    base = enter(client, opco_member())
    home = client.get(base)
    assert f'href="{base}/apec"' in home.text, "an OPCO deposits for companies as other structures do"
    assert client.get(f"{base}/apec").status_code == 200
    assert "1 entreprise attend un premier contact depuis plus de 3 jours ouvrés" in words(home.text)
    page = client.get(f"{base}/entreprises")
    text = words(page.text)
    assert "2 entreprises, 3 offres" in text
    assert "La plus ancienne : 8 jours" in text
    assert "En retard" in text
    assert text.index("Fournil du Lac") < text.index("Fournil récent")
    assert "Menuiserie" not in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("etape=contacted", {"Deux"}),
        ("etape=toutes", {"Un", "Deux", "Trois"}),
        ("departement=12&etape=toutes", {"Un", "Deux"}),
        ("departement=75", {"Trois"}),
        ("anciennete=late", {"Un"}),
        ("anciennete=recent", {"Trois"}),
        ("metier=D1102", {"Un", "Trois"}),
        ("metier=boulanger", {"Un", "Trois"}),
        ("metier=K1801", set()),
        ("metier=zzzzqqq", set()),
        ("origine=company", {"Un", "Trois"}),
        ("origine=structure", set()),
        ("q=ment+un", {"Un"}),
        ("etape=inconnue&departement=999&anciennete=x", {"Un", "Trois"}),
    ],
)
def test_filters_are_in_the_address(client: CheckedClient, query: str, shown: set[str]) -> None:
    aged(followed(brand="Établissement Un"), 9)
    second = followed(brand="Établissement Deux")
    second.status = FollowUpStatus.CONTACTED
    third = followed(brand="Établissement Trois")
    third.department = "75"
    base = enter(client, opco_member())
    text = client.get(f"{base}/entreprises?{query}").text
    assert {name for name in ("Un", "Deux", "Trois") if f"Établissement {name}<" in text} == shown


def test_search_by_siret_and_reference(client: CheckedClient) -> None:
    found = followed(brand="Fournil cherché")
    followed(brand="Fournil ignoré")
    db.session.flush()
    siret = found.establishment.siret.grouped
    reference = db.session.scalar(
        sa.text("SELECT reference FROM offer WHERE establishment_id = :n"), {"n": found.establishment_id}
    )
    base = enter(client, opco_member())
    for asked in (siret, str(reference).lower()):
        text = client.get(f"{base}/entreprises", query_string={"q": asked}).text
        assert "Fournil cherché" in text
        assert "Fournil ignoré" not in text


def test_acts_on_a_company_are_signed_by_a_member(client: CheckedClient) -> None:
    follow_up = followed(brand="Fournil du Lac")
    member = opco_member()
    number, address = follow_up.id, follow_up.public_id
    base = enter(client, member)
    page = client.get(f"{base}/entreprises/{address}")
    assert "Camille Fabre" in page.text
    form = client.get(f"{base}/entreprises/{address}/contact")
    done = client.submit(form, {"means": "phone", "outcome": "Rendez-vous.", "reached": "interview"})
    assert "Contact noté" in done.text
    assert "Entretien avec un candidat" in done.text
    step = client.get(f"{base}/entreprises/{address}/etape")
    assert "Accompagnée" in client.submit(step, {"step": "supported"}).text
    note = client.get(f"{base}/entreprises/{address}/suivi")
    kept = client.submit(note, {"assignee": str(member.account_id), "note": "Rappeler lundi"})
    assert "Rappeler lundi" in kept.text
    assert "Suivi par" in kept.text
    again = client.submit(kept, form="renvoyer")
    assert "Lien renvoyé au contact" in again.text
    db.session.expire_all()
    assert db.session.get_one(FollowUp, number).status is FollowUpStatus.SUPPORTED
    assert db.session.scalars(sa.select(ContactLogEntry.author)).one() == "OPCO EP, dans son espace"
    lines = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.actor_kind == "member")).all()
    acts = {"contact_logged", "follow_up_moved", "follow_up_annotated", "link_sent"}
    assert {line.action for line in lines} >= acts
    funnel = words(client.get(f"{base}/entreprises?etape=toutes").text)
    assert "<dt>Entretien</dt><dd>1</dd>" in funnel
    assert "<dt>Contrat</dt><dd>0</dd>" in funnel


def test_a_company_handed_over_tells_both_and_leaves(client: CheckedClient) -> None:
    record_contact(opco_by_code("06"), "ep@opco.example")
    record_contact(opco_by_code("01"), "autre@opco.example")
    follow_up = followed(brand="Fournil du Lac")
    address = follow_up.public_id
    base = enter(client, opco_member())
    form = client.get(f"{base}/entreprises/{address}/pas-notre-champ")
    assert client.submit(form).status_code == 422
    left = client.submit(form, {"other_opco": "01"})
    assert "suivi transmis" in left.text
    assert "Camille Fabre" not in left.text
    told = sa.select(OutboxMessage.recipient).where(OutboxMessage.template == "opco_handed_over")
    assert set(db.session.scalars(told)) == {"ep@opco.example", "autre@opco.example"}
    board = client.get(f"{base}/entreprises?etape=not_ours").text
    assert "Fournil du Lac" in board
    assert "boulanger" not in board.split("<table")[1].split("</table>")[0]


def test_another_opco_a_reader_and_an_unverified_one(client: CheckedClient) -> None:
    theirs = followed("01", brand="Menuiserie")
    ours = followed("06", brand="Fournil")
    reader = opco_member(Role.READER)
    waiting = OrganisationStatus.TO_VERIFY
    other = make_structure(Kind.OPCO, status=waiting, name="OPCO nouveau", opco_code="06")
    unverified = make_member(other)
    chamber = make_member(make_structure(name="Chambre"))
    hidden, seen = theirs.public_id, ours.public_id
    base = enter(client, reader)
    assert client.get(f"{base}/entreprises/{hidden}").status_code == 404
    page = client.get(f"{base}/entreprises/{seen}")
    assert "sans le modifier" in page.text
    assert client.get(f"{base}/entreprises/{seen}/contact").status_code == 403
    assert client.get(f"{base}/adresses/ajouter").status_code == 403
    for member in (unverified, chamber):
        again = enter(client, member)
        assert client.get(f"{again}/entreprises").status_code == 404
        assert "Entreprises à accompagner" not in client.get(again).text


def test_an_opco_keeps_its_addresses(client: CheckedClient) -> None:
    followed(brand="Fournil du Lac")
    foreign = record_contact(opco_by_code("01"), "autre@opco.example").id
    base = enter(client, opco_member())
    form = client.get(f"{base}/adresses/ajouter")
    assert client.submit(form, {"email": "suivi@"}).status_code == 422
    page = client.submit(form, {"email": "suivi@ep.example", "department": "12", "mode": "per_event"})
    assert "Aveyron (12)" in words(page.text)
    told = sa.select(sa.func.count()).where(OutboxMessage.template == "opco_new_need")
    assert db.session.scalar(told) == 1
    changed = client.submit(page, form="/mode")
    assert "Un récapitulatif" in changed.text
    contact = db.session.scalars(sa.select(OpcoContact).where(OpcoContact.email == "suivi@ep.example")).one()
    assert contact.mode is ContactMode.DIGEST
    assert "Arrêtée le" in client.submit(changed, form="/arreter").text
    for act in ("mode", "arreter"):
        token = client.get(f"{base}/adresses/ajouter")
        assert client.submit(token, form=0).status_code == 422
        posted = client.post(f"{base}/adresses/{foreign}/{act}", data={"csrf_token": _token(token.text)})
        assert posted.status_code == 404


def _token(text: str) -> str:
    return text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]


def test_pages_of_twenty_fifty_or_a_hundred(client: CheckedClient) -> None:
    for number in range(22):
        followed(brand=f"Fournil {number:02d}")
    base = enter(client, opco_member())
    first = client.get(f"{base}/entreprises?q=fournil")
    assert "Page 1 sur 2" in words(first.text)
    assert "q=fournil" in first.text.split('rel="next"')[1][:200]
    assert "Fournil 21" in client.get(f"{base}/entreprises?page=2").text
    assert "Page 1" not in words(client.get(f"{base}/entreprises?lignes=50").text)
    assert client.get(f"{base}/entreprises?page=99&lignes=7").status_code == 200


def test_a_company_that_has_found_counts_one_contract_once(client: CheckedClient) -> None:
    follow_up = followed(brand="Fournil du Lac", offers=2)
    base, address = enter(client, opco_member()), follow_up.public_id
    form = client.get(f"{base}/entreprises/{address}/contact")
    client.submit(form, {"means": "phone", "outcome": "Signé.", "reached": "contract"})
    offer = db.session.scalars(sa.select(Offer).order_by(Offer.id)).first()
    assert offer is not None
    offer.end_reason = EndReason.FILLED_HERE
    db.session.commit()
    text = client.get(f"{base}/entreprises?etape=toutes").text
    told = {"Déposée": 2, "En ligne": 2, "Contactée": 2, "Entretien": 0, "Contrat": 2}
    for label, number in told.items():
        assert f"<dt>{label}</dt><dd>{number}</dd>" in text


def test_the_counters_are_the_same_by_either_way_of_counting(client: CheckedClient) -> None:
    """Filters on offers are counted company by company, the others by step: same numbers."""
    for number, status in enumerate(FollowUpStatus):
        one = followed(brand=f"Fournil {number}", offers=number + 1)
        one.status = status
        one.contacted_at = clock.now() + timedelta(minutes=1) if number % 2 else None
        one.interview_at = one.contacted_at
    offer = db.session.scalars(sa.select(Offer).order_by(Offer.id)).first()
    assert offer is not None
    offer.end_reason = EndReason.FILLED_HERE
    db.session.flush()
    opco = opco_by_code("06")
    for step in (None, FollowUpStatus.TO_CONTACT, FollowUpStatus.CONTACTED):
        plain, by_company = (count(opco, BoardFilter(step=step, origin=one)) for one in ("", COMPANY))
        assert plain == by_company
        assert plain.funnel.deposited == 10
        assert plain.funnel.contacted == 6
        assert plain.funnel.contracted == 1
