"""APEC: the text of the structure, the letter that asks for the agreement, the table of users."""

from flask import current_app, flash, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField

from app.core.database import db
from app.core.identifiers import Siret
from app.domain.diffusion.apec.identifiers import keep_agreement
from app.domain.diffusion.apec.letter import (
    SITUATIONS,
    WHAT_NEXT,
    Asker,
    Letter,
    Situation,
    letter_for,
    users_table,
)
from app.domain.diffusion.apec.models import ApecAgreement
from app.domain.organisations.members import members_of
from app.domain.organisations.models import Organisation
from app.domain.organisations.roles import may as role_may
from app.domain.reference.places import departments
from app.lists.spreadsheet import BOM, as_csv
from app.lists.workbook import MIMETYPE, as_xlsx
from app.web.access import Permission, current_account, current_actor, current_membership, may, member
from app.web.csv_answer import csv_answer, file_answer
from app.web.forms.base import PostForm
from app.web.forms.choice import Choices, Radios
from app.web.forms.fields import EmailAddress, Line, NoContactDetails, Paragraph, PhoneNumber
from app.web.forms.once import run_once
from app.web.forms.siret import OptionalSiret
from app.web.recruiter import blueprint

Answer = str | Response | tuple[str, int]
SHORTEST, LONGEST = 100, 3000


class AboutForm(PostForm):
    """The company, for the readers of APEC."""

    about = Paragraph(
        "Présentation de la structure",
        limit=LONGEST,
        missing="Présentez votre structure en quelques phrases.",
        checks=(NoContactDetails(),),
        description="De 100 à 3 000 caractères. Ce texte complète celui de l’offre, quand il est trop court.",
    )
    for_others = BooleanField(
        "Notre convention nous permet de publier pour d’autres entreprises",
        description="Seulement pour les cabinets de recrutement, les entreprises de travail temporaire et "
        "celles que leur convention y autorise. Sans cela, seules vos propres offres partent.",
    )
    is_public = BooleanField(
        "Notre structure est un employeur public",
        description="Vos propres offres de cadre sont alors dites du secteur public. Une fois retirées, "
        "l’APEC ne les remet pas en ligne : une copie part sous une autre référence.",
    )


class LetterForm(PostForm):
    """Who asks, and where the firm stands."""

    situation = Radios(
        "Où en êtes-vous avec l’APEC ?",
        missing="Choisissez votre situation.",
        pairs=[(one.value, label) for one, label in SITUATIONS.items()],
    )
    first_name = Line("Votre prénom", limit=60, missing="Saisissez votre prénom.")
    name = Line("Votre nom", limit=60, missing="Saisissez votre nom.")
    email = Line(
        "Votre adresse e-mail", limit=254, missing="Saisissez votre adresse e-mail.", checks=(EmailAddress(),)
    )
    phone = Line(
        "Votre téléphone", limit=30, missing="Saisissez votre numéro de téléphone.", checks=(PhoneNumber(),)
    )
    company = Line("Nom de l’entreprise", limit=160, missing="Saisissez le nom de l’entreprise.")
    siret = Line(
        "SIRET du siège", limit=30, missing="Saisissez le SIRET du siège.", checks=(OptionalSiret(),)
    )
    department = Choices("Département du siège", missing="Choisissez le département du siège.")
    former = Line("Logiciel utilisé jusqu’ici", limit=80)


def _space() -> Organisation:
    return current_membership().organisation


@blueprint.route("/espace/<string:organisation>/apec/presentation", methods=["GET", "POST"])
@member(Permission.OFFER_MANAGE)
def apec_about(organisation: str) -> Answer:
    """What the structure says of itself, once for all its offers."""
    space = _space()
    found = db.session.get(ApecAgreement, space.id)
    if request.method != "POST":
        kept = (
            {"about": found.about, "for_others": found.for_others, "is_public": found.is_public}
            if found
            else {}
        )
        return render_template("recruiter/apec_about.html", form=AboutForm(data=kept), space=space)
    form = AboutForm()
    if form.validate() and len(str(form.about.data)) >= SHORTEST:

        def act() -> str:
            keep_agreement(
                space,
                about=str(form.about.data),
                for_others=bool(form.for_others.data),
                is_public=bool(form.is_public.data),
                by=current_actor(),
            )
            flash("Présentation enregistrée.", "success")
            return url_for("recruiter.apec", organisation=space.public_id)

        return run_once(act)
    if not form.about.errors:
        length = len(str(form.about.data))
        form.add_error(
            form.about, f"Votre texte compte {length} caractères ; l’APEC en demande au moins 100."
        )
    return render_template("recruiter/apec_about.html", form=form, space=space), 422


@blueprint.route("/espace/<string:organisation>/apec/convention", methods=["GET", "POST"])
@member(Permission.OFFER_MANAGE)
def apec_request(organisation: str) -> Answer:
    """The letter to send to APEC, to read, to send by one's own software or to download. Nothing is kept."""
    space = _space()
    form = _letter_form(space)
    if request.method != "POST":
        return render_template("recruiter/apec_request.html", form=form, space=space)
    if request.form.get("act") == "corriger":
        return render_template("recruiter/apec_request.html", form=form, space=space)
    if not form.validate():
        return render_template("recruiter/apec_request.html", form=form, space=space), 422
    situation = Situation(str(form.situation.chosen))
    letter = _letter(form, situation)
    if request.form.get("act") == "telecharger":
        answer = current_app.response_class(letter.as_file.encode(), mimetype="text/plain")
        answer.headers.set("Content-Disposition", "attachment", filename="demande-apec.txt")
        return answer
    return render_template(
        "recruiter/apec_letter.html",
        form=form,
        space=space,
        letter=letter,
        next_step=WHAT_NEXT[situation],
        may_export=may(Permission.MEMBERS_MANAGE),
    )


def _letter_form(space: Organisation) -> LetterForm:
    account = current_account()
    first, _, rest = (account.name if account else "").partition(" ")
    known = {
        "first_name": first if rest else "",
        "name": rest or first,
        "email": account.email if account else "",
        "company": space.name,
        "siret": space.siret.grouped,
    }
    form = LetterForm(data=known) if request.method == "GET" else LetterForm()
    form.department.offer([("", "Choisir"), *departments()])
    return form


def _letter(form: LetterForm, situation: Situation) -> Letter:
    settings = current_app.extensions["settings"]
    asker = Asker(
        first_name=str(form.first_name.data),
        name=str(form.name.data),
        email=str(getattr(form.email, "address", form.email.data)),
        phone=str(getattr(form.phone, "number", form.phone.data)),
        company=str(form.company.data),
        siret=Siret(str(form.siret.data)),
        department=dict(departments())[str(form.department.chosen)],
    )
    return letter_for(
        situation,
        asker,
        service=settings.service_name,
        address=settings.base_url,
        former=str(form.former.data or ""),
    )


@blueprint.get("/espace/<string:organisation>/apec/utilisateurs")
@member(Permission.MEMBERS_MANAGE)
def apec_users(organisation: str) -> Response:
    """The table that APEC asks for, the people who publish: a workbook, or CSV with `?format=csv`."""
    space = _space()
    people = [one for one in members_of(space) if role_may(one.role, Permission.OFFER_MANAGE)]
    table = users_table(people)
    if request.args.get("format") == "csv":
        return csv_answer(BOM + as_csv(table), "apec-utilisateurs.csv")
    return file_answer(as_xlsx(table, title="Utilisateurs"), "apec-utilisateurs.xlsx", mimetype=MIMETYPE)
