"""« Membres »: who is in the structure, in which role; inviting, changing a role, leaving."""

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import Refused
from app.domain.organisations import members
from app.domain.organisations.models import Invitation, Membership, Organisation
from app.domain.organisations.queries import invitations_of
from app.domain.organisations.roles import LABELS, MAY, Role
from app.extensions import limiter
from app.web.access import Permission, current_account, current_actor, current_membership, may, member
from app.web.forms.base import PostForm
from app.web.forms.choice import Radios
from app.web.forms.fields import EmailAddress, Line
from app.web.forms.once import run_once
from app.web.recruiter import blueprint

Answer = str | Response | tuple[str, int]
_ROLES = [(role.value, f"{label} – {MAY[role]}") for role, label in LABELS.items()]


class InviteForm(PostForm):
    """Whom to invite, and for what."""

    name = Line("Son nom", limit=80, missing="Saisissez le nom de la personne.")
    email = Line(
        "Son adresse e-mail professionnelle",
        limit=254,
        missing="Saisissez l’adresse e-mail de la personne.",
        checks=(EmailAddress(),),
        render_kw={"inputmode": "email", "autocomplete": "off"},
    )
    role = Radios("Son rôle", missing="Choisissez un rôle.", pairs=_ROLES)


class RoleForm(PostForm):
    """Another role."""

    role = Radios("Rôle", missing="Choisissez un rôle.", pairs=_ROLES)


def _space() -> Organisation:
    return current_membership().organisation


def _list_url() -> str:
    return url_for("recruiter.members_list", organisation=_space().public_id)


@blueprint.get("/espace/<string:organisation>/membres")
@member(Permission.SPACE_READ)
def members_list(organisation: str) -> str:
    """Members, then the invitations that wait for an answer."""
    space = _space()
    account = current_account()
    return render_template(
        "recruiter/members.html",
        space=space,
        members=members.members_of(space),
        invitations=invitations_of(space),
        me=account.id if account else None,
        may_manage=may(Permission.MEMBERS_MANAGE),
        form=PostForm(),
    )


@blueprint.route("/espace/<string:organisation>/membres/inviter", methods=["GET", "POST"])
@member(Permission.MEMBERS_MANAGE)
@limiter.limit("60 per hour", methods=["POST"])
def invite(organisation: str) -> Answer:
    """Ask somebody to join."""
    form, space = InviteForm(), _space()
    if request.method != "POST":
        return render_template("recruiter/invite.html", form=form, space=space)
    if form.validate():
        try:
            return run_once(lambda: _invite(form))
        except Refused as refused:
            form.add_error(form.email, refused.message)
    return render_template("recruiter/invite.html", form=form, space=space), 422


def _invite(form: InviteForm) -> str:
    email = str(getattr(form.email, "address", form.email.data))
    role = Role(str(form.role.chosen))
    members.invite(_space(), email=email, name=str(form.name.data), role=role, by=current_actor())
    flash("Invitation envoyée. Elle est valable 14 jours.", "success")
    return _list_url()


@blueprint.post("/espace/<string:organisation>/invitations/<int:number>/annuler")
@member(Permission.MEMBERS_MANAGE)
def cancel_invitation(organisation: str, number: int) -> Answer:
    """The person is no longer asked."""
    invitation = db.session.get(Invitation, number)
    if invitation is not None and invitation.organisation_id != _space().id:
        abort(404)

    def act() -> str:
        if invitation is not None:
            members.cancel_invitation(invitation, by=current_actor())
        flash("Invitation annulée.", "success")
        return _list_url()

    return run_once(act)


def _member_or_404(number: int) -> Membership:
    found = db.session.get(Membership, number)
    if found is None or found.organisation_id != _space().id:
        abort(404)
    return found


@blueprint.route("/espace/<string:organisation>/membres/<int:number>/role", methods=["GET", "POST"])
@member(Permission.MEMBERS_MANAGE)
def change_role(organisation: str, number: int) -> Answer:
    """Another role, at once."""
    found = _member_or_404(number)
    form = RoleForm(data={"role": found.role.value}) if request.method == "GET" else RoleForm()
    if request.method != "POST":
        return render_template("recruiter/role.html", form=form, space=_space(), found=found)
    if form.validate():
        try:
            return run_once(lambda: _change(found, Role(str(form.role.chosen))))
        except Refused as refused:
            form.add_error(form.role, refused.message)
    return render_template("recruiter/role.html", form=form, space=_space(), found=found), 422


def _change(found: Membership, role: Role) -> str:
    members.change_role(found, role, by=current_actor())
    flash(f"{found.account.name} a maintenant le rôle {role.label}.", "success")
    return _list_url()


@blueprint.route("/espace/<string:organisation>/membres/<int:number>/retirer", methods=["GET", "POST"])
@member(Permission.MEMBERS_MANAGE)
def remove(organisation: str, number: int) -> Answer:
    """The person leaves at once."""
    found = _member_or_404(number)
    return _leave(found, url=_list_url(), is_me=False)


@blueprint.route("/espace/<string:organisation>/quitter", methods=["GET", "POST"])
@member(Permission.SPACE_READ)
def leave(organisation: str) -> Answer:
    """« Quitter cette structure »."""
    return _leave(current_membership(), url=url_for("recruiter.spaces"), is_me=True)


def _leave(found: Membership, *, url: str, is_me: bool) -> Answer:
    form, space = PostForm(), _space()
    shown = {"form": form, "space": space, "found": found, "is_me": is_me}
    if request.method != "POST":
        return render_template("recruiter/leave.html", **shown, refusal="")

    def act() -> str:
        members.remove(found, by=current_actor())
        left = "C’est fait." if is_me else f"{found.account.name} ne fait plus partie de la structure."
        flash(left, "success")
        return url

    try:
        return run_once(act)
    except Refused as refused:
        return render_template("recruiter/leave.html", **shown, refusal=refused.message), 422
