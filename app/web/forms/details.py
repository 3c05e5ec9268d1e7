"""The fields of a need that deposit and editing share: level, start, and the optional details."""

from datetime import date
from typing import Any

from wtforms import Form, RadioField, SelectMultipleField
from wtforms.validators import ValidationError

from app.core.french import date_short_fr
from app.domain.offers.models import ContractType, Offer, Remote
from app.web.forms.fields import Line, NoContactDetails, Paragraph
from app.web.forms.french_dates import StartDate

LEVELS = (
    ("", "Peu importe"),
    ("3", "CAP (niveau 3)"),
    ("4", "Bac (niveau 4)"),
    ("5", "Bac + 2 (niveau 5)"),
    ("6", "Bac + 3 (niveau 6)"),
    ("7", "Bac + 5 (niveau 7)"),
)
CONTRACTS = (
    (ContractType.APPRENTICESHIP.value, "Contrat d’apprentissage"),
    (ContractType.PROFESSIONALISATION.value, "Contrat de professionnalisation"),
)
REMOTES = (
    (Remote.ONSITE.value, "Sur place"),
    (Remote.HYBRID.value, "En partie à distance"),
    (Remote.REMOTE.value, "À distance"),
)
LEVEL_LABELS = {int(value): label for value, label in LEVELS if value}
CONTRACT_LABELS = dict(CONTRACTS)
REMOTE_LABELS = {Remote(value): label for value, label in REMOTES}
MAX_OPENINGS = 10
MAX_MONTHS = 48


class WholeNumber:
    """A number within bounds, typed as text so that nothing typed is lost; the field gets it as `number`."""

    def __init__(self, low: int, high: int, message: str) -> None:
        self.low, self.high, self.message = low, high, message

    def __call__(self, form: Form, field: Any) -> None:
        text = field.data or ""
        if not (text.isascii() and text.isdigit() and len(text) <= 4 and self.low <= int(text) <= self.high):
            raise ValidationError(self.message)
        field.number = int(text)


class DetailsFields(Form):
    """Fields 3 to 5 of the deposit, and what « Préciser l’offre » folds away."""

    level = RadioField("Diplôme préparé", choices=dict(LEVELS), default="", validate_choice=True)
    start = RadioField(
        "Début du contrat",
        choices={"asap": "Dès que possible", "date": "À une date précise"},
        default="asap",
    )
    start_date = Line(
        "Date de début", limit=30, checks=(StartDate(),), description="Exemple : 01/09/2027"
    )
    contract_types = SelectMultipleField(
        "Type de contrat", choices=dict(CONTRACTS), default=["apprenticeship"]
    )
    duration = Line(
        "Durée du contrat, en mois",
        limit=30,
        checks=(WholeNumber(6, MAX_MONTHS, f"Indiquez un nombre de mois entre 6 et {MAX_MONTHS}."),),
        render_kw={"inputmode": "numeric"},
    )
    openings = Line(
        "Nombre de postes",
        limit=30,
        missing="Indiquez un nombre entre 1 et 10.",
        checks=(WholeNumber(1, MAX_OPENINGS, f"Indiquez un nombre entre 1 et {MAX_OPENINGS}."),),
        default="1",
        render_kw={"inputmode": "numeric"},
    )
    rhythm = Line(
        "Rythme",
        limit=200,
        checks=(NoContactDetails(),),
        description="Par exemple : 3 semaines en entreprise, 1 semaine au CFA.",
    )
    remote = RadioField("Télétravail", choices=dict(REMOTES), default=Remote.ONSITE.value)
    about_company = Paragraph(
        "Un mot sur l’entreprise",
        limit=1000,
        checks=(NoContactDetails(),),
        description="Sans téléphone ni adresse e-mail.",
    )
    question_1 = Line("Première question aux candidats", limit=200, checks=(NoContactDetails(),))
    question_2 = Line("Deuxième question aux candidats", limit=200, checks=(NoContactDetails(),))
    question_3 = Line("Troisième question aux candidats", limit=200, checks=(NoContactDetails(),))

    FOLDED = (
        "contract_types", "duration", "openings", "rhythm", "remote", "about_company",
        "question_1", "question_2", "question_3",
    )  # fmt: skip

    def validate_start(self, field: RadioField) -> None:
        """A precise date has to be given when it is chosen."""
        if field.data == "date" and not self.start_date.data:
            raise ValidationError("Saisissez la date de début, par exemple 01/09/2027.")

    def validate_contract_types(self, field: SelectMultipleField) -> None:
        """At least one kind of contract."""
        if not field.data:
            raise ValidationError("Cochez au moins un type de contrat.")

    @property
    def folded_has_errors(self) -> bool:
        """Must « Préciser l’offre » be shown open?"""
        return any(self[name].errors for name in self.FOLDED)

    def details(self) -> dict[str, Any]:
        """The validated answers, as the columns of an offer."""
        return {
            "level": int(self.level.data) if self.level.data else None,
            "start_on": self._start_on(),
            "contract_types": list(self.contract_types.data or []),
            "duration_months": getattr(self.duration, "number", None),
            "openings": getattr(self.openings, "number", 1),
            "rhythm": self.rhythm.data or None,
            "remote": Remote(self.remote.data),
            "about_company": self.about_company.data or None,
            "questions": [q.data for q in (self.question_1, self.question_2, self.question_3) if q.data],
        }

    def _start_on(self) -> date | None:
        if self.start.data != "date":
            return None
        day: date | None = getattr(self.start_date, "day", None)
        return day


def details_of(offer: Offer) -> dict[str, Any]:
    """The answers of an offer, as the form's data."""
    questions = [*offer.questions, "", "", ""]
    return {
        "level": str(offer.level or ""),
        "start": "date" if offer.start_on else "asap",
        "start_date": date_short_fr(offer.start_on) if offer.start_on else "",
        "contract_types": list(offer.contract_types),
        "duration": str(offer.duration_months or ""),
        "openings": str(offer.openings),
        "rhythm": offer.rhythm or "",
        "remote": offer.remote.value,
        "about_company": offer.about_company or "",
        "question_1": questions[0],
        "question_2": questions[1],
        "question_3": questions[2],
    }
