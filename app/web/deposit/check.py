"""Screen 3: « Vérifiez et publiez »."""

from flask import redirect, render_template, request, url_for

from app.domain.accounts import limits
from app.domain.deposits.foreseen import places_of
from app.domain.deposits.opco_choice import shown_opco
from app.domain.employers.emails import AccessLink
from app.domain.offers.composing import (
    advert_values,
    company_of,
    generated_advert,
    need_of,
    training_of,
)
from app.domain.offers.mailing import job_and_town
from app.domain.offers.models import Draft, Offer
from app.extensions import limiter
from app.outbox import queue
from app.web.access import public
from app.web.deposit import blueprint
from app.web.deposit.draft_access import Answer, astray, held_draft
from app.web.deposit.pay_panel import pay_panel
from app.web.deposit.publishing import Stopped, duplicate_of, publish, register_refusal
from app.web.deposit.summary import summary_of
from app.web.deposit.training import offered_to
from app.web.forms.base import PostForm
from app.web.forms.once import run_once

PUBLICATIONS = "20 per hour"


class PublishForm(PostForm):
    """A button."""


@blueprint.get("/deposer/<string:draft_id>/verifier")
@public("vérification avant publication")
def check(draft_id: str) -> Answer:
    """Every answer, the advert, where it will be shown, one button."""
    draft = held_draft(draft_id)
    late = astray(draft, wants="check")
    return redirect(late) if late else _page(draft, PublishForm())


@blueprint.post("/deposer/<string:draft_id>/verifier")
@public("publication de l’offre")
@limiter.limit(PUBLICATIONS)
def publish_offer(draft_id: str) -> Answer:
    """Deposit the offer once, however often the button is pressed."""
    draft = held_draft(draft_id)
    if late := astray(draft, wants="check"):
        return redirect(late, 303)
    form = PublishForm()
    if not form.validate():
        return _page(draft, form), 422
    refusal = register_refusal(draft)
    if refusal is not None:
        return _page(draft, form, refusal=refusal), 422
    anyway = request.form.get("act") == "malgre-tout"
    try:
        return run_once(lambda: publish(draft, anyway=anyway))
    except Stopped:
        return _page(draft, form), 409


@blueprint.post("/deposer/<string:draft_id>/offre-existante")
@public("lien pour gérer une offre déjà en ligne")
@limiter.limit(PUBLICATIONS)
def send_existing(draft_id: str) -> Answer:
    """Send the management link of the offer that is online to its recorded address; one answer for all."""
    draft = held_draft(draft_id)
    if late := astray(draft, wants="check"):
        return redirect(late, 303)

    def send() -> str:
        offer = duplicate_of(draft)
        if offer is not None:
            key = offer.contact.email
            if limits.take(limits.REISSUE_HOUR, limits.REISSUE_DAY, key=key):
                queue(AccessLink.to_contact(offer.contact, scope=offer.public_id))
        return url_for("deposit.existing_sent", draft_id=draft_id)

    return run_once(send)


@blueprint.get("/deposer/<string:draft_id>/offre-existante")
@public("réponse à la demande du lien d’une offre en ligne")
def existing_sent(draft_id: str) -> Answer:
    """The same words whatever happened."""
    draft = held_draft(draft_id)
    if late := astray(draft, wants="check"):
        return redirect(late)
    return render_template(
        "deposit/existing_sent.html", check_url=url_for("deposit.check", draft_id=draft.public_id)
    )


def _page(draft: Draft, form: PublishForm, *, refusal: str = "") -> str:
    company = company_of(draft)
    generated = generated_advert(draft)
    need = need_of(draft, generated)
    existing = duplicate_of(draft)
    return render_template(
        "deposit/check.html",
        form=form,
        refusal=refusal,
        company=company,
        need=need,
        advert=advert_values(draft, generated),
        regulated=generated.regulated_for_minors,
        rows=summary_of(draft, company, need, shown_opco(draft, company)),
        pay=pay_panel(
            start=need.start_on, contract_types=list(need.contract_types), workplace=need.workplace
        ),
        existing=existing,
        existing_sentence=_already_online(existing),
        existing_url=_own_url(draft, existing),
        draft_id=draft.public_id,
        is_contact=draft.contact_id is not None,
        space=draft.organisation,
        training=training_of(draft),
        may_show_training=bool(offered_to(draft)),
        places=places_of(draft, company, need),
    )


def _already_online(existing: Offer | None) -> str:
    if existing is None:
        return ""
    words = job_and_town(existing)
    return f"Une offre {words['of_job']} à {words['city']} est déjà en ligne pour cet établissement."


def _own_url(draft: Draft, existing: Offer | None) -> str:
    """The page of the offer that is online, for its own contact alone."""
    if existing is None:
        return ""
    same_space = draft.organisation_id is not None and existing.organisation_id == draft.organisation_id
    if existing.contact_id != draft.contact_id and not same_space:
        return ""
    return url_for("manage.offer", public_id=existing.public_id)


