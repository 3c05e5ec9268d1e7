"""Who knocks: each actor is a browser in a state, and the rights that it should have, no more.

A right is a word and an owner: `manage:A`, `draft:B`, `follow_up:1`, `held:2`, `step_up:A`, `staff`.
`link` is the kind of link that is open without opening any object. `in:1` is being in structure 1 at all.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.core.database import database_now, db
from app.domain.accounts import magic_links, sessions
from app.domain.accounts.models import Account, Link, Purpose
from app.domain.offers.follow_ups import mark_bounced
from app.domain.offers.holding import decide_hold
from app.domain.offers.models import HoldDecision
from app.domain.opco.sent_lists import SENT_LIST
from app.outbox.events import AddressBounced
from tests.access.world import OPCO_CODES, World, link_for, management, secret_of, step_up
from tests.factories.offers import AGENT

RAW = "jeton-de-formulaire-de-cet-acteur-0123456789"


@dataclass
class Visit:
    """How an actor comes: links and account of its session, secret of its browser, headers it sends."""

    links: list[Link] = field(default_factory=list)
    account: Account | None = None
    secret: str = RAW
    headers: dict[str, str] = field(default_factory=dict)
    age: timedelta = timedelta(0)
    idle: timedelta = timedelta(0)
    over: bool = False
    forged: bool = False
    proven: bool = True


@dataclass(frozen=True)
class Actor:
    """`come` is called in the world; `rights` is what the table checks."""

    come: Callable[[World], Visit]
    rights: frozenset[str] = frozenset()


def _actor(come: Callable[[World], Visit], *rights: str) -> Actor:
    return Actor(come, frozenset(rights))


def _expired(world: World) -> Visit:
    link = management(world.contacts["A"])
    link.expires_at = database_now() - timedelta(minutes=1)
    return Visit([link])


def _revoked(world: World) -> Visit:
    link = management(world.contacts["A"])
    magic_links.revoke(link, reason="test")
    return Visit([link])


def _replaced(world: World) -> Visit:
    assert world.former is not None
    link = management(world.former)
    magic_links.revoke(link, reason="contact_replaced")
    return Visit([link])


def _bounced(world: World) -> Visit:
    link = management(world.contacts["A"])
    db.session.flush()
    mark_bounced(AddressBounced(email=world.contacts["A"].email, reason="hard_bounce"))
    return Visit([link])


def _decided(world: World) -> Visit:
    hold = world.held["1"].holds[-1]
    decision = HoldDecision.CORRECT
    decide_hold(hold, decision=decision, motive="content", text="À préciser.", by=AGENT, decider="un agent")
    return Visit([_held(world, "1")])


def _held(world: World, owner: str) -> Link:
    return link_for(
        Purpose.HELD_OFFER,
        "offer",
        world.held[owner].id,
        f"opco{owner}@opco.example",
        scope=f"opco:{OPCO_CODES[owner]}",
    )


def _follow(world: World, owner: str) -> Link:
    return link_for(
        Purpose.FOLLOW_UP, "follow_up", world.follow_ups[owner].id, f"opco{owner}@opco.example"
    )


def _cfa(world: World, owner: str) -> Link:
    request = world.cfa_requests[owner]
    return link_for(Purpose.CFA_REQUEST, "cfa_request", request.id, request.sent_to)


def _proposed(world: World, owner: str) -> Link:
    candidate = world.proposed[owner]
    return link_for(Purpose.CONSENT, "proposed_candidate", candidate.id, candidate.email)


def _address(world: World) -> Visit:
    contact = world.to_confirm["A"].contact
    link = link_for(Purpose.ADDRESS, "contact", contact.id, contact.email)
    link.used_at, link.uses = database_now(), 1
    return Visit([link])


def _draft_link(world: World) -> Visit:
    return Visit([link_for(Purpose.DRAFT, "draft", world.drafts["A"].id, "brouillon@exemple.fr")])


def _staff(name: str, **how: Any) -> Callable[[World], Visit]:
    return lambda world: Visit(account=world.accounts[name], **how)


def _member(role: str, structure: str, *rights: str, proven: bool = True) -> Actor:
    employer = {"1": "A", "2": "B"}[structure]
    held = [f"{right}:{structure}" for right in ("in", "space", *rights)]
    if "offers" in rights:
        held.append(f"structure_offer:{employer}")
    come = _staff(f"{role}:{structure}", proven=proven)
    return _actor(come, "account", *(held if proven else (f"in:{structure}", "unproven")))


def _list(world: World, owner: str) -> Link:
    return link_for(Purpose.FOLLOW_UP, SENT_LIST, world.lists[owner].id, f"opco{owner}@opco.example")


def _opco_agent(role: str, opco: str, *rights: str, proven: bool = True) -> Actor:
    owner = f"o{opco}"
    held = [f"{right}:{owner}" for right in ("in", "opco_space", *rights)]
    come = _staff(f"{role}:{owner}", proven=proven)
    return _actor(come, "account", *(held if proven else (f"in:{owner}", "unproven")))


def _opco_agents() -> dict[str, Actor]:
    found = {}
    for number in "12":
        found[f"agent OPCO {number}, responsable"] = _opco_agent("administrator", number, "follow")
        found[f"agent OPCO {number}"] = _opco_agent("recruiter", number, "follow", "export", "batch")
        found[f"agent OPCO {number}, lecture"] = _opco_agent("reader", number)
    found["agent OPCO 1 sans second facteur"] = _opco_agent("recruiter", "1", proven=False)
    return found


def _members() -> dict[str, Actor]:
    found = {}
    for number in "12":
        found[f"responsable {number}"] = _member("administrator", number, "offers", "members")
        found[f"recruteur {number}"] = _member("recruiter", number, "offers")
        found[f"vérificateur {number}"] = _member("reviewer", number)
        found[f"lecteur {number}"] = _member("reader", number)
    found["responsable 1 sans second facteur"] = _member("administrator", "1", proven=False)
    found["agent sans second facteur"] = _actor(
        _staff("operator", proven=False), "staff", "account", "unproven"
    )
    return found


ACTORS: dict[str, Actor] = {
    "anonyme": _actor(lambda _: Visit()),
    "anonyme sans cookie": _actor(lambda _: Visit(secret="")),
    "employeur A": _actor(lambda w: Visit([management(w.contacts["A"])]), "manage:A", "link:manage"),
    "employeur B": _actor(lambda w: Visit([management(w.contacts["B"])]), "manage:B", "link:manage"),
    "employeur A prouvé": _actor(
        lambda w: Visit([management(w.contacts["A"]), step_up(w.contacts["A"])]),
        "manage:A", "step_up:A", "link:manage",
    ),
    "preuve de A seule": _actor(lambda w: Visit([step_up(w.contacts["A"])])),
    "employeur A prouvé pour B": _actor(
        lambda w: Visit([management(w.contacts["A"]), step_up(w.contacts["B"])]), "manage:A", "link:manage"
    ),
    "employeur au droit fini": _actor(lambda w: Visit([management(w.ended)]), "link:manage"),  # type: ignore[arg-type]
    "lien expiré": _actor(_expired),
    "lien révoqué": _actor(_revoked),
    "contact remplacé": _actor(_replaced),
    "contact remplacé, lien vif": _actor(lambda w: Visit([management(w.former)]), "link:manage"),  # type: ignore[arg-type]
    "adresse en échec": _actor(_bounced),
    "adresse à confirmer": _actor(_address),
    "brouillon A par cookie": _actor(lambda _: Visit(secret=secret_of("A")), "draft:A"),
    "brouillon B par cookie": _actor(lambda _: Visit(secret=secret_of("B")), "draft:B"),
    "brouillon A par lien": _actor(_draft_link, "draft:A"),
    "dépôt A par cookie": _actor(lambda _: Visit(secret=secret_of("A2")), "deposited:A"),
    "OPCO 1, suivi": _actor(lambda w: Visit([_follow(w, "1")]), "follow_up:1", "link:follow_up"),
    "OPCO 2, suivi": _actor(lambda w: Visit([_follow(w, "2")]), "follow_up:2", "link:follow_up"),
    "CFA 1": _actor(lambda w: Visit([_cfa(w, "1")]), "cfa:1", "link:cfa"),
    "CFA 2": _actor(lambda w: Visit([_cfa(w, "2")]), "cfa:2", "link:cfa"),
    "candidat proposé 1": _actor(lambda w: Visit([_proposed(w, "1")]), "proposed:1", "link:proposed"),
    "candidat proposé 2": _actor(lambda w: Visit([_proposed(w, "2")]), "proposed:2", "link:proposed"),
    "OPCO 1, offre retenue": _actor(lambda w: Visit([_held(w, "1")]), "held:1", "link:held"),
    "OPCO 2, offre retenue": _actor(lambda w: Visit([_held(w, "2")]), "held:2", "link:held"),
    "OPCO 1, offre décidée": _actor(_decided, "held:1", "link:held"),
    "employeur A et OPCO 2": _actor(
        lambda w: Visit([management(w.contacts["A"]), _follow(w, "2")]),
        "manage:A", "follow_up:2", "link:manage", "link:follow_up",
    ),
    "agent du portail": _actor(_staff("operator"), "staff", "account"),
    "administrateur du portail": _actor(_staff("administrator"), "staff", "administrator", "account"),
    "compte sans rôle": _actor(_staff("nobody"), "account"),
    "agent désactivé": _actor(_staff("disabled")),
    "agent inactif": _actor(_staff("operator", idle=timedelta(minutes=31))),
    "agent depuis 12 h": _actor(_staff("operator", age=timedelta(hours=12, minutes=1))),
    "agent déconnecté": _actor(_staff("operator", over=True)),
    "cookie forgé": _actor(_staff("operator", forged=True)),
    "employeur A inactif": _actor(
        lambda w: Visit([management(w.contacts["A"])], idle=timedelta(hours=2, minutes=1))
    ),
    "employeur A déconnecté": _actor(lambda w: Visit([management(w.contacts["A"])], over=True)),
    "relais de courriel": _actor(lambda _: Visit(headers={"X-Webhook-Secret": "secret-du-relais"}), "relay"),
    "relais au mauvais secret": _actor(lambda _: Visit(headers={"X-Webhook-Secret": "autre-secret"})),
    "OPCO 1, liste": _actor(lambda w: Visit([_list(w, "1")]), "listed:1", "follow_up:1", "link:follow_up"),
    "OPCO 2, liste": _actor(lambda w: Visit([_list(w, "2")]), "listed:2", "follow_up:2", "link:follow_up"),
    **_members(),
    **_opco_agents(),
}  # fmt: skip


def browser(app: Flask, visit: Visit) -> FlaskClient:
    """The actor's browser, its session open in the database; in an application context, commits."""
    client = FlaskClient(app, app.response_class)
    client.environ_base.update({f"HTTP_{n.upper().replace('-', '_')}": v for n, v in visit.headers.items()})
    interface: Any = app.session_interface
    if visit.secret:
        client.set_cookie("pre", interface.signer.dumps({"csrf_token": visit.secret}))
    if not (visit.links or visit.account):
        return client
    row, token = sessions.open_session(
        account=visit.account, links=visit.links, proven=visit.proven
    )
    row.data = {"csrf_token": visit.secret}
    now = clock.now()
    row.created_at, row.expires_at = now - visit.age, now - visit.age + sessions.WHOLE_LIFE
    row.last_seen_at = now - max(visit.idle, timedelta(0))
    db.session.flush()
    if visit.over:
        sessions.end(row)
    db.session.commit()
    client.set_cookie("session", token[:-1] + ("A" if token[-1] != "A" else "B") if visit.forged else token)
    return client
