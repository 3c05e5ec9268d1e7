"""What must be true of the recovered database, joined with what the SMTP server received.

Each function gives the violations it finds: empty when the invariant holds. I2 (partners), I6 (hand-over of
withdrawals) and I7 (files) come with the parts that they speak of.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.audit.actor import ActorKind
from app.audit.models import FormPost, JournalEntry
from app.core.database import db
from app.domain.accounts.magic_links import SINGLE_USE
from app.domain.accounts.models import Link, session_link
from app.domain.deposits.lifecycle import LineStatus
from app.domain.deposits.models import SeriesLine
from app.domain.employers.models import Contact, Establishment
from app.domain.offers.lifecycle import OfferStatus as S
from app.domain.offers.models import Draft, Hold, Offer, UndoableAct
from app.lists.models import Batch, BatchItem, Outcome
from app.outbox.models import OutboxMessage, OutboxStatus
from tests.support.smtp_sink import Mail

# The e-mail that each fact owes to the contact of the offer.
OWED = {
    "offer_deposited": "offer_confirm",
    "offer_published": "offer_online",
    "offer_held": "offer_held",
    "offer_renewed": "offer_changed",
    "offer_closed": "offer_changed",
    "offer_correction_asked": "offer_to_fix",
    "offer_refused": "offer_refused",
    "offer_expired": "offer_expired",
}
IN_SIGHT = frozenset({OutboxStatus.DEAD, OutboxStatus.REFUSED, OutboxStatus.UNCERTAIN})
# Facts of the journal as moves: the states they start from, and where they lead (None: nowhere else).
MOVES: dict[str, tuple[frozenset[S], S | None]] = {
    "offer_deposited": (frozenset({S.DRAFT}), S.TO_CONFIRM),
    "offer_confirmed": (frozenset({S.TO_CONFIRM}), None),
    "offer_published": (frozenset({S.DRAFT, S.TO_CONFIRM, S.HELD}), S.ONLINE),
    "offer_held": (frozenset({S.DRAFT, S.TO_CONFIRM, S.ONLINE, S.SUSPENDED}), S.HELD),
    "offer_corrected": (frozenset({S.SUSPENDED}), S.HELD),
    "offer_correction_asked": (frozenset({S.HELD}), S.SUSPENDED),
    "offer_refused": (frozenset({S.HELD}), S.ENDED),
    "offer_renewed": (frozenset({S.ONLINE, S.ENDED}), S.ONLINE),
    "offer_closed": (frozenset({S.TO_CONFIRM, S.HELD, S.ONLINE, S.SUSPENDED}), S.ENDED),
    "offer_expired": (frozenset({S.ONLINE, S.HELD, S.SUSPENDED}), S.ENDED),
}
UNDOING = {
    "renewal_undone": "offer_renewed",
    "closing_undone": "offer_closed",
    "decision_undone": "offer_refused",
}


@dataclass(frozen=True)
class Seen:
    """What was seen outside: answers « saved » (posted to, sent on to), mails, crashes in the sending gap."""

    saved: Sequence[tuple[str, str]]
    mails: Sequence[Mail]
    gaps: int


def _entries(object_type: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = sa.select(JournalEntry.object_id, JournalEntry.action).where(
        JournalEntry.object_type == object_type
    )
    for object_id, action in db.session.execute(query.order_by(JournalEntry.id)):
        found[object_id].append(action)
    return found


def _deposited_by(*kinds: ActorKind) -> set[int]:
    """Offers deposited from a management link or by a verified structure: nothing is to confirm."""
    query = sa.select(JournalEntry.object_id).where(
        JournalEntry.action == "offer_deposited",
        JournalEntry.actor_kind.in_([kind.value for kind in kinds]),
    )
    return set(db.session.scalars(query))


def _identifier(mail: Mail) -> str:
    return str(mail.message["Message-ID"]).strip("<> ").partition("@")[0]


def saved_forms_exist(seen: Seen) -> list[str]:
    """I1: an answer « saved » without its row: the form's trace, the draft, or the line of an opened link."""
    known = set(db.session.scalars(sa.select(FormPost.location)))
    drafts = set(db.session.scalars(sa.select(Draft.public_id)))
    opened = sum(actions.count("link_opened") for actions in _entries("link").values())
    links = [posted for posted, _ in seen.saved if posted.startswith("/l/")]
    missing = [f"link {posted}" for posted in links[opened:]]
    for posted, target in seen.saved:
        is_draft = target.startswith("/deposer/") and target.split("/")[2] in drafts
        if posted not in links and not is_draft and target not in known:
            missing.append(f"{posted} → {target}")
    return missing


def facts_are_mailed(seen: Seen) -> list[str]:
    """I3: a fact without an accepted e-mail, nor a row that portal staff see."""
    received = {_identifier(mail) for mail in seen.mails}
    rows: dict[tuple[str, str], list[OutboxMessage]] = defaultdict(list)
    for row in db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.about_type == "offer")):
        rows[row.about_id or "", row.template].append(row)
    missing = []
    proved = _deposited_by(ActorKind.CONTACT, ActorKind.MEMBER)
    for_companies = _deposited_by(ActorKind.MEMBER)
    for offer_id, actions in _entries("offer").items():
        for action in actions:
            if action == "offer_deposited" and offer_id in proved:
                continue
            template = OWED.get(action, "")
            if action == "offer_published" and offer_id in for_companies:
                template = "partner_offer"
            owed = rows[str(offer_id), template] if template else None
            undone = bool(set(actions) & set(UNDOING))
            if owed is not None and not any(_is_accounted_for(row, received, undone) for row in owed):
                missing.append(f"offer {offer_id}: {action}")
    return missing


def _is_accounted_for(row: OutboxMessage, received: set[str], undone: bool) -> bool:
    if row.status is OutboxStatus.SENT:
        return row.message_id in received
    if row.status is OutboxStatus.CANCELLED:
        # Taken back by an undo, or without object: what it told is over.
        return undone or row.last_error == "sans objet"
    return row.status in IN_SIGHT


def no_mail_comes_twice(seen: Seen) -> list[str]:
    """I4: the same e-mail more often than once, plus one for each crash in the gap after the sending."""
    counted = Counter(_identifier(mail) for mail in seen.mails)
    extra = sum(number - 1 for number in counted.values())
    keys = Counter(
        db.session.scalars(sa.select(OutboxMessage.dedupe_key).where(OutboxMessage.dedupe_key.is_not(None)))
    )
    doubles = [key for key, number in keys.items() if number > 1]
    return doubles + ([f"{extra} duplicates for {seen.gaps} crashes"] if extra > seen.gaps else [])


def no_reminder_comes_twice(seen: Seen) -> list[str]:
    """I5: a reminder received twice, whatever died."""
    received = Counter(_identifier(mail) for mail in seen.mails)
    query = sa.select(OutboxMessage).where(OutboxMessage.rhythm != "now")
    groups = Counter[tuple[str, str | None, str]]()
    for row in db.session.scalars(query):
        stage = (row.dedupe_key or "").partition("#")[0]
        groups[row.template, row.about_id, stage] += received[row.message_id]
    return [str(group) for group, number in groups.items() if number > 1]


def batches_are_whole(_seen: Seen) -> list[str]:
    """A batch half done: marked without what became of each row, or a row done in one that isn't marked."""
    query = sa.select(Batch.id, Batch.done_at, BatchItem.outcome).join(BatchItem)
    wrong = []
    for number, done_at, outcome in db.session.execute(query):
        if (done_at is None) != (outcome is Outcome.WAITING):
            wrong.append(f"batch {number}: {outcome.value}")
    return wrong


def no_link_is_used_twice(_seen: Seen) -> list[str]:
    """I8: a single-use link with two uses or two sessions."""
    query = (
        sa.select(Link.id, Link.uses, sa.func.count(session_link.c.session_id))
        .outerjoin(session_link, session_link.c.link_id == Link.id)
        .where(Link.purpose.in_(SINGLE_USE))
        .group_by(Link.id, Link.uses)
    )
    return [f"link {row[0]}" for row in db.session.execute(query) if row[1] > 1 or row[2] > 1]


def each_change_is_in_the_journal(_seen: Seen) -> list[str]:
    """I9: a change that no line tells."""
    offers, links, contacts = _entries("offer"), _entries("link"), _entries("contact")
    missing = []
    proved = _deposited_by(ActorKind.CONTACT, ActorKind.MEMBER)
    for offer in db.session.scalars(sa.select(Offer)):
        told = set(offers[offer.id])
        owed = {"offer_deposited"}
        owed |= {"offer_confirmed"} if offer.confirmed_at and offer.id not in proved else set()
        owed |= {"offer_published"} if offer.first_published_on else set()
        missing += [f"offer {offer.id}: {action}" for action in owed - told]
        if offer.status is S.ENDED and not told & {"offer_closed", "offer_expired", "offer_refused"}:
            missing.append(f"offer {offer.id} ended")
    for link in db.session.scalars(sa.select(Link).where(Link.uses > 0)):
        if links[link.id].count("link_opened") != link.uses:
            missing.append(f"link {link.id} opened {link.uses} times")
    for contact in db.session.scalars(sa.select(Contact).where(Contact.removed_at.is_not(None))):
        if "contact_replaced" not in contacts[contact.id]:
            missing.append(f"contact {contact.id} replaced")
    for place in db.session.scalars(sa.select(Establishment.id)):
        if "establishment_registered" not in _entries("establishment")[place]:
            missing.append(f"establishment {place}")
    return missing + _unjournalled_acts(offers)


def _unjournalled_acts(offers: dict[int, list[str]]) -> list[str]:
    missing = []
    for act in db.session.scalars(sa.select(UndoableAct).where(UndoableAct.undone_at.is_not(None))):
        if not set(offers[act.offer_id]) & set(UNDOING):
            missing.append(f"offer {act.offer_id}: {act.act} undone")
    for hold in db.session.scalars(sa.select(Hold).where(Hold.decided_at.is_not(None))):
        if not set(offers[hold.offer_id]) & {"offer_released", "offer_correction_asked", "offer_refused"}:
            missing.append(f"hold {hold.id} decided")
    return missing


def each_history_is_legal(_seen: Seen) -> list[str]:
    """I10: told one after the other, the facts of an offer are allowed moves, and lead to its state."""
    histories = _entries("offer")
    wrong = []
    for offer in db.session.scalars(sa.select(Offer)):
        state = S.DRAFT
        former = state
        for action in histories[offer.id]:
            if action in UNDOING:
                state = former
            elif action in MOVES:
                starts, end = MOVES[action]
                if state not in starts:
                    wrong.append(f"offer {offer.id}: {action} from {state.value}")
                if end is not None:
                    former, state = state, end
        if state is not offer.status:
            wrong.append(f"offer {offer.id}: told {state.value}, is {offer.status.value}")
    return wrong


def lines_are_settled_once(_seen: Seen) -> list[str]:
    """A line of a series that is deposited has its offer, and no offer stands behind two lines."""
    lines = list(db.session.scalars(sa.select(SeriesLine)))
    offers = Counter(line.offer_id for line in lines if line.offer_id is not None)
    wrong = [f"offer {offer_id}: {count} lines" for offer_id, count in offers.items() if count > 1]
    wrong += [
        f"line {line.id}: {line.status.value}"
        for line in lines
        if (line.status is LineStatus.DEPOSITED) != (line.offer_id is not None)
    ]
    members = _deposited_by(ActorKind.MEMBER)
    return wrong + [f"offer {one} without its line" for one in members - set(offers) if lines]


INVARIANTS: dict[str, Callable[[Seen], list[str]]] = {
    "I1": saved_forms_exist,
    "I3": facts_are_mailed,
    "I4": no_mail_comes_twice,
    "I5": no_reminder_comes_twice,
    "I8": no_link_is_used_twice,
    "batches": batches_are_whole,
    "I9": each_change_is_in_the_journal,
    "I10": each_history_is_legal,
    "I11": lines_are_settled_once,
}


def violations(seen: Seen) -> dict[str, list[str]]:
    """The invariants that don't hold, with what breaks them; in an application context."""
    db.session.rollback()
    db.session.expire_all()
    found = {name: check(seen) for name, check in INVARIANTS.items()}
    return {name: broken for name, broken in found.items() if broken}
