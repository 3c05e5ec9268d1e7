"""Pages that show: the establishment's offers, one offer, what has just been done."""

from flask import current_app, render_template, url_for

from app.audit import journal
from app.audit.models import JournalEntry
from app.core import clock
from app.domain.accounts.models import Purpose
from app.domain.cfa_requests.queries import asked_sentence, requests_of
from app.domain.diffusion.whereabouts import where_is
from app.domain.offers import life, undo
from app.domain.offers.editing import why_not_edit
from app.domain.offers.holding import CAUSE_LABELS, MOTIVES
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.offers.rights import offers_of
from app.domain.offers.sharing import share_text
from app.domain.offers.training import shown_training
from app.web.access import by_link
from app.web.forms.base import PostForm
from app.web.forms.details import LEVEL_LABELS
from app.web.manage import blueprint
from app.web.manage.loading import collecting, managed_contacts, offer_or_404
from app.web.manage.mandates import structure_of
from app.web.manage.training import trainings_for

BADGES = {
    OfferStatus.ONLINE: "success",
    OfferStatus.HELD: "warning",
    OfferStatus.SUSPENDED: "error",
    OfferStatus.TO_CONFIRM: "info",
    OfferStatus.ENDED: "",
    OfferStatus.DRAFT: "",
}

# Names of the facts of an offer → those of the fields that change them, where they differ.
FORM_FIELDS = {"start_on": "start", "duration_months": "duration"}

# State of a request to a CFA → colour of its badge.
CFA_BADGES = {
    "sent": "new",
    "read": "info",
    "answered": "success",
    "declined": "",
    "wants_to_talk": "success",
    "unreachable": "warning",
}


def second_line(offer: Offer) -> str:
    """The line under the word of the state."""
    if offer.status is OfferStatus.ONLINE and offer.last_day:
        return f"Jusqu’au {offer.last_day:%d/%m/%Y}"
    if offer.status is OfferStatus.TO_CONFIRM:
        return "En attente de votre confirmation"
    if offer.status is OfferStatus.HELD and offer.open_hold:
        cause = CAUSE_LABELS[offer.open_hold.cause]
        return cause[:1].upper() + cause[1:]
    if offer.status is OfferStatus.SUSPENDED:
        last = offer.holds[-1] if offer.holds else None
        motive = (last.text or MOTIVES.get(last.motive or "", "")) if last else ""
        return f"À corriger : {motive}"
    if offer.status is OfferStatus.ENDED and offer.end_reason:
        return offer.end_reason.label
    return "Pas encore envoyée"


def short_job(offer: Offer) -> str:
    """« Boulanger »: the job in its first form, with a capital."""
    first = offer.job_name.split(" ou ")[0]
    return first[:1].upper() + first[1:]


@blueprint.get("/gestion")
@by_link(Purpose.MANAGEMENT)
def offers() -> str:
    """Every offer of these contacts, newest first."""
    groups = [(contact, offers_of(contact)) for contact in managed_contacts()]
    return render_template(
        "manage/offers.html", groups=groups, second_line=second_line, badges=BADGES, short_job=short_job
    )


@blueprint.get("/gestion/offres/<string:public_id>")
@by_link(Purpose.MANAGEMENT, or_member=True)
def offer(public_id: str) -> str:
    """One offer: its state, where it is, what can be done, what was done."""
    found = offer_or_404(public_id)
    return render_template("manage/offer.html", **context_of(found))


@blueprint.get("/gestion/offres/<string:public_id>/en-ligne")
@by_link(Purpose.MANAGEMENT, or_member=True)
def online(public_id: str) -> str:
    """Right after the confirmation: online, or held with its cause."""
    found = offer_or_404(public_id)
    return render_template("manage/online.html", **context_of(found))


def context_of(found: Offer) -> dict[str, object]:
    """What the pages of one offer show."""
    act = undo.undoable_act(found)
    asked = requests_of(found)
    public_url = current_app.extensions["settings"].base_url + f"/o/{found.short_code}"
    return {
        "offer": found,
        "job": short_job(found),
        "badge": BADGES[found.status],
        "second_line": second_line(found),
        "undoable": act,
        "undo_form": PostForm(),
        "where": where_is(found),
        "form_fields": FORM_FIELDS,
        "entries": [_line(entry, found) for entry in journal.entries_of(found, limit=20)],
        "may_edit": why_not_edit(found) is None,
        "renew_refusal": life.why_not_renew(found),
        "level": LEVEL_LABELS.get(found.level or 0, "Peu importe"),
        "share": share_text(found, public_url),
        "public_url": public_url,
        "is_over": found.status is OfferStatus.ENDED,
        "is_online": found.status is OfferStatus.ONLINE,
        "cfa_requests": asked,
        "cfa_sentence": asked_sentence(asked),
        "cfa_badges": CFA_BADGES,
        "today": clock.today(),
        "training": shown_training(found),
        "may_show_training": bool(trainings_for(found)),
        **_ways(found),
    }


def _ways(found: Offer) -> dict[str, object]:
    """Where the list and « une autre offre » are: the contact’s, or those of the structure acted for."""
    collector = collecting(found)
    if collector is not None:
        space = collector.organisation.public_id
        return {
            "offers_url": url_for("recruiter.dashboard", organisation=space),
            "add_url": url_for("deposit.for_company", organisation=space),
            "mandate_of": None,
        }
    ways = {"offers_url": url_for("manage.offers"), "add_url": url_for("manage.add")}
    return {**ways, "mandate_of": structure_of(found)}


def _line(entry: JournalEntry, found: Offer) -> tuple[object, str, str]:
    by_structure = found.organisation.name if found.organisation else "Une structure"
    kinds = {
        "member": by_structure,
        "contact": "Vous",
        "staff": "Agent du portail",
        "opco": "OPCO",
        "cfa": "CFA",
        "candidate": "Candidat",
        "system": "Automatique",
        "anonymous": "Vous",
    }
    said = journal.ACTIONS[entry.action]
    if entry.actor_kind == "member" and entry.action == "offer_deposited":
        said = f"Saisi par {by_structure} pour vous"
    return (entry.at, kinds.get(entry.actor_kind, ""), said)
