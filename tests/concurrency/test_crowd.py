"""G12: fifty people on the same offer or the same form: nothing lost, nothing twice, nobody stuck."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import FormPost, JournalEntry
from app.core import clock
from app.core.database import db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Link, Purpose
from app.domain.employers.models import Employer, Establishment
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Draft, Offer
from app.outbox.models import OutboxMessage
from tests.concurrency.crowd import PEOPLE, all_at_once, browser, same_browser
from tests.factories.offers import make_offer
from tests.support.client import CheckedClient
from tests.support.deposit import to_check

Record = Callable[[str, object], None]
# Every one of them is an answer that a person understands: done, done already, changed meanwhile.
UNDERSTOOD = {200, 303, 409, 422}


@pytest.fixture(autouse=True)
def _without_limits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    limiters = app.extensions["limiter"]
    for one in limiters if isinstance(limiters, set) else {limiters}:
        monkeypatch.setattr(one, "enabled", False)
    # A person waits for a lock; fifty at once on two cores may wait for long.
    yield


def _link(offer: Offer) -> Link:
    token = magic_links.issue(
        Purpose.MANAGEMENT, object_type="contact", object_id=offer.contact_id, email=offer.contact.email
    )
    link = magic_links.read(token).link
    assert link is not None
    return link


def _managed(app: Flask, **over: object) -> tuple[str, FlaskClient, str]:
    """(public name, browser, form token) of an offer whose link is open."""
    with app.app_context():
        offer = make_offer(OfferStatus.ONLINE, **over)  # type: ignore[arg-type]
        client, token = browser(app, [_link(offer)])
        db.session.commit()
        return offer.public_id, client, token


def _fresh(public_id: str) -> Offer:
    db.session.expire_all()
    return db.session.scalars(sa.select(Offer).where(Offer.public_id == public_id)).one()


def _posts(
    app: Flask, client: FlaskClient, address: str, forms: list[dict[str, str]], record: Record
) -> Counter[int]:
    windows = [same_browser(app, client) for _ in forms]
    counted = all_at_once(
        [
            lambda window=window, form=form: window.post(address, data=form).status_code
            for window, form in zip(windows, forms, strict=True)
        ]
    )
    _note(counted, record)
    return counted


def _note(counted: Counter[int], record: Record) -> None:
    """Who came together, and who got no answer that a person understands, as after a deadlock."""
    record("personnes à la fois, au plus", counted.total())
    record("demandes sans réponse", sum(counted[status] for status in set(counted) - UNDERSTOOD))


def _count(action: str) -> int:
    query = sa.select(sa.func.count()).where(JournalEntry.action == action)
    return db.session.scalar(query) or 0


def _edit(token: str, number: int, version: int) -> dict[str, str]:
    return {
        "csrf_token": token,
        "submission_id": f"edition-{number:04d}",
        "version": str(version),
        "act": "save",
        "title": f"Boulanger ou boulangère, version {number}",
        "description": "Vous apprenez le métier.",
        "tasks": "Pétrir",
        "skills": "",
        "level": "3",
        "start": "asap",
        "contract_types": "apprenticeship",
        "openings": "1",
        "remote": "onsite",
    }


def test_of_fifty_edits_of_one_version_one_is_kept_and_the_others_are_told(
    app: Flask, record_property: Record
) -> None:
    public_id, client, token = _managed(app)
    with app.app_context():
        version = _fresh(public_id).version
    forms = [_edit(token, number, version) for number in range(PEOPLE)]
    counted = _posts(app, client, f"/gestion/offres/{public_id}/modifier", forms, record_property)
    assert set(counted) <= UNDERSTOOD
    assert counted[303] == 1
    assert counted[409] == PEOPLE - 1
    with app.app_context():
        assert _fresh(public_id).version == version + 1
        assert _count("offer_edited") == 1
    with app.app_context():
        kept = _fresh(public_id).version - version
    # Every « saved » that was answered is a version; the others were told that nothing is saved.
    record_property("modifications perdues", counted[303] - kept)


def test_edits_that_read_again_are_all_kept(app: Flask, record_property: Record) -> None:
    """Each person who is told « relisez » saves again on the newest version: every change gets in."""
    public_id, client, token = _managed(app)

    def insist(number: int) -> int:
        window = same_browser(app, client)
        for turn in range(60):
            with app.app_context():
                version = _fresh(public_id).version
                db.session.rollback()
            form = {**_edit(token, number, version), "submission_id": f"edition-{number}-{turn:03d}"}
            status = window.post(f"/gestion/offres/{public_id}/modifier", data=form).status_code
            if status != 409:
                return status
        return 409

    people = 12
    counted = all_at_once([lambda number=number: insist(number) for number in range(people)])
    _note(counted, record_property)
    with app.app_context():
        record_property("modifications perdues", people - _count("offer_edited"))
        assert _count("offer_edited") == people
    assert counted == {303: people}


@pytest.mark.parametrize(
    ("act", "form", "action"),
    [
        ("prolonger", {}, "offer_renewed"),
        ("cloturer", {"reason": "given_up"}, "offer_closed"),
    ],
)
@pytest.mark.parametrize("same_form", [True, False], ids=["même envoi", "envois différents"])
def test_fifty_presses_act_once(
    app: Flask, act: str, form: dict[str, str], action: str, same_form: bool, record_property: Record
) -> None:
    public_id, client, token = _managed(app, published=clock.now() - timedelta(days=10))
    forms = [
        {**form, "csrf_token": token, "submission_id": "un-seul-envoi" if same_form else f"envoi-{n:04d}"}
        for n in range(PEOPLE)
    ]
    counted = _posts(app, client, f"/gestion/offres/{public_id}/{act}", forms, record_property)
    assert set(counted) <= UNDERSTOOD, counted
    if same_form:
        assert counted == {303: PEOPLE}
    with app.app_context():
        assert _count(action) == 1
        told = sa.select(sa.func.count()).where(OutboxMessage.template == "offer_changed")
        assert db.session.scalar(told) == 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(FormPost)) >= 1


def test_fifty_undos_undo_once(app: Flask, record_property: Record) -> None:
    public_id, client, token = _managed(app)
    client.post(
        f"/gestion/offres/{public_id}/cloturer", data={"csrf_token": token, "reason": "given_up"}
    )
    forms = [{"csrf_token": token, "submission_id": f"envoi-{n:04d}"} for n in range(PEOPLE)]
    counted = _posts(app, client, f"/gestion/offres/{public_id}/annuler", forms, record_property)
    assert set(counted) <= UNDERSTOOD, counted
    with app.app_context():
        assert _fresh(public_id).status is OfferStatus.ONLINE
        assert _count("closing_undone") == 1


@pytest.mark.parametrize("same_form", [True, False], ids=["même envoi", "envois différents"])
def test_fifty_presses_of_publish_deposit_one_offer(
    app: Flask, client: CheckedClient, same_form: bool, record_property: Record
) -> None:
    page = to_check(client)
    form = page.text
    token = form.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    forms = [
        {"csrf_token": token, "submission_id": "un-seul-envoi" if same_form else f"envoi-{n:04d}"}
        for n in range(PEOPLE)
    ]
    counted = _posts(app, client, page.request.path, forms, record_property)
    assert counted == {303: PEOPLE}
    with app.app_context():
        offers = db.session.scalar(sa.select(sa.func.count()).select_from(Offer)) or 0
        record_property("offres en double", offers - 1)
        assert offers == 1
        assert _count("offer_deposited") == 1
        mails = sa.select(sa.func.count()).where(OutboxMessage.template == "offer_confirm")
        assert db.session.scalar(mails) == 1


def test_fifty_strangers_who_deposit_for_one_company_all_succeed(
    app: Flask, record_property: Record
) -> None:
    """The same establishment and firm are registered by all of them at once: one row each, no error."""
    people = 20
    browsers: list[CheckedClient] = []
    pages = []
    for number in range(people):
        one = app.test_client()
        assert isinstance(one, CheckedClient)
        pages.append(to_check(one, email=f"personne{number}@exemple.fr"))
        browsers.append(one)

    def publish(number: int) -> int:
        answer = browsers[number].submit(pages[number], button="Publier", follow=False)
        return answer.status_code

    counted = all_at_once([lambda number=number: publish(number) for number in range(people)])
    _note(counted, record_property)
    assert counted == {303: people}
    with app.app_context():
        for model, wanted in ((Employer, 1), (Establishment, 1), (Offer, people)):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == wanted


def test_one_draft_saved_by_fifty_tabs_keeps_one_and_shows_the_others(
    app: Flask, client: CheckedClient, record_property: Record
) -> None:
    page = to_check(client)
    draft_id = page.request.path.split("/")[2]
    need = client.get(f"/deposer/{draft_id}/enseigne")
    token = need.text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    with app.app_context():
        version = str(db.session.scalars(sa.select(Draft.version)).one())
    forms = [
        {"csrf_token": token, "submission_id": f"onglet-{n:04d}", "version": version, "brand": f"Chez {n}"}
        for n in range(PEOPLE)
    ]
    counted = _posts(app, client, f"/deposer/{draft_id}/enseigne", forms, record_property)
    assert counted == {303: 1, 409: PEOPLE - 1}
