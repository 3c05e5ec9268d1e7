"""The deposit from end to end, as a person with a browser without script and a mailbox."""

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app.core import clock
from app.core.database import db
from app.domain.employers.models import Establishment, Verification
from app.domain.offers import drafts
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Draft, Hold, HoldCause, Offer
from tests.factories.offers import given, make_contact, make_offer
from tests.support.client import CheckedClient
from tests.support.deposit import (
    ANSWERS,
    BAKERY,
    NOT_PUBLIC,
    TYPED,
    HostileClient,
    plain,
    publish,
    to_check,
    type_company,
)
from tests.support.mailbox import Mailbox
from tests.support.outages import register_down

ADDRESS = ANSWERS["email"]


def _offer() -> Offer:
    return db.session.scalars(sa.select(Offer)).one()


def _open(client: CheckedClient, path: str) -> TestResponse:
    """Open a mailed link and press its button."""
    page = client.get(path)
    assert page.status_code == 200
    return client.submit(page)


def test_from_a_siret_to_an_offer_online(client: CheckedClient, app: Flask, mailbox: Mailbox) -> None:
    assert publish(client).request.path.endswith("/confirmation")
    letter = mailbox.last(to=ADDRESS, subject="Confirmez votre offre de boulanger à")
    page = _open(client, letter.link)
    assert page.status_code == 200
    with given(app):
        offer = _offer()
        assert offer.status is OfferStatus.ONLINE
        assert offer.last_day == clock.today() + timedelta(days=28)
    assert "En ligne" in mailbox.last(to=ADDRESS).subject


def test_the_register_down_the_offer_is_online_and_verified_later(
    client: CheckedClient, app: Flask, mailbox: Mailbox
) -> None:
    with register_down(app):
        page = client.submit(type_company(client), TYPED)
        check = client.submit(page, ANSWERS)
        assert "Atelier Neuf" in plain(check)
        assert client.submit(check, button="Publier").request.path.endswith("/confirmation")
        _open(client, mailbox.last(to=ADDRESS).link)
    with given(app):
        offer = _offer()
        assert offer.status is OfferStatus.ONLINE
        assert offer.establishment.verification is Verification.TO_VERIFY
        assert offer.establishment.next_check_at is not None
        assert offer.lat is not None


def test_a_company_nobody_can_see_is_held(client: CheckedClient, app: Flask, mailbox: Mailbox) -> None:
    publish(client, NOT_PUBLIC)
    _open(client, mailbox.last(to=ADDRESS).link)
    with given(app):
        assert _offer().status is OfferStatus.HELD
        assert db.session.scalars(sa.select(Hold)).one().cause is HoldCause.NOT_LISTED


def test_a_draft_is_taken_up_on_another_device(client: CheckedClient, app: Flask, mailbox: Mailbox) -> None:
    page = type_company(client)
    keep = client.submit(
        page, {"job": "coiffeur", "email": "moi@exemple.fr"}, button="Enregistrer et reprendre"
    )
    assert 'value="moi@exemple.fr"' in keep.text
    wrong = client.submit(keep, {"email": "moi@"})
    assert wrong.status_code == 422 and "Saisissez une adresse complète" in plain(wrong)
    kept = client.submit(keep)
    assert "Brouillon enregistré. Reprenez-le avec le lien envoyé à m•••@exemple.fr." in plain(kept)
    letter = mailbox.last(to="moi@exemple.fr", subject="Votre brouillon vous attend jusqu’au")
    phone = app.test_client()
    assert isinstance(phone, CheckedClient)
    resumed = _open(phone, letter.link)
    assert resumed.request.path == page.request.path and 'value="coiffeur"' in resumed.text
    check = phone.submit(resumed, {"name": "Zoé"})
    assert phone.submit(check, button="Publier").request.path.endswith("/confirmation")
    again = client.get(page.request.path, follow_redirects=True)
    assert again.request.path.endswith("/confirmation")
    dead = app.test_client().get(letter.link)
    assert dead.status_code == 200 and "n’est plus valable" in plain(dead)


def test_a_draft_is_mailed_three_times_an_hour_to_one_address(
    client: CheckedClient, mailbox: Mailbox
) -> None:
    path = type_company(client).request.path.replace("besoin", "enregistrer")
    for _ in range(3):
        assert client.submit(client.get(path), {"email": "moi@exemple.fr"}).status_code == 200
    refused = client.submit(client.get(path), {"email": "moi@exemple.fr"})
    assert refused.status_code == 422 and "3 messages sont déjà partis" in plain(refused)
    mailbox.deliver()
    assert len(mailbox.letters) == 3


def test_a_wrong_address_is_corrected_and_its_link_ends(
    client: CheckedClient, app: Flask, mailbox: Mailbox
) -> None:
    page = publish(client)
    first = mailbox.last(to=ADDRESS).link
    correct = client.get(page.request.path.replace("confirmation", "corriger-adresse"))
    assert client.submit(correct, {"email": "pas une adresse"}).status_code == 422
    done = client.submit(correct, {"email": "juste@exemple.fr"})
    assert "Message envoyé à j•••@exemple.fr." in plain(done)
    assert "n’est plus valable" in plain(client.get(first))
    opened = _open(client, mailbox.last(to="juste@exemple.fr").link)
    assert opened.status_code == 200
    with given(app):
        assert _offer().contact.email == "juste@exemple.fr"
        assert _offer().status is OfferStatus.ONLINE
    late = client.get(correct.request.path, follow_redirects=True)
    assert "Votre adresse est confirmée" in plain(late)


def test_the_message_is_sent_again_three_times_an_hour_in_all(
    client: CheckedClient, mailbox: Mailbox, at_noon: datetime
) -> None:
    page = publish(client)
    for _ in range(2):
        page = client.submit(page, button="Renvoyer")
        assert "Message renvoyé." in plain(page)
        page = client.get(page.request.path)
    refused = client.submit(page, button="Renvoyer")
    assert refused.status_code == 422
    assert "3 messages sont déjà partis. Réessayez dans une heure ou contactez-nous." in plain(refused)
    mailbox.deliver()
    assert len([one for one in mailbox.letters if one.to == ADDRESS]) == 3
    with clock.set_to(at_noon + timedelta(hours=1, minutes=1)):
        assert "Message renvoyé." in plain(client.submit(client.get(page.request.path), button="Renvoyer"))


def test_another_offer_from_a_management_link_needs_no_confirmation(
    client: CheckedClient, app: Flask, mailbox: Mailbox
) -> None:
    with given(app):
        offer = make_offer(job_key="boulanger", level=5, words="Four à bois")
        number, contact, address = offer.id, offer.contact_id, offer.contact.email
    _open(client, mailbox.last(to=address, subject="En ligne").link)
    with given(app):
        draft = drafts.start_for_contact(_offer().contact, like=_offer())
        path = f"/deposer/{draft.public_id}/besoin"
    stranger = app.test_client()
    assert stranger.get(path).status_code == 404
    page = client.get(path)
    assert "Four à bois" in page.text and 'name="email"' not in page.text
    check = client.submit(page, {"job": "coiffeur", "job_key": ""})
    done = client.submit(check, {"email": "autre@exemple.fr", "contact_id": "99"}, button="Publier")
    assert done.status_code == 200 and "/gestion/" in done.request.path
    with given(app):
        other = db.session.scalars(sa.select(Offer).where(Offer.id != number)).one()
        assert (other.contact_id, other.status) == (contact, OfferStatus.ONLINE)


def test_a_company_that_closes_meanwhile_is_refused_at_publication(client: CheckedClient, app: Flask) -> None:
    check = to_check(client)
    with given(app):
        draft = db.session.scalars(sa.select(Draft)).one()
        old = {**draft.answers["look_up"], "read_at": (clock.now() - timedelta(days=2)).isoformat()}
        draft.answers = {**draft.answers, "siret": "99100002700011", "look_up": old}
    page = client.submit(check, button="Publier")
    assert page.status_code == 422
    assert "Cet établissement est fermé depuis le 31 mars 2024." in plain(page)


def test_a_known_company_keeps_what_the_register_said(client: CheckedClient, app: Flask) -> None:
    publish(client)
    with register_down(app):
        page = client.submit(type_company(client), TYPED)
        client.submit(client.submit(page, ANSWERS), button="Publier")
    with given(app):
        establishment = db.session.scalars(sa.select(Establishment)).one()
        assert establishment.name == "BOULANGERIE DU TOUAT"
        assert establishment.verification is Verification.VERIFIED


def _at_once(first: Callable[[], object], second: Callable[[], object]) -> None:
    threads = [threading.Thread(target=act) for act in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_presses_at_the_same_moment_make_one_offer(client: CheckedClient, app: Flask) -> None:
    check = to_check(client)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', check.text)[-1]
    submission = re.findall(r'name="submission_id" value="([^"]+)"', check.text)[-1]
    cookie = client.get_cookie("pre")
    assert cookie is not None
    answers: list[int] = []

    def press() -> None:
        other = app.test_client()
        other.set_cookie("pre", cookie.value)
        data = {"csrf_token": token, "submission_id": submission}
        answers.append(other.post(check.request.path, data=data, follow_redirects=True).status_code)

    _at_once(press, press)
    assert answers == [200, 200]
    with given(app):
        assert _offer().status is OfferStatus.TO_CONFIRM


@pytest.mark.parametrize(
    "siret", [BAKERY, "99100006800015", "99100019100015", "35600000001000", "99100011800018"]
)
def test_every_kind_of_company_goes_to_the_end(app: Flask, siret: str) -> None:
    with given(app):
        make_contact()
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    assert publish(client, siret).request.path.endswith("/confirmation")


def test_a_company_with_a_hostile_name_is_shown_as_text(app: Flask) -> None:
    client = HostileClient(app, app.response_class)
    page = type_company(client, "99100015900012")
    assert "&lt;script&gt;alert" in page.text and "{{ 7*7 }}" in page.text
    check = client.submit(page, ANSWERS)
    assert "<script>alert" not in check.text
    assert client.submit(check, button="Publier").request.path.endswith("/confirmation")
