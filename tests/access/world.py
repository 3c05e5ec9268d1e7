"""Employers, OPCOs, structures with their roles, portal staff: the objects whose doors the matrix tries."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.audit.actor import SYSTEM
from app.core import clock
from app.core.database import database_now, db
from app.core.identifiers import Siret
from app.domain.accounts import magic_links
from app.domain.accounts.models import Account, Link, Purpose, StaffRole
from app.domain.cfa_requests.models import CfaRequest, ProposedCandidate
from app.domain.deposits.models import Series
from app.domain.deposits.series import Prepared, prepare_series
from app.domain.diffusion.files import FILE_LIFECYCLE, FileDelivery, FileStatus
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.employers.directory import LookUp, Outcome
from app.domain.employers.mandates import take_mandate
from app.domain.employers.models import Contact
from app.domain.offers.deposit import Collector
from app.domain.offers.drafts import Holder, finish, start_draft
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Draft, Offer
from app.domain.offers.origins import Origin
from app.domain.opco.board_acts import ChangeStep
from app.domain.opco.contacts import record_contact
from app.domain.opco.determination import opco_by_code
from app.domain.opco.follow_up import open_follow_up
from app.domain.opco.lifecycle import EXPORT_LIFECYCLE, ExportStatus, FollowUpStatus
from app.domain.opco.long_exports import Export, file_of
from app.domain.opco.models import FollowUp, OpcoContact
from app.domain.opco.sent_lists import ListKind, SentList, make_list
from app.domain.organisations.models import Kind, Membership, Organisation
from app.domain.organisations.roles import Role
from app.export_upkeep import exports_folder
from app.lists.batches import prepare
from app.lists.models import Batch, SavedView
from app.lists.saved_views import save_view
from app.outbox.models import Pause, SuppressedAddress
from tests.factories.diffusions import make_diffusion
from tests.factories.offers import make_answer, make_contact, make_establishment, make_offer
from tests.factories.structures import give_factor, make_member, make_structure
from tests.factories.training import make_candidate, make_request

# One letter an owner: employers A and B, OPCOs 1 and 2.
OPCO_CODES = {"1": "06", "2": "01"}
CLEAN = {
    "level": 3,
    "start_on": None,
    "contract_types": ["apprenticeship"],
    "duration_months": None,
    "openings": 1,
    "rhythm": None,
    "remote": "onsite",
    "about_company": None,
    "questions": [],
    "job_key": "boulanger",
    "words": None,
    "name": "Camille Fabre",
    "email": "camille@brouillon.example",
    "phone": None,
}


@dataclass
class World:
    """What exists; the keys are owners."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    to_confirm: dict[str, Offer] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    deposited: dict[str, Draft] = field(default_factory=dict)
    follow_ups: dict[str, FollowUp] = field(default_factory=dict)
    cfa_requests: dict[str, CfaRequest] = field(default_factory=dict)
    proposed: dict[str, ProposedCandidate] = field(default_factory=dict)
    held: dict[str, Offer] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    structures: dict[str, Organisation] = field(default_factory=dict)
    others: dict[str, Membership] = field(default_factory=dict)
    ended: Contact | None = None
    former: Contact | None = None
    letter: int = 0
    diffusion: int = 0
    pause: int = 0
    address: int = 0
    opco_address: int = 0
    # What an OPCO has in its own space, and the companies that an e-mail names to it.
    opco_spaces: dict[str, Organisation] = field(default_factory=dict)
    own_addresses: dict[str, OpcoContact] = field(default_factory=dict)
    exports: dict[str, Export] = field(default_factory=dict)
    lists: dict[str, SentList] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    views: dict[str, SavedView] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)


def secret_of(owner: str) -> str:
    """The secret of the browser that began an owner's draft: its form token."""
    return f"navigateur-{owner}" * 3


def build() -> World:
    """Make everything; commits."""
    world = World()
    for owner in "AB":
        establishment = make_establishment()
        contact = world.contacts[owner] = make_contact(establishment, email=f"{owner}@employeur.example")
        world.offers[owner] = make_offer(OfferStatus.ONLINE, contact=contact)
        other = make_contact(establishment, email=f"nouveau-{owner}@employeur.example", confirmed=False)
        world.to_confirm[owner] = make_offer(OfferStatus.TO_CONFIRM, contact=other, job_key="patissier")
        world.drafts[owner] = _draft(owner)
        world.deposited[owner] = _draft(f"{owner}2")
        finish(world.deposited[owner], world.to_confirm[owner])
    for owner, code in OPCO_CODES.items():
        need = make_offer(OfferStatus.ONLINE)
        world.follow_ups[owner] = open_follow_up(need.establishment, opco_by_code(code))
        world.held[owner] = make_offer(OfferStatus.HELD)
        world.cfa_requests[owner] = make_request(world.offers["A" if owner == "1" else "B"])
        world.proposed[owner] = make_candidate()
    for name, role in (("operator", StaffRole.OPERATOR), ("administrator", StaffRole.ADMINISTRATOR)):
        world.accounts[name] = _account(name, role)
    _structures(world)
    _opcos(world)
    world.accounts["nobody"] = _account("nobody", None)
    world.accounts["lost"] = _account("lost", None)
    give_factor(world.accounts["lost"])
    world.accounts["disabled"] = _account("disabled", StaffRole.OPERATOR)
    world.accounts["disabled"].disabled_at = clock.now()
    world.ended = _ended_contact()
    world.former = make_contact(email="ancien@employeur.example")
    make_offer(OfferStatus.ONLINE, contact=world.former)
    world.former.removed_at = clock.now()
    _staff_objects(world)
    db.session.commit()
    return world


def _structures(world: World) -> None:
    """Structure 1 manages the offer of employer A, structure 2 the one of employer B."""
    for owner, employer in (("1", "A"), ("2", "B")):
        structure = world.structures[owner] = make_structure(name=f"Structure {owner}")
        for role in Role:
            member = make_member(structure, role, email=f"{role.value}{owner}@structure.example")
            world.accounts[f"{role.value}:{owner}"] = member.account
        world.others[owner] = make_member(structure, Role.READER, email=f"autre{owner}@structure.example")
        world.offers[employer].organisation_id = structure.id
        take_mandate(structure, world.offers[employer].establishment, by=SYSTEM)
        collector = Collector(structure, world.accounts[f"recruiter:{owner}"])
        lines = [Prepared(number, {"siret": "", "job": "boulanger"}, None) for number in (2, 3)]
        world.series[owner] = prepare_series(collector, lines)


def _opcos(world: World) -> None:
    """The spaces of OPCOs 1 and 2, their own addresses, a list mailed to each, an export of a recruiter."""
    folder = exports_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for owner, code in OPCO_CODES.items():
        space = make_structure(Kind.OPCO, name=f"OPCO {owner}", opco_code=code)
        world.opco_spaces[owner] = space
        for role in (Role.ADMINISTRATOR, Role.RECRUITER, Role.READER):
            member = make_member(space, role, email=f"{role.value}{owner}@opco.example")
            world.accounts[f"{role.value}:o{owner}"] = member.account
        address = record_contact(opco_by_code(code), f"service{owner}@opco.example")
        world.own_addresses[owner] = address
        world.lists[owner] = make_list(address, ListKind.DIGEST, [world.follow_ups[owner].id])
        account = world.accounts[f"recruiter:o{owner}"]
        export = Export(
            organisation=space, account=account, title="o.csv", total=1, asked_at=clock.now()
        )
        EXPORT_LIFECYCLE.begin(export, ExportStatus.DONE)
        db.session.add(export)
        db.session.flush()
        world.exports[owner] = export
        act = ChangeStep(opco_by_code(code), FollowUpStatus.CONTACTED, by=SYSTEM)
        own = {"account_id": account.id, "organisation_id": space.id}
        need = open_follow_up(make_offer(OfferStatus.ONLINE).establishment, opco_by_code(code))
        db.session.flush()
        world.batches[owner] = prepare(act, [need.id], **own)
        world.views[owner] = save_view("opco_board", title="Vue", asked={}, is_shared=False, **own)
        file_of(export, folder).write_text("essai", "utf-8")


def _draft(owner: str) -> Draft:
    answer = make_answer(Siret("99100001900018"))
    look_up = LookUp(Outcome.FOUND, clock.now(), answer.source, answer)
    draft = start_draft(Holder(secret=secret_of(owner)), siret=answer.siret, look_up=look_up)
    draft.answers = {**draft.answers, "need": {"job": "boulanger"}, "clean": dict(CLEAN)}
    db.session.flush()
    return draft


def _account(name: str, role: StaffRole | None) -> Account:
    account = Account(
        email=f"{name}@portail.example", name=name, staff_role=role, created_at=clock.now()
    )
    db.session.add(account)
    db.session.flush()
    return account


def _ended_contact() -> Contact:
    contact = make_contact(email="fini@employeur.example")
    offer = make_offer(OfferStatus.ENDED, contact=contact)
    offer.ended_at = clock.now() - timedelta(days=200)
    offer.start_on = None
    return contact


def _staff_objects(world: World) -> None:
    address = SuppressedAddress(address="perdu@exemple.fr", reason="hard_bounce", since=clock.now())
    pause = Pause(kind="mail", template="offer_online", reason="essai", created_at=clock.now())
    partner = Origin(
        code="partenaire-d-essai", label="Partenaire", hosts=["exemple.fr"], created_at=clock.now()
    )
    diffusion = make_diffusion(make_offer(OfferStatus.ONLINE), status=DiffusionStatus.UNCERTAIN)
    delivery = FileDelivery(platform="france_travail", begun_at=clock.now(), offers=12, size=1_500)
    FILE_LIFECYCLE.begin(delivery, FileStatus.ACKNOWLEDGED)
    db.session.add_all([address, pause, partner, delivery])
    db.session.flush()
    world.address, world.pause, world.diffusion = address.id, pause.id, diffusion.id
    world.opco_address = record_contact(opco_by_code("06"), "service@opco.example").id
    world.letter = db.session.scalars(sa.text("SELECT max(id) FROM outbox_message")).one()


def link_for(purpose: Purpose, object_type: str, object_id: int, email: str, scope: str = "") -> Link:
    """A live link's row."""
    token = magic_links.issue(
        purpose, object_type=object_type, object_id=object_id, email=email, scope=scope
    )
    link = magic_links.read(token).link
    assert link is not None
    return link


def management(contact: Contact) -> Link:
    """The management link of a contact."""
    return link_for(Purpose.MANAGEMENT, "contact", contact.id, contact.email)


def step_up(contact: Contact) -> Link:
    """A fresh proof of a contact's address, just used."""
    link = link_for(Purpose.LOGIN, "contact", contact.id, contact.email)
    link.used_at, link.uses = database_now(), 1
    return link


def guarded(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that belong to each owner, to see that nobody else has changed them."""
    db.session.rollback()
    db.session.expire_all()
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for owner in "AB":
        rows[owner] = [
            _row(Contact, world.contacts[owner].id),
            _row(Offer, world.offers[owner].id),
            _row(Offer, world.to_confirm[owner].id),
            _row(Draft, world.drafts[owner].id),
        ]
    for owner in OPCO_CODES:
        rows[owner] = [_row(FollowUp, world.follow_ups[owner].id), _row(Offer, world.held[owner].id)]
        rows[owner] += [_row(CfaRequest, world.cfa_requests[owner].id)]
        rows[owner] += [_row(ProposedCandidate, world.proposed[owner].id)]
        rows[owner] += [_row(Organisation, world.structures[owner].id)]
        rows[owner] += [_row(Membership, world.others[owner].id)]
        rows[f"o{owner}"] = [
            _row(Organisation, world.opco_spaces[owner].id),
            _row(OpcoContact, world.own_addresses[owner].id),
            _row(Export, world.exports[owner].id),
        ]
    return rows


def _row(model: Any, number: int) -> tuple[Any, ...]:
    table = model.__table__
    found = db.session.execute(sa.select(table).where(table.c.id == number)).first()
    return tuple(found or ())
