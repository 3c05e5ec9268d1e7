"""The management pages, from the link in the e-mail to the undo."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import JournalEntry
from app.core import clock
from app.core.database import db
from app.domain.offers.lifecycle import EndReason, OfferStatus
from app.domain.offers.models import Offer
from app.outbox.models import OutboxMessage, OutboxStatus
from tests.factories.offers import make_contact, make_offer
from tests.support.client import CheckedClient
from tests.support.mailbox import Mailbox


def _published(**over: object) -> str:
    offer = make_offer(OfferStatus.ONLINE, **over)  # type: ignore[arg-type]
    db.session.commit()
    return offer.public_id


def _fresh(public_id: str) -> Offer:
    db.session.expire_all()
    return db.session.scalars(sa.select(Offer).where(Offer.public_id == public_id)).one()


def _come_in(client: CheckedClient, mailbox: Mailbox) -> None:
    """Open the link of the newest e-mail, and press its button."""
    letter = mailbox.last(subject="en ligne")
    page = client.get(letter.link)
    assert page.status_code == 200
    assert client.submit(page).status_code == 200


def test_opening_a_link_changes_nothing_and_its_button_opens_the_offer(
    client: CheckedClient, mailbox: Mailbox, db_session: object
) -> None:
    public_id = _published()
    assert client.get(f"/gestion/offres/{public_id}").status_code == 302
    letter = mailbox.last(subject="en ligne")
    for _ in range(3):
        assert client.get(letter.link).status_code == 200
        assert client.head(letter.link).status_code == 200
    assert db.session.scalar(sa.select(sa.func.count()).where(JournalEntry.action == "link_opened")) == 0
    page = client.submit(client.get(letter.link))
    assert page.request.path == f"/gestion/offres/{public_id}"
    assert "Où est mon offre" in page.text


def test_renewing_gives_28_days_can_be_undone_and_is_done_once(
    client: CheckedClient, mailbox: Mailbox, db_session: object, at_noon: datetime
) -> None:
    public_id = _published()
    with clock.set_to(at_noon + timedelta(days=20)):
        _come_in(client, mailbox)
        page = client.get(f"/gestion/offres/{public_id}/prolonger")
        assert "jusqu’au 19 avril 2027" in page.text
        done = client.submit(page)
        assert _fresh(public_id).last_day == date(2027, 4, 19)
        assert "Offre prolongée jusqu’au 19 avril 2027" in done.text
        again = client.submit(page)
        assert again.status_code == 200
        assert _fresh(public_id).last_day == date(2027, 4, 19)
        assert "offre prolongée" in mailbox.last(subject="c’est fait").subject
        client.submit(done, button="Annuler")
        assert _fresh(public_id).last_day == date(2027, 3, 30)


def test_an_undo_after_ten_minutes_is_refused_and_says_so(
    client: CheckedClient, mailbox: Mailbox, db_session: object, at_noon: datetime
) -> None:
    public_id = _published()
    _come_in(client, mailbox)
    page = client.get(f"/gestion/offres/{public_id}/cloturer")
    done = client.submit(page, {"reason": "filled_here"})
    assert _fresh(public_id).end_reason is EndReason.FILLED_HERE
    with clock.set_to(at_noon + timedelta(minutes=11)):
        late = client.submit(done, button="Annuler")
        assert late.status_code == 422
        assert "dix minutes sont passées" in late.text
        assert _fresh(public_id).status is OfferStatus.ENDED


def test_closing_needs_a_reason_hides_the_offer_at_once_and_can_be_undone(
    client: CheckedClient, mailbox: Mailbox, db_session: object
) -> None:
    public_id = _published()
    _come_in(client, mailbox)
    page = client.get(f"/gestion/offres/{public_id}/cloturer")
    empty = client.submit(page)
    assert empty.status_code == 422
    assert "Choisissez une raison." in empty.text
    assert "<title>Erreur – " in empty.text
    done = client.submit(page, {"reason": "given_up", "detail": "Fermeture de l’atelier"})
    assert "Offre clôturée" in done.text
    assert client.get(f"/offres/{public_id}").status_code == 410
    again = client.get(f"/gestion/offres/{public_id}/cloturer")
    assert "déjà clôturée depuis le" in again.text
    client.submit(done, button="Annuler")
    assert _fresh(public_id).status is OfferStatus.ONLINE
    assert client.get(f"/offres/{public_id}").status_code == 200
    waiting = sa.select(OutboxMessage).where(
        OutboxMessage.template == "offer_changed", OutboxMessage.status == OutboxStatus.PENDING
    )
    assert db.session.scalars(waiting).all() == []


def test_from_the_reminder_to_the_end_there_are_two_pages(
    client: CheckedClient, mailbox: Mailbox, db_session: object, at_noon: datetime
) -> None:
    public_id = _published()
    mailbox.deliver()
    with clock.set_to(at_noon + timedelta(days=21)):
        client_page = client.get(mailbox.last(subject="en ligne").link)
        choice = client.submit(client_page)
        assert choice.request.path.endswith("/echeance")
        done = client.submit(choice, form="prolonger")
        assert done.request.path == f"/gestion/offres/{public_id}"
        assert "Offre prolongée" in done.text


def test_after_168_days_an_offer_is_duplicated_rather_than_renewed(
    client: CheckedClient, mailbox: Mailbox, db_session: object, at_noon: datetime
) -> None:
    public_id = _published()
    _come_in(client, mailbox)
    offer = _fresh(public_id)
    offer.first_published_on = date(2026, 9, 1)
    db.session.commit()
    page = client.get(f"/gestion/offres/{public_id}/prolonger")
    assert "Dupliquez-la pour continuer" in page.text
    assert client.post(f"/gestion/offres/{public_id}/prolonger", data={}).status_code == 400


@pytest.mark.parametrize("start", ["", "31/04/2027", "01/01/2020", "01/01/2099", "demain"])
def test_a_start_date_gone_by_is_asked_again(
    client: CheckedClient, mailbox: Mailbox, db_session: object, at_noon: datetime, start: str
) -> None:
    public_id = _published(start_on=date(2027, 3, 10))
    with clock.set_to(at_noon + timedelta(days=15)):
        _come_in(client, mailbox)
        page = client.get(f"/gestion/offres/{public_id}/prolonger")
        assert "Nouveau début du contrat" in page.text
        assert client.submit(page, {"new_start": start}).status_code == 422
        client.submit(page, {"new_start": "01/09/2027"})
        assert _fresh(public_id).start_on == date(2027, 9, 1)


def test_editing_shows_the_differences_before_it_saves(
    client: CheckedClient, mailbox: Mailbox, db_session: object
) -> None:
    public_id = _published()
    _come_in(client, mailbox)
    page = client.get(f"/gestion/offres/{public_id}/modifier")
    review = client.submit(page, {"title": "Boulanger ou boulangère, four à bois", "level": "4"})
    assert "Relisez vos changements" in review.text
    assert "four à bois" in review.text
    assert _fresh(public_id).title != "Boulanger ou boulangère, four à bois"
    back = client.submit(review, button="Reprendre")
    assert "four à bois" in back.text
    client.submit(review, button="Enregistrer")
    offer = _fresh(public_id)
    assert (offer.title, offer.level, offer.edited) == ("Boulanger ou boulangère, four à bois", 4, ["title"])


def test_two_devices_editing_one_offer_lose_nothing(
    client: CheckedClient, app: Flask, mailbox: Mailbox, db_session: object
) -> None:
    public_id = _published()
    _come_in(client, mailbox)
    page = client.get(f"/gestion/offres/{public_id}/modifier")
    first = client.submit(page, {"title": "Premier titre"})
    second = client.submit(page, {"title": "Second titre"})
    client.submit(first, button="Enregistrer")
    conflict = client.submit(second, button="Enregistrer")
    assert conflict.status_code == 409
    assert "modifiée sur un autre appareil" in conflict.text
    assert "Premier titre" in conflict.text
    assert "Second titre" in conflict.text
    assert _fresh(public_id).title == "Premier titre"
    client.submit(conflict, button="Enregistrer")
    assert _fresh(public_id).title == "Second titre"


def test_an_ended_offer_is_republished_not_edited(
    client: CheckedClient, mailbox: Mailbox, db_session: object
) -> None:
    public_id = _published()
    _come_in(client, mailbox)
    client.submit(client.get(f"/gestion/offres/{public_id}/cloturer"), {"reason": "other"})
    page = client.get(f"/gestion/offres/{public_id}/modifier")
    assert "Vous pouvez la republier" in page.text
    client.submit(client.get(f"/gestion/offres/{public_id}/prolonger"))
    assert _fresh(public_id).status is OfferStatus.ONLINE


def test_another_contact_s_offer_is_not_found(
    client: CheckedClient, mailbox: Mailbox, db_session: object
) -> None:
    _published()
    _come_in(client, mailbox)
    other = _published(contact=make_contact())
    for act in ("", "/prolonger", "/cloturer", "/modifier", "/echeance", "/en-ligne"):
        assert client.get(f"/gestion/offres/{other}{act}").status_code == 404


def test_changing_the_address_needs_a_fresh_link_and_the_new_address_confirms(
    client: CheckedClient, app: Flask, mailbox: Mailbox, db_session: object
) -> None:
    public_id = _published()
    former = _fresh(public_id).contact.email
    _come_in(client, mailbox)
    client.submit(client.get("/gestion/contact"), button="Recevoir le lien")
    fresh = mailbox.last(to=former, subject="lien d’accès")
    form = client.submit(client.get(fresh.link))
    assert "Nommer la personne" in form.text
    bad = client.submit(form, {"name": "Léa", "email": "pas une adresse"})
    assert bad.status_code == 422
    assert "pas une adresse" in bad.text
    client.submit(form, {"name": "Léa Roux", "email": "lea@boulangerie.example"})
    assert _fresh(public_id).contact.email == former
    proposed = mailbox.last(to="lea@boulangerie.example", subject="suivez-vous")
    newcomer = app.test_client()
    assert isinstance(newcomer, CheckedClient)
    mine = newcomer.submit(newcomer.get(proposed.link))
    assert mine.request.path == "/gestion"
    assert _fresh(public_id).contact.email == "lea@boulangerie.example"
    assert mailbox.last(to=former, subject="adresse a été modifiée")
    # The former contact's session ends at once.
    assert client.get(f"/gestion/offres/{public_id}").status_code in {302, 404}
