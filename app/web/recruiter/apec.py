"""« APEC »: who has an identifier, what the structure says of itself, which offers go there."""

from flask import current_app, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import Refused
from app.domain.diffusion.apec import identifiers
from app.domain.diffusion.apec.models import ApecAgreement, ApecIdentifier
from app.domain.diffusion.apec.overview import SHOWN, WHAT_TO_DO, offers_there
from app.domain.diffusion.board import Trial
from app.domain.diffusion.platforms.apec import APEC
from app.domain.diffusion.registry import open_platforms
from app.domain.organisations.members import members_of
from app.domain.organisations.models import Membership, Organisation
from app.domain.organisations.roles import may as role_may
from app.extensions import limiter
from app.web.access import Permission, current_account, current_actor, current_membership, may, member
from app.web.forms.base import PostForm
from app.web.forms.choice import Choices
from app.web.forms.fields import Line
from app.web.forms.once import run_once
from app.web.outside import without_transaction
from app.web.recruiter import blueprint

Answer = str | Response | tuple[str, int]
SENDING = {
    True: "C’est noté : chaque offre qui peut aller à l’APEC y part d’elle-même.",
    False: "C’est noté : seules les offres que vous choisissez partiront à l’APEC. Les autres y restent.",
}
NO_PERSON = "Choisissez une personne de la structure."


class IdentifierForm(PostForm):
    """Whose, and the identifier."""

    person = Choices("Pour qui", missing=NO_PERSON)
    value = Line(
        "Identifiant APEC",
        limit=30,
        missing="Saisissez l’identifiant APEC.",
        description="Des chiffres, parfois suivis de W ou i, sans espace. Exemple : 123456789W",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class PersonForm(PostForm):
    """Whose."""

    person = Choices("Pour qui", missing=NO_PERSON)


def _space() -> Organisation:
    return current_membership().organisation


def _url() -> str:
    return url_for("recruiter.apec", organisation=_space().public_id)


def _people() -> dict[int, Membership]:
    """Whose identifier the person may give: their own, and everybody's for who runs the structure."""
    everybody = [one for one in members_of(_space()) if role_may(one.role, Permission.OFFER_MANAGE)]
    if may(Permission.MEMBERS_MANAGE):
        return {one.id: one for one in everybody}
    account = current_account()
    return {one.id: one for one in everybody if account is not None and one.account_id == account.id}


@blueprint.get("/espace/<string:organisation>/apec")
@member(Permission.SPACE_READ)
def apec(organisation: str) -> str:
    """Everything about APEC on one page."""
    space = _space()
    people = [one for one in members_of(space) if role_may(one.role, Permission.OFFER_MANAGE)]
    return render_template(
        "recruiter/apec.html",
        space=space,
        is_open=APEC.key in open_platforms(),
        people=people,
        mine=_people(),
        kept=identifiers.identifiers_of(space),
        agreement=db.session.get(ApecAgreement, space.id),
        offers=offers_there(space),
        shown=SHOWN,
        what_to_do=WHAT_TO_DO,
        may_act=may(Permission.OFFER_MANAGE),
        form=PostForm(),
    )


@blueprint.route("/espace/<string:organisation>/apec/identifiant", methods=["GET", "POST"])
@member(Permission.OFFER_MANAGE)
@limiter.limit("30 per hour", methods=["POST"])
def apec_identifier(organisation: str) -> Answer:
    """« + Ajouter un identifiant APEC »: checked, tried at APEC, kept."""
    people = _people()
    form = IdentifierForm(data={"person": request.args.get("pour", "")} if request.method == "GET" else None)
    form.person.offer([("", "Choisir"), *((str(one.id), one.account.name) for one in people.values())])
    alone = next(iter(people.values())) if len(people) == 1 else None
    if alone is not None:
        # Nobody to choose: one's own.
        del form.person
    shown = {"form": form, "space": _space(), "is_alone": alone is not None}
    if request.method != "POST":
        return render_template("recruiter/apec_identifier.html", **shown)
    if form.validate():
        chosen, value = alone or people[int(str(form.person.chosen))], str(form.value.data)
        if not identifiers.is_well_formed(value):
            form.add_error(form.value, identifiers.WRONG_FORM)
        else:
            try:
                trial = _tried(value)
                return run_once(lambda: _keep(chosen, value, trial))
            except Refused as refused:
                form.add_error(form.value, refused.message)
    return render_template("recruiter/apec_identifier.html", **shown), 422


def _tried(value: str) -> Trial:
    """Ask APEC; no transaction is open meanwhile, and another one that may write afterwards."""
    board = current_app.extensions["boards"].get(APEC.key)
    if board is None:
        return Trial(False, "APEC n’est pas encore relié à ce portail.", untestable=True)
    trial: Trial = without_transaction(lambda: board.check(value))
    return trial


def _keep(chosen: Membership, value: str, trial: Trial) -> str:
    keyring = current_app.extensions["keyring"]
    identifiers.keep_identifier(chosen, value, trial=trial, keyring=keyring, by=current_actor())
    said = trial.sentence if trial.works else f"{trial.sentence} Nous l’essaierons plus tard."
    flash(f"Identifiant enregistré. {said}", "success" if trial.works else "info")
    return _url()


@blueprint.post("/espace/<string:organisation>/apec/envoi")
@member(Permission.OFFER_MANAGE)
def apec_sending(organisation: str) -> Response:
    """« Envoyer toutes les offres », or only those that somebody chooses."""
    everything = request.form.get("act") == "tout"

    def act() -> str:
        identifiers.choose_sending(_space(), sends_all=everything, by=current_actor())
        flash(SENDING[everything], "success")
        return _url()

    return run_once(act)


@blueprint.post("/espace/<string:organisation>/apec/identifiant/essayer")
@member(Permission.OFFER_MANAGE)
@limiter.limit("30 per hour")
def apec_try(organisation: str) -> Answer:
    """« Essayer »: does APEC know it?"""
    found = _chosen()
    if found is None:
        flash(NO_PERSON, "error")
        return run_once(_url)
    number, value = found.id, identifiers.value_of(found, keyring=current_app.extensions["keyring"])
    trial = _tried(value)

    def act() -> str:
        kept = db.session.get(ApecIdentifier, number)
        if kept is not None:
            identifiers.note_trial(kept, trial, by=current_actor())
        flash(trial.sentence, "success" if trial.works else "warning")
        return _url()

    return run_once(act)


@blueprint.post("/espace/<string:organisation>/apec/identifiant/retirer")
@member(Permission.OFFER_MANAGE)
def apec_remove(organisation: str) -> Answer:
    """« Retirer », while no offer is there with it."""
    found = _chosen()

    def act() -> str:
        if found is None:
            flash("Cet identifiant n’est plus enregistré.", "info")
            return _url()
        try:
            identifiers.remove_identifier(found, by=current_actor())
            flash("Identifiant retiré.", "success")
        except Refused as refused:
            flash(refused.message, "error")
        return _url()

    return run_once(act)


def _chosen() -> ApecIdentifier | None:
    """The identifier of the person that the form names, among those that one may change."""
    people, form = _people(), PersonForm()
    form.person.offer([(str(number), one.account.name) for number, one in people.items()])
    if not form.validate():
        return None
    return identifiers.identifiers_of(_space()).get(int(str(form.person.chosen)))
