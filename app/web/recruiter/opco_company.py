"""One company of an OPCO's field, and what its members do about it."""

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import DomainError
from app.core.french import plural
from app.domain.opco.follow_up import keep_note
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import FollowUp
from app.domain.opco.resending import resend_link
from app.domain.organisations.members import members_of
from app.web.access import Permission, current_actor, may, member
from app.web.forms import follow_up_desk as desk
from app.web.forms.base import PostForm
from app.web.forms.choice import Choices
from app.web.forms.fields import Paragraph
from app.web.forms.follow_up_desk import Desk
from app.web.forms.once import run_once
from app.web.recruiter import blueprint
from app.web.recruiter.opco_space import OpcoSpace, opco_space_or_404

Answer = str | Response | tuple[str, int]


class NoteForm(PostForm):
    """« Suivi par », and a note between members."""

    assignee = Choices("Suivi par")
    note = Paragraph(
        "Note",
        limit=1000,
        description="Facultatif. Lue par les membres de votre espace seulement.",
        render_kw={"rows": 4},
    )


@blueprint.get("/espace/<string:organisation>/entreprises/<string:public_id>")
@member(Permission.SPACE_READ)
def opco_company(organisation: str, public_id: str) -> str:
    """The company, its contact, its offers, and what the OPCO has done."""
    here = opco_space_or_404()
    follow_up = here.company_or_404(public_id)
    if follow_up.status is FollowUpStatus.NOT_OURS:
        return desk.handed_over_page(follow_up, space=here.space)
    return _page(here, follow_up)


def _page(here: OpcoSpace, follow_up: FollowUp, *, refusal: str = "") -> str:
    return render_template(
        "recruiter/opco_company.html",
        **desk.shown(follow_up),
        space=here.space,
        may_act=may(Permission.FOLLOW_UP_MANAGE),
        refusal=refusal,
        form=PostForm(),
    )


@blueprint.route(
    "/espace/<string:organisation>/entreprises/<string:public_id>/contact", methods=["GET", "POST"]
)
@member(Permission.FOLLOW_UP_MANAGE)
def opco_note_contact(organisation: str, public_id: str) -> Answer:
    """« Noter un contact »."""
    return desk.note_contact(_desk(public_id))


@blueprint.route(
    "/espace/<string:organisation>/entreprises/<string:public_id>/etape", methods=["GET", "POST"]
)
@member(Permission.FOLLOW_UP_MANAGE)
def opco_change_step(organisation: str, public_id: str) -> Answer:
    """« Changer l’étape »."""
    return desk.change_step(_desk(public_id))


@blueprint.route(
    "/espace/<string:organisation>/entreprises/<string:public_id>/pas-notre-champ", methods=["GET", "POST"]
)
@member(Permission.FOLLOW_UP_MANAGE)
def opco_not_our_field(organisation: str, public_id: str) -> Answer:
    """« Pas notre champ »: both OPCOs are told."""
    return desk.not_our_field(_desk(public_id))


@blueprint.route(
    "/espace/<string:organisation>/entreprises/<string:public_id>/suivi", methods=["GET", "POST"]
)
@member(Permission.FOLLOW_UP_MANAGE)
def opco_annotate(organisation: str, public_id: str) -> Answer:
    """« Suivi par » and the note."""
    here = opco_space_or_404()
    follow_up = here.company_or_404(public_id)
    form = NoteForm(data={"assignee": str(follow_up.assignee_id or ""), "note": follow_up.note})
    people = [(str(one.account_id), one.account.name) for one in members_of(here.space)]
    form.assignee.offer([("", "Personne en particulier"), *people])
    shown = {"space": here.space, "follow_up": follow_up, "form": form, "back_url": _url(here, follow_up)}
    if request.method != "POST":
        return render_template("recruiter/opco_note.html", **shown, refusal="")
    if not form.validate():
        return render_template("recruiter/opco_note.html", **shown, refusal=""), 422

    def keep() -> str:
        chosen = form.assignee.chosen
        assignee = int(chosen) if chosen else None
        keep_note(follow_up, note=form.note.data or "", assignee_id=assignee, by=current_actor())
        flash("Suivi enregistré.", "success")
        return _url(here, follow_up)

    try:
        return run_once(keep)
    except DomainError as refusal:
        db.session.rollback()
        return render_template("recruiter/opco_note.html", **shown, refusal=refusal.message), 422


@blueprint.post("/espace/<string:organisation>/entreprises/<string:public_id>/renvoyer")
@member(Permission.FOLLOW_UP_MANAGE)
def opco_resend_link(organisation: str, public_id: str) -> Answer:
    """« Renvoyer le lien à l’entreprise », to its recorded address."""
    here = opco_space_or_404()
    follow_up = here.company_or_404(public_id)
    if follow_up.status is FollowUpStatus.NOT_OURS:
        return desk.handed_over_page(follow_up, space=here.space), 422

    def send() -> str:
        number = resend_link(follow_up, by=current_actor())
        said = plural(number, "Lien renvoyé au contact", f"Lien renvoyé aux {number} contacts")
        flash(f"{said} de l’entreprise.", "success")
        return _url(here, follow_up)

    try:
        return run_once(send)
    except DomainError as refusal:
        db.session.rollback()
        return _page(here, follow_up, refusal=refusal.message), 422


def _desk(public_id: str) -> Desk:
    here = opco_space_or_404()
    follow_up = here.company_or_404(public_id)
    author = f"{here.opco.short_name}, dans son espace"
    return Desk(follow_up, current_actor(), author, _url(here, follow_up), here.space)


def _url(here: OpcoSpace, follow_up: FollowUp) -> str:
    return url_for(
        "recruiter.opco_company", organisation=here.space.public_id, public_id=follow_up.public_id
    )
