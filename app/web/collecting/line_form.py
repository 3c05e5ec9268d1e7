"""One line of a series, typed in its page or read from a table: the same questions, the same checks."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, RadioField

from app.domain.deposits.reading import TableLine
from app.domain.deposits.series import Prepared
from app.domain.employers.mandates import OwnAddresses
from app.domain.offers.models import ContractType, Remote
from app.domain.organisations.models import Organisation
from app.web.collecting.company_contact import CompanyAndContact
from app.web.forms.base import PostForm
from app.web.forms.choice import Choices
from app.web.forms.details import LEVELS, MAX_OPENINGS, WholeNumber
from app.web.forms.fields import Line
from app.web.forms.french_dates import StartDate
from app.web.forms.job import JobChoice, choose_job, named, radio_choices

TYPED = ("siret", "job", "job_key", "level", "start", "openings", "name", "email", "phone")
# A first answer so good, and so far above the second one, needs no question.
SURE, MARGIN = 0.9, 0.1


class LineFields(CompanyAndContact):
    """A company, a job, a contact. `structure` and its `own` addresses are set before checking."""

    job = Line(
        "Métier ou code ROME",
        limit=100,
        missing="Indiquez le métier, avec vos mots ou par son code ROME.",
        description="Par exemple : boulanger, ou D1102.",
        render_kw={"autocomplete": "off"},
    )
    job_key = RadioField("Choisissez le métier dans cette liste", choices=[], validate_choice=False)
    job_seen = HiddenField()
    level = Choices("Diplôme préparé", pairs=LEVELS)
    start = Line(
        "Début du contrat",
        limit=30,
        checks=(StartDate(),),
        description="Laissez vide pour « dès que possible ». Exemple : 01/09/2027",
    )
    openings = Line(
        "Nombre de postes",
        limit=30,
        missing=f"Indiquez un nombre de postes entre 1 et {MAX_OPENINGS}.",
        checks=(WholeNumber(1, MAX_OPENINGS, f"Indiquez un nombre de postes entre 1 et {MAX_OPENINGS}."),),
        default="1",
        render_kw={"inputmode": "numeric"},
    )
    structure: Organisation
    own: OwnAddresses
    choice: JobChoice

    def of_structure(self, structure: Organisation, own: OwnAddresses) -> "LineFields":
        """Say who deposits, and settle the job."""
        self.structure, self.own = structure, own
        self.choice = settle_job(
            self.job.data or "", key=str(self.job_key.data or ""), seen=self.job_seen.data or ""
        )
        self.job_key.choices = radio_choices(self.choice.hits)
        self.job_key.data = self.choice.chosen.appellation_key if self.choice.chosen else None
        self.job_seen.data = self.job.data
        return self

    def problems(self) -> tuple[tuple[str, str], ...]:
        """(field, sentence) pairs; empty when all is right."""
        self.validate()
        found = {name: str(self[name].errors[0]) for name in TYPED if self[name].errors}
        more = {
            **dict(self.company_problems(self.structure, self.own)),
            "job": self._job(),
            "level": self._level(),
        }
        told = {**more, **found}
        return tuple((name, told[name]) for name in TYPED if told.get(name))

    def _job(self) -> str:
        if self.choice.chosen is not None:
            return ""
        if not self.choice.hits:
            return f"Aucun métier ne correspond à “{self.job.data}”. Essayez un mot plus courant."
        names = ", ".join(name for _, name in named(self.choice.hits[:3]))
        return f"“{self.job.data}” peut être plusieurs métiers ({names}…). Corrigez la ligne pour choisir."

    def _level(self) -> str:
        typed = self.level.data or ""
        if not typed or self.level.chosen is not None:
            return ""
        return f"Diplôme “{typed[:40]}” non reconnu. Écrivez CAP, Bac, Bac + 2, Bac + 3 ou Bac + 5."

    def clean(self) -> dict[str, Any]:
        """The answers, as a draft of the screens keeps them."""
        if self.choice.chosen is None:
            raise LookupError("job")
        day = getattr(self.start, "day", None)
        return {
            "level": int(self.level.data) if self.level.chosen else None,
            "start_on": day.isoformat() if day else None,
            "contract_types": [ContractType.APPRENTICESHIP.value],
            "duration_months": None,
            "openings": getattr(self.openings, "number", 1),
            "rhythm": None,
            "remote": Remote.ONSITE.value,
            "about_company": None,
            "questions": [],
            "job_key": self.choice.chosen.appellation_key,
            "words": None,
            "name": self.name.data,
            "email": getattr(self.email, "address", self.email.data),
            "phone": getattr(self.phone, "number", None),
        }

    def prepared(self, number: int, *, anyway: bool = False) -> Prepared:
        """The line to keep, right or wrong."""
        problems = self.problems()
        typed = {name: str(self[name].data or "") for name in TYPED}
        return Prepared(number, typed, None if problems else self.clean(), problems, anyway)


class LineForm(PostForm, LineFields):
    """The page of one line."""

    same = BooleanField("Choisir ce métier pour les autres lignes qui disent la même chose")
    anyway = BooleanField("Déposer quand même, malgré une offre semblable")


def settle_job(text: str, *, key: str, seen: str) -> JobChoice:
    """As a person would choose in a list, when one answer stands out."""
    choice = choose_job(text, key=key, seen=seen)
    if choice.chosen is not None or not choice.hits:
        return choice
    first, *others = choice.hits
    is_code = first.score == 1.0 and first.rome_code == text.replace(" ", "").upper()
    stands_out = first.score >= SURE and all(first.score - one.score >= MARGIN for one in others[:1])
    return JobChoice(first, choice.hits) if is_code or stands_out else choice


def prepared_of(
    number: int,
    typed: Mapping[str, str],
    structure: Organisation,
    own: OwnAddresses,
    *,
    anyway: bool = False,
) -> Prepared:
    """A line that was typed elsewhere than in its page."""
    cells = {**typed, "job_seen": typed.get("job", "")}
    return LineFields(MultiDict(cells)).of_structure(structure, own).prepared(number, anyway=anyway)


def prepared_from(lines: list[TableLine], structure: Organisation, own: OwnAddresses) -> list[Prepared]:
    """The lines of a table."""
    return [prepared_of(line.number, line.cells, structure, own) for line in lines]
