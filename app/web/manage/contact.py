"""Changing the address that gets the e-mails: a fresh link first, then the new address confirms."""

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core import clock
from app.core.errors import Refused
from app.domain.accounts import limits
from app.domain.accounts.magic_links import LIVES
from app.domain.accounts.models import Purpose
from app.domain.employers.contact_change import propose_contact
from app.domain.employers.emails import AccessLink
from app.domain.employers.models import Contact
from app.domain.employers.services import mask_email
from app.outbox import queue
from app.web.access import by_link, current_links
from app.web.forms.base import PostForm
from app.web.forms.once import run_once
from app.web.manage import blueprint
from app.web.manage.forms import ContactForm
from app.web.manage.loading import as_contact, managed_contacts

Answer = str | Response | tuple[str, int]


def stepped_up(contact: Contact) -> bool:
    """Has this contact just proved, by a fresh link, that its address is its own?"""
    now = clock.now()
    return any(
        link.purpose is Purpose.LOGIN
        and link.object_type == "contact"
        and link.object_id == contact.id
        and link.used_at is not None
        and now - link.used_at < LIVES[Purpose.LOGIN]
        for link in current_links()
    )


@blueprint.get("/gestion/contact")
@by_link(Purpose.MANAGEMENT)
def contacts() -> str:
    """Who gets the e-mails of each establishment."""
    rows = [(contact, mask_email(contact.email)) for contact in managed_contacts()]
    return render_template("manage/contacts.html", rows=rows, form=PostForm())


@blueprint.post("/gestion/contact/preuve")
@by_link(Purpose.MANAGEMENT)
def ask_proof() -> Answer:
    """Send a fresh link to the recorded address: changing it needs more than an old link."""
    contact = _wanted(request.form.get("act", ""))

    def act() -> str:
        if limits.take(limits.REISSUE_HOUR, limits.REISSUE_DAY, key=contact.email):
            queue(AccessLink(contact.email, Purpose.LOGIN, "contact", contact.id))
        return url_for("manage.proof_asked", establishment=contact.establishment.public_id)

    return run_once(act)


@blueprint.get("/gestion/contact/preuve-demandee/<string:establishment>")
@by_link(Purpose.MANAGEMENT)
def proof_asked(establishment: str) -> str:
    """Where the fresh link went."""
    return render_template("manage/proof_asked.html", masked=mask_email(_wanted(establishment).email))


@blueprint.route("/gestion/contact/<string:establishment>", methods=["GET", "POST"])
@by_link(Purpose.MANAGEMENT)
def change(establishment: str) -> Answer:
    """Name the new contact."""
    contact = _wanted(establishment)
    if not stepped_up(contact):
        rows = [(contact, mask_email(contact.email))]
        return render_template("manage/contacts.html", rows=rows, form=PostForm())
    form = ContactForm()
    if request.method != "POST":
        return render_template("manage/contact.html", form=form, contact=contact)
    if not form.validate():
        return render_template("manage/contact.html", form=form, contact=contact), 422

    def act() -> str:
        propose_contact(
            contact,
            email=getattr(form.email, "address", str(form.email.data)),
            name=str(form.name.data),
            phone=getattr(form.phone, "number", None),
            by=as_contact(contact.id),
        )
        return url_for("manage.contact_asked", establishment=establishment)

    try:
        return run_once(act)
    except Refused as refusal:
        form.add_error(form.email, refusal.message)
        return render_template("manage/contact.html", form=form, contact=contact), 422


@blueprint.get("/gestion/contact/<string:establishment>/demande")
@by_link(Purpose.MANAGEMENT)
def contact_asked(establishment: str) -> str:
    """What happens next."""
    return render_template("manage/contact_asked.html", contact=_wanted(establishment))


def _wanted(establishment: str) -> Contact:
    for contact in managed_contacts():
        if contact.establishment.public_id == establishment:
            return contact
    # Whether it exists for somebody else isn't said.
    abort(404)
