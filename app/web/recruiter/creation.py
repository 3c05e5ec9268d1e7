"""« Créer l’espace de ma structure »: a SIRET, what it is, and who asks."""

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.errors import Refused
from app.core.french import date_fr
from app.core.identifiers import InvalidIdentifier, Siret
from app.domain.employers.directory import LookUp, Outcome
from app.domain.opco.register import opco_choices
from app.domain.organisations.models import KIND_LABELS, Kind
from app.domain.organisations.services import Asked, create_organisation
from app.extensions import limiter
from app.web.access import public
from app.web.forms.base import PostForm
from app.web.forms.choice import Choices, Radios
from app.web.forms.fields import EmailAddress, Line
from app.web.forms.once import answered_before, run_once
from app.web.forms.siret import siret_problem
from app.web.outside import adapters, without_transaction
from app.web.recruiter import blueprint

Answer = str | Response | tuple[str, int]
UNKNOWN = "Aucun établissement ne porte ce SIRET. Vérifiez les chiffres un par un."
NO_NAME = (
    "Le registre ne donne pas le nom de cette structure pour l’instant. Réessayez plus tard, ou écrivez-nous."
)


class CreationForm(PostForm):
    """The structure and its first responsible person."""

    siret = Line(
        "SIRET de votre structure",
        limit=40,
        missing="Saisissez le SIRET de votre structure.",
        description="14 chiffres. Il figure sur les factures et les bulletins de paie.",
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    kind = Radios(
        "Ce qu’elle est",
        missing="Choisissez ce qu’est votre structure.",
        pairs=[(kind.value, label) for kind, label in KIND_LABELS.items()],
    )
    opco = Choices("Si c’est un OPCO, lequel")
    name = Line(
        "Votre nom", limit=80, missing="Saisissez votre nom.", render_kw={"autocomplete": "name"}
    )
    email = Line(
        "Votre adresse e-mail professionnelle",
        limit=254,
        missing="Saisissez votre adresse e-mail professionnelle.",
        checks=(EmailAddress(),),
        description="Vous y recevrez le lien qui ouvre l’espace.",
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )


@blueprint.route("/espace/creer", methods=["GET", "POST"])
@public("demander un espace pour une structure")
@limiter.limit("20 per hour", methods=["POST"])
def create() -> Answer:
    """One page; the space opens by the link that is sent."""
    form = CreationForm()
    form.opco.offer([("", "Choisir un OPCO"), *opco_choices()])
    if request.method != "POST":
        return render_template("recruiter/create.html", form=form)
    if (former := answered_before()) is not None:
        return former
    asked = _asked(form) if form.validate() else None
    if asked is not None:
        try:
            return run_once(lambda: _create(asked))
        except Refused as refused:
            form.add_error(form.siret, refused.message)
    return render_template("recruiter/create.html", form=form), 422


def _create(asked: Asked) -> str:
    create_organisation(asked)
    flash("Un message vient de partir : ouvrez-le et appuyez sur « Activer mon accès ».", "success")
    return url_for("recruiter.created")


@blueprint.get("/espace/creer/envoye")
@public("suite de la demande d’un espace")
def created() -> str:
    """What happens next."""
    return render_template("recruiter/created.html")


def _asked(form: CreationForm) -> Asked | None:
    """The form and what the register says; None when something has to be put right."""
    kind = Kind(str(form.kind.chosen))
    if kind is Kind.OPCO and form.opco.chosen is None:
        form.add_error(form.opco, "Choisissez votre OPCO dans la liste.")
        return None
    try:
        siret = Siret(str(form.siret.data))
    except InvalidIdentifier as problem:
        form.add_error(form.siret, siret_problem(problem))
        return None
    look_up = without_transaction(lambda: adapters().directory.by_siret(siret))
    company = look_up.company
    if company is None or look_up.outcome is Outcome.CLOSED:
        form.add_error(form.siret, _refusal(look_up))
        return None
    return Asked(
        siret=siret,
        kind=kind,
        name=(company.brand or company.name)[:160],
        city=company.address.city[:80],
        person=str(form.name.data),
        email=str(getattr(form.email, "address", form.email.data)),
        opco_code=form.opco.chosen,
    )


def _refusal(look_up: LookUp) -> str:
    if look_up.outcome is Outcome.CLOSED:
        company = look_up.company
        day = f" depuis le {date_fr(company.closed_on)}" if company and company.closed_on else ""
        return f"Cet établissement est fermé{day}. Saisissez un autre SIRET."
    return UNKNOWN if look_up.outcome is Outcome.UNKNOWN else NO_NAME
