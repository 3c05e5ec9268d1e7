"""The form of « Votre besoin »: fields 2 to 9, and what « Préciser l’offre » folds away."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from wtforms import HiddenField, RadioField

from app.domain.employers.mandates import NOT_YOURS, is_address_of
from app.domain.offers.models import Draft, Remote
from app.domain.organisations.models import Organisation
from app.web.deposit.draft_access import DraftForm, storable
from app.web.forms.details import DetailsFields, details_of
from app.web.forms.fields import EmailAddress, Filled, Line, NoContactDetails, Paragraph, PhoneNumber
from app.web.forms.job import CHOOSE, JobChoice, choose_job, job_refusal, radio_choices

# The order of the page, which is also the order of the error summary.
ORDER = (
    "job", "job_key", "level", "start", "start_date", "words", "name", "email", "phone",
    *DetailsFields.FOLDED,
)  # fmt: skip
CONTACT_FIELDS = ("name", "email", "phone")
# Label, help and request for each of the three, when a structure deposits for the company.
COMPANY_CONTACT = (
    ("Nom du contact dans l’entreprise", "La personne qui suivra l’offre.", "Saisissez le nom du contact."),
    (
        "Son adresse e-mail",
        "Elle est prévenue aussitôt et reçoit les candidatures. Jamais publiée ; transmise à l’OPCO.",
        "",
    ),
    ("Son téléphone", "Jamais publié ; transmis à l’OPCO.", ""),
)
COMPLETE_ADDRESS = "Saisissez une adresse complète, par exemple nom@entreprise.fr."


class NeedForm(DraftForm, DetailsFields):
    """What the employer looks for, and whom to write to."""

    _fields: dict[str, Any]

    job = Line(
        "Métier proposé",
        limit=100,
        missing=CHOOSE,
        description="Par exemple : boulanger, mécanicienne auto, vendeur.",
        render_kw={"autocomplete": "off"},
    )
    job_key = RadioField("Choisissez le métier dans cette liste", choices=[], validate_choice=False)
    job_seen = HiddenField()
    words = Paragraph(
        "Quelques mots sur le poste",
        limit=1500,
        checks=(NoContactDetails(),),
        description="Tâches, horaires, ambiance, accès en bus. Sans téléphone ni adresse e-mail.",
    )
    name = Line(
        "Votre nom",
        limit=80,
        missing="Saisissez votre nom.",
        description="Pour vous écrire.",
        render_kw={"autocomplete": "name"},
    )
    email = Line(
        "Votre adresse e-mail",
        limit=254,
        missing=COMPLETE_ADDRESS,
        checks=(EmailAddress(),),
        description="Les candidatures arrivent ici. Jamais publiée ; transmise à votre OPCO.",
        render_kw={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )
    phone = Line(
        "Votre téléphone",
        limit=40,
        checks=(PhoneNumber(),),
        description="Jamais publié ; transmis à votre OPCO.",
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )

    def __init__(
        self,
        *args: Any,
        has_contact: bool = False,
        former: dict[str, Any] | None = None,
        collector: Organisation | None = None,
        **kw: Any,
    ) -> None:
        """`has_contact`: a management link gives the contact; `former` are the answers saved before.

        `collector`: the structure that deposits for the company, whose own contact is asked for.
        """
        super().__init__(*args, **kw)
        self.collector = collector
        if collector is not None:
            self._speak_of_the_company()
        for name in CONTACT_FIELDS if has_contact else ():
            del self[name]
        fields: dict[str, Any] = dict(self._fields)
        first = [name for name in ORDER if name in fields]
        rest = [name for name in fields if name not in first]
        self._fields = {name: fields[name] for name in (*first, *rest)}
        self._read_start(former or {})
        self.choice = self._choose_job()

    def _speak_of_the_company(self) -> None:
        for field, (label, hint, missing) in zip(
            (self.name, self.email, self.phone), COMPANY_CONTACT, strict=True
        ):
            field.label.text, field.description = label, hint
            if missing:
                # The list belongs to the class: it is replaced, not changed.
                others = [one for one in field.validators if not isinstance(one, Filled)]
                field.validators = [others[0], Filled(missing), *others[1:]]

    def _read_start(self, former: dict[str, Any]) -> None:
        """A date typed belongs to its question, unless « Dès que possible » has just been put back."""
        typed = self.start_date.data or ""
        if self.start.data != "asap" or not typed:
            return
        if former.get("start") == "date" and former.get("start_date") == typed:
            self.start_date.data = ""
        else:
            self.start.data = "date"

    def _choose_job(self) -> JobChoice:
        text = self.job.data or ""
        choice = choose_job(text, key=str(self.job_key.data or ""), seen=self.job_seen.data or "")
        self.job_key.choices = radio_choices(choice.hits)
        self.job_key.data = choice.chosen.appellation_key if choice.chosen else None
        self.job_seen.data = text
        return choice

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.job.errors:
            return False
        if self.collector is not None and is_address_of(self.collector, self.email.data or ""):
            self.add_error(self.email, NOT_YOURS)
            valid = False
        refusal = job_refusal(self.job.data or "", self.choice)
        if refusal is not None:
            self.add_error(self.job_key if self.choice.hits else self.job, refusal)
        return valid and refusal is None

    def raw(self) -> dict[str, Any]:
        """What was typed, right or wrong, as the draft keeps it."""
        names = (name for name in (*ORDER, "job_seen") if name in self._fields)
        return {name: storable(self[name].data) for name in names}

    def clean(self) -> dict[str, Any]:
        """The validated answers, in JSON's own types."""
        if self.choice.chosen is None:
            raise LookupError("job")
        details = self.details()
        start_on: date | None = details["start_on"]
        return {
            **details,
            "start_on": start_on.isoformat() if start_on else None,
            "remote": details["remote"].value,
            "job_key": self.choice.chosen.appellation_key,
            "words": self.words.data or None,
            **self._contact(),
        }

    def _contact(self) -> dict[str, Any]:
        if "email" not in self._fields:
            return {}
        return {
            "name": self.name.data,
            "email": getattr(self.email, "address", self.email.data),
            "phone": getattr(self.phone, "number", None),
        }


def saved_values(draft: Draft) -> dict[str, Any]:
    """What the form shows first: the answers as typed, or those of the offer that is copied."""
    raw = draft.answers.get("need")
    if isinstance(raw, dict):
        return dict(raw)
    contact = draft.answers.get("company_contact")
    known = dict(contact) if isinstance(contact, dict) else {}
    like = draft.answers.get("like")
    if not isinstance(like, dict):
        return known
    start = date.fromisoformat(like["start_on"]) if like["start_on"] else None
    copied: Any = SimpleNamespace(**{**like, "start_on": start, "remote": Remote(like["remote"])})
    return {
        **known,
        **details_of(copied),
        "job": like["job"],
        "job_seen": like["job"],
        "job_key": like["job_key"],
        "words": like["words"] or "",
    }
