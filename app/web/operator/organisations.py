"""Structures to verify: the queue, one structure, the decision; their invitations when they are stuck."""

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.organisations import verification
from app.domain.organisations.lifecycle import ORGANISATION_LIFECYCLE
from app.domain.organisations.members import members_of
from app.domain.organisations.models import Organisation
from app.domain.organisations.services import organisation_by_public_id
from app.web.access import Permission, current_actor, requires
from app.web.forms.base import PostForm
from app.web.forms.choice import Radios
from app.web.forms.fields import Paragraph
from app.web.forms.once import run_once
from app.web.operator import blueprint

Answer = str | Response | tuple[str, int]


class DecisionForm(PostForm):
    """Verified, or not with the reason."""

    decision = Radios(
        "Votre décision",
        missing="Choisissez une décision.",
        pairs=[("verify", "Vérifier la structure"), ("refuse", "Ne pas la vérifier")],
    )
    reason = Paragraph(
        "Raison envoyée à la structure",
        limit=500,
        description="Seulement si vous ne la vérifiez pas.",
    )

    def validate(self, extra_validators: object = None) -> bool:
        valid = super().validate(extra_validators)
        if self.decision.data == "refuse" and not self.reason.data and not self.reason.errors:
            self.add_error(self.reason, "Indiquez la raison : la structure recevra ce texte.")
            return False
        return valid


@blueprint.get("/agents/structures")
@requires(Permission.ORGANISATION_VERIFY)
def organisations() -> str:
    """Those that wait, oldest first."""
    count, _ = verification.waiting_count()
    return render_template("operator/organisations.html", found=verification.waiting(), count=count)


@blueprint.route("/agents/structures/<string:public_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_VERIFY)
def organisation(public_id: str) -> Answer:
    """What is known of it, and the decision."""
    found = organisation_by_public_id(public_id) or abort(404)
    form = DecisionForm()
    if request.method != "POST":
        return _page(found, form)
    if not form.validate():
        return _page(found, form), 422
    move = str(form.decision.chosen)
    if not ORGANISATION_LIFECYCLE.may(found, move):
        form.add_error(form.decision, "Cette décision est déjà prise.")
        return _page(found, form), 422
    return run_once(lambda: _decide(found, move, str(form.reason.data or "")))


def _decide(found: Organisation, move: str, reason: str) -> str:
    if move == "verify":
        verification.verify(found, by=current_actor())
        flash(f"{found.name} est vérifiée. Ses responsables sont prévenus.", "success")
    else:
        verification.refuse(found, reason=reason, by=current_actor())
        flash(f"{found.name} n’est pas vérifiée. Ses responsables reçoivent la raison.", "success")
    return url_for("operator.organisations")


def _page(found: Organisation, form: DecisionForm) -> str:
    return render_template(
        "operator/organisation.html", found=found, form=form, members=members_of(found)
    )
