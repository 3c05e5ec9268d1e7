"""Changing the contact of an establishment's offers: asked at the old address, confirmed at the new one."""

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock, events
from app.core.database import database_now, db
from app.core.errors import Refused
from app.core.failpoints import failpoint
from app.core.tokens import hash_token, new_token
from app.domain.accounts import magic_links
from app.domain.accounts.models import Link, Purpose
from app.domain.employers.contact_emails import AddressChanged, ContactProposed
from app.domain.employers.events import ContactReplaced
from app.domain.employers.models import Contact
from app.domain.employers.services import contact_for
from app.outbox import queue


def propose_contact(contact: Contact, *, email: str, name: str, phone: str | None, by: Actor) -> Contact:
    """Name a new contact. Nothing changes before it is confirmed; both addresses are told at once."""
    new = contact_for(contact.establishment, email=email, name=name, phone=phone)
    if new.id == contact.id:
        raise Refused("C’est déjà l’adresse enregistrée. Saisissez une autre adresse.")
    if new.removed_at is not None or new.confirmed_at is not None:
        new.removed_at = new.confirmed_at = None
    new.replaces_id = contact.id
    new.name, new.phone = name, phone
    journal.record("contact_invited", new, by=by, fields=("email", "name", "phone"))
    queue(ContactProposed(new))
    failpoint("contacts.proposed_midway")
    queue(AddressChanged(contact.email, new, contact.id))
    return new


def prove_address(contact: Contact, *, by: Actor) -> None:
    """Somebody has pressed the button of a mail sent to this address: it is the contact's."""
    if contact.confirmed_at is None:
        contact.confirmed_at = clock.now()
        journal.record("contact_confirmed", contact, by=by)


def confirm_address(contact: Contact, *, by: Actor) -> Link:
    """The new address is proved: it takes the former contact's place. Returns its management link row."""
    contact.confirmed_at = contact.confirmed_at or clock.now()
    journal.record("contact_confirmed", contact, by=by)
    former = db.session.get(Contact, contact.replaces_id) if contact.replaces_id else None
    if former is not None:
        _replace(former, contact, by=by)
    return _management_of(contact)


def _replace(former: Contact, new: Contact, *, by: Actor) -> None:
    former.removed_at = clock.now()
    new.replaces_id = None
    magic_links.revoke_of_object("contact", former.id, reason="contact_replaced")
    failpoint("contacts.revoked_before_hand_over")
    journal.record("contact_replaced", former, by=by)
    events.emit(ContactReplaced(former, new))
    queue(AddressChanged(former.email, new, former.id))
    queue(AddressChanged(new.email, new, former.id))


def _management_of(contact: Contact) -> Link:
    # The button that confirms opens the management too; its token is never shown, only the session holds it.
    link = Link(
        token_hash=hash_token(Purpose.MANAGEMENT.value, new_token()),
        purpose=Purpose.MANAGEMENT,
        subject_email=contact.email,
        object_type="contact",
        object_id=contact.id,
        scope="",
        created_at=database_now(),
        expires_at=database_now() + magic_links.LIVES[Purpose.MANAGEMENT],
    )
    db.session.add(link)
    db.session.flush()
    return link
