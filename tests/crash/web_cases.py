"""One case a moment of a request: what is there before, and the act during which the server dies.

`prepare` gives the page whose form the act posts; the act is played again once another server is up, as a
person does who reloads the page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from werkzeug.test import TestResponse

from app.core import clock
from app.core.database import database_now, db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Account, Purpose, StaffRole
from app.domain.employers.contact_change import propose_contact
from app.domain.employers.directory import Outcome
from app.domain.offers import life
from app.domain.offers.lifecycle import EndReason, OfferStatus
from app.domain.offers.models import Offer
from app.domain.opco.contacts import record_contact
from app.domain.opco.determination import opco_by_code
from app.domain.opco.follow_up import open_follow_up
from tests.crash.stage import Stage
from tests.factories.offers import AGENT, make_establishment, make_offer
from tests.factories.structures import code_of, give_factor, make_account, make_member, make_structure
from tests.support.deposit import ANSWERS, BAKERY, to_check, type_company
from tests.support.opco_space import enter, followed, opco_member
from tests.support.sign_in import by_link

Prepare = Callable[[Stage], TestResponse]
OPCO_EMAIL = "suivi@opco.example"
AGENT_EMAIL = "admin@portail.example"


@dataclass(frozen=True)
class WebCase:
    """`answers` and `button` fill the form; `form` chooses it; the second time `status` is expected."""

    prepare: Prepare
    answers: tuple[tuple[str, str], ...] = ()
    button: str | None = None
    form: int | str = 0
    status: tuple[int, ...] = (303,)

    def act(self, stage: Stage, page: TestResponse) -> TestResponse:
        """Post the form; raises ConnectionError when the server dies."""
        return stage.save(
            stage.client.submit(page, dict(self.answers), button=self.button, form=self.form, follow=False)
        )


@dataclass(frozen=True)
class FreshCodeCase(WebCase):
    """An agent's act that asks for the code of the moment."""

    def act(self, stage: Stage, page: TestResponse) -> TestResponse:
        with stage.app.app_context():
            code = code_of(db.session.query(Account).filter_by(email=AGENT_EMAIL).one())
        answers = {**dict(self.answers), "code": code}
        return stage.save(stage.client.submit(page, answers, follow=False))


def _batch(stage: Stage) -> TestResponse:
    """The confirm page of an act on three companies."""
    with stage.app.app_context():
        for number in range(3):
            followed(brand=f"Fournil {number}")
        base = enter(stage.client, opco_member())
    page = stage.client.get(f"{base}/entreprises?selection=tout")
    return stage.client.submit(page, {"acte": "step:contacted"}, form="/lots")


def _lost_factor(stage: Stage) -> TestResponse:
    with stage.app.app_context():
        lost = make_member(make_structure()).account
        me = make_account(AGENT_EMAIL)
        me.staff_role = StaffRole.ADMINISTRATOR
        for one in (lost, me):
            give_factor(one)
        number = lost.id
        by_link(stage.client, me)
    return stage.client.get(f"/agents/comptes/{number}/second-facteur")


def _home(stage: Stage) -> TestResponse:
    return stage.client.get("/")


def _need(stage: Stage) -> TestResponse:
    return type_company(stage.client)


def _check(stage: Stage) -> TestResponse:
    return to_check(stage.client)


def _check_again(stage: Stage) -> TestResponse:
    """From the management link: the offer goes online at once."""
    offer = _managed(stage)
    page = stage.client.get(f"/gestion/offres/{offer}")
    need = stage.client.submit(page, form="dupliquer")
    return stage.client.submit(need, {"job": "boulanger"})


def _link_page(
    stage: Stage, status: OfferStatus, *, outcome: Outcome = Outcome.FOUND, **over: Any
) -> TestResponse:
    with stage.app.app_context():
        record_contact(opco_by_code("06"), OPCO_EMAIL)
        offer = make_offer(status, establishment=make_establishment(outcome), **over)
        contact = offer.contact
        path = stage.open_link(
            Purpose.MANAGEMENT, "contact", contact.id, contact.email, scope=offer.public_id
        )
    return stage.client.get(path)


def _to_confirm(stage: Stage) -> TestResponse:
    return _link_page(stage, OfferStatus.TO_CONFIRM)


def _to_hold(stage: Stage) -> TestResponse:
    return _link_page(stage, OfferStatus.TO_CONFIRM, outcome=Outcome.NOT_LISTED)


def _managed(stage: Stage, **over: Any) -> str:
    """An offer online whose link is open in the person's browser; gives its public name."""
    stage.client.submit(_link_page(stage, OfferStatus.ONLINE, **over))
    with stage.app.app_context():
        return str(db.session.query(Offer).order_by(Offer.id.desc()).first().public_id)  # type: ignore[union-attr]


def _renew(stage: Stage) -> TestResponse:
    public_id = _managed(stage, published=clock.now() - timedelta(days=20))
    return stage.client.get(f"/gestion/offres/{public_id}/prolonger")


def _close(stage: Stage) -> TestResponse:
    return stage.client.get(f"/gestion/offres/{_managed(stage)}/cloturer")


def _closed(stage: Stage) -> TestResponse:
    public_id = _managed(stage)
    page = stage.client.get(f"/gestion/offres/{public_id}/cloturer")
    return stage.client.submit(page, {"reason": "given_up"})


def _edited(stage: Stage) -> TestResponse:
    page = stage.client.get(f"/gestion/offres/{_managed(stage)}/modifier")
    return stage.client.submit(page, {"title": "Apprenti boulanger ou apprentie boulangère"})


def _decided(stage: Stage) -> TestResponse:
    with stage.app.app_context():
        offer = make_offer(OfferStatus.HELD)
        path = stage.open_link(Purpose.HELD_OFFER, "offer", offer.id, OPCO_EMAIL, scope="opco:06")
    page = stage.client.submit(stage.client.get(path))
    answers = {"decision": "refuse", "motive": "content", "text": "Le poste n’est pas décrit."}
    return stage.client.submit(page, answers, button="Voir le message")


def _follow_up(stage: Stage) -> TestResponse:
    with stage.app.app_context():
        offer = make_offer(OfferStatus.ONLINE)
        follow_up = open_follow_up(offer.establishment, opco_by_code("06"))
        db.session.flush()
        public_id = follow_up.public_id
        path = stage.open_link(Purpose.FOLLOW_UP, "follow_up", follow_up.id, OPCO_EMAIL)
    stage.client.submit(stage.client.get(path))
    return stage.client.get(f"/suivi/{public_id}/pas-notre-champ")


def _contact_form(stage: Stage) -> TestResponse:
    public_id = _managed(stage)
    with stage.app.app_context():
        contact = db.session.query(Offer).filter_by(public_id=public_id).one().contact
        path = stage.open_link(Purpose.LOGIN, "contact", contact.id, contact.email)
    return stage.client.submit(stage.client.get(path))


def _new_contact(stage: Stage) -> TestResponse:
    with stage.app.app_context():
        offer = make_offer(OfferStatus.ONLINE)
        new = propose_contact(
            offer.contact, email="suite@boulangerie.example", name="Alex Roux", phone=None, by=AGENT
        )
        path = stage.open_link(Purpose.ADDRESS, "contact", new.id, new.email)
    return stage.client.get(path)


def _dead_link(stage: Stage) -> TestResponse:
    with stage.app.app_context():
        offer = make_offer(OfferStatus.ONLINE)
        contact = offer.contact
        path = stage.open_link(Purpose.MANAGEMENT, "contact", contact.id, contact.email)
        link = magic_links.read(path.rpartition("/")[2]).link
        assert link is not None
        link.expires_at = database_now() - timedelta(minutes=1)
        db.session.commit()
    return stage.client.get(path)


def _offers(stage: Stage) -> TestResponse:
    _managed(stage)
    return stage.client.get("/gestion")


def _closed_by_service(stage: Stage) -> TestResponse:
    """An offer that ended long ago, put online again."""
    with stage.app.app_context():
        start = clock.now() - timedelta(days=40)
        offer = make_offer(OfferStatus.ONLINE, published=start, start_on=None)
        with clock.set_to(start + timedelta(days=5)):
            life.close_offer(offer, by=AGENT, reason=EndReason.GIVEN_UP)
        contact, public_id = offer.contact, offer.public_id
        path = stage.open_link(Purpose.MANAGEMENT, "contact", contact.id, contact.email)
    stage.client.submit(stage.client.get(path))
    return stage.client.get(f"/gestion/offres/{public_id}/prolonger")


ANSWERED = tuple(ANSWERS.items())
PUBLISH = "Publier"
CONTACT = (("name", "Alex Roux"), ("email", "suite@boulangerie.example"))

WEB_CASES: dict[str, WebCase] = {
    "deposit.after_look_up": WebCase(_home, (("q", BAKERY),)),
    "deposit.after_draft_saved": WebCase(_need, ANSWERED),
    "deposit.after_company": WebCase(_check, button=PUBLISH),
    "deposit.after_opco": WebCase(_check, button=PUBLISH),
    "deposit.after_offer": WebCase(_check, button=PUBLISH),
    "request.before_commit": WebCase(_check, button=PUBLISH),
    "request.after_commit_before_response": WebCase(_check, button=PUBLISH),
    "session.write_at_logout": WebCase(_offers, form="deconnexion", status=(200,)),
    "links.after_consume_before_session": WebCase(_to_confirm),
    "links.before_commit": WebCase(_new_contact),
    "links.after_commit_before_response": WebCase(_to_confirm),
    "links.reissue_before_commit": WebCase(_dead_link, status=(200,)),
    "offers.confirmed_before_publish": WebCase(_to_confirm),
    "offers.published_before_mail": WebCase(_check_again, button=PUBLISH),
    "offers.held_before_mail": WebCase(_to_hold),
    "offers.decided_before_mail": WebCase(_decided, button="Enregistrer ma décision"),
    "offers.edited_before_journal": WebCase(_edited, button="Enregistrer"),
    "offers.renewed_before_mail": WebCase(_closed_by_service),
    "offers.closed_before_mail": WebCase(_close, (("reason", "filled_here"),)),
    "offers.undone_before_cancel": WebCase(_closed, button="Annuler"),
    "contacts.proposed_midway": WebCase(_contact_form, CONTACT),
    "contacts.revoked_before_hand_over": WebCase(_new_contact),
    "opco.opened_before_mail": WebCase(_to_confirm),
    "batches.applied_before_mark": WebCase(_batch, form="/faire"),
    "accounts.factor_removed_before_mail": FreshCodeCase(
        _lost_factor, (("reason", "lost"), ("word", "RETIRER"))
    ),
    "opco.denied_before_hand_over": WebCase(_follow_up, (("other_opco", "unknown"),)),
}
# The same moments, in other acts than the first one: a crash must be harmless wherever it falls.
MORE_WEB_CASES: tuple[tuple[str, WebCase], ...] = (
    ("request.before_commit", WebCase(_renew)),
    ("request.before_commit", WebCase(_edited, button="Enregistrer")),
    ("request.before_commit", WebCase(_decided, button="Enregistrer ma décision")),
    ("request.before_commit", WebCase(_contact_form, CONTACT)),
    ("request.after_commit_before_response", WebCase(_renew)),
    ("request.after_commit_before_response", WebCase(_close, (("reason", "given_up"),))),
    ("request.after_commit_before_response", WebCase(_edited, button="Enregistrer")),
    ("request.after_commit_before_response", WebCase(_closed, button="Annuler")),
    ("request.after_commit_before_response", WebCase(_decided, button="Enregistrer ma décision")),
    ("request.after_commit_before_response", WebCase(_contact_form, CONTACT)),
    ("request.after_commit_before_response", WebCase(_check_again, button=PUBLISH)),
    ("links.after_consume_before_session", WebCase(_new_contact)),
    ("links.after_commit_before_response", WebCase(_new_contact)),
    ("offers.published_before_mail", WebCase(_to_confirm)),
)
