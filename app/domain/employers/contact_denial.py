"""« Ce n’est pas moi »: a change of contact is taken back by one of the two addresses."""

from datetime import timedelta

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import Actor
from app.audit.models import JournalEntry
from app.core import clock, events
from app.core.database import db
from app.core.errors import Refused
from app.domain.accounts import magic_links
from app.domain.employers.contact_emails import AddressChanged
from app.domain.employers.events import ContactReplaced
from app.domain.employers.models import Contact
from app.outbox import queue

_SAME_ACT = timedelta(minutes=1)


def is_settled(former: Contact, new: Contact) -> bool:
    """Is there nothing left to take back?"""
    return new.replaces_id != former.id and (former.removed_at is None or new.removed_at is not None)


def deny_change(former: Contact, new: Contact, *, by: Actor) -> None:
    """A proposed contact loses its link; one that has taken over gives everything back. Both are told."""
    if is_settled(former, new):
        return
    if new.replaces_id == former.id:
        new.replaces_id = None
        magic_links.revoke_of_object("contact", new.id, reason="not_me")
        journal.record("link_revoked", new, by=by, facts={"reason": "not_me"})
        return
    if _was_there_before(new):
        # Its own offers can't be told from those it took over: a person has to.
        raise Refused(
            "Cette personne suivait déjà d’autres offres. Répondez au message reçu : "
            "un agent du portail s’en occupe."
        )
    former.removed_at, new.removed_at = None, clock.now()
    magic_links.revoke_of_object("contact", new.id, reason="not_me")
    journal.record("contact_replaced", new, by=by, facts={"reason": "not_me"})
    events.emit(ContactReplaced(new, former))
    for email in (former.email, new.email):
        queue(AddressChanged(email, former, new.id))


def _was_there_before(new: Contact) -> bool:
    """Was it a contact of this establishment before it was proposed?"""
    query = sa.select(sa.func.min(JournalEntry.at)).where(
        JournalEntry.object_type == Contact.__tablename__,
        JournalEntry.object_id == new.id,
        JournalEntry.action == "contact_invited",
    )
    proposed = db.session.scalar(query)
    return proposed is None or proposed - new.created_at > _SAME_ACT
