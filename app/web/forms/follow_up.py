"""Forms of a company's follow-up: for the page that a link opens and for an OPCO's own space."""

from datetime import timedelta
from typing import Any

from wtforms import HiddenField
from wtforms.validators import StopValidation

from app.core import clock
from app.core.french import date_short_fr
from app.domain.opco.exchanges import MEANS_LABELS, REACHED_LABELS, Reached
from app.domain.opco.lifecycle import MOVE_TO
from app.web.forms.base import PostForm
from app.web.forms.choice import Choices, Radios
from app.web.forms.decision import DONT_KNOW, other_opcos
from app.web.forms.fields import Line, Paragraph
from app.web.forms.french_dates import IMPOSSIBLE, read_date

OLDEST = timedelta(days=365)


class PastDay:
    """A day as French people write it, not in the future, at most a year ago; kept in `field.day`."""

    def __call__(self, form: Any, field: Any) -> None:
        try:
            day = read_date(field.data or "")
        except ValueError:
            raise StopValidation(IMPOSSIBLE) from None
        today = clock.today()
        if day > today:
            raise StopValidation("Cette date est dans le futur. Indiquez le jour de l’échange.")
        if day < today - OLDEST:
            first = date_short_fr(today - OLDEST)
            raise StopValidation(f"Choisissez une date entre le {first} et aujourd’hui.")
        field.day = day


class ContactLogForm(PostForm):
    """« Noter un contact »."""

    day = Line(
        "Date du contact",
        limit=20,
        missing="Indiquez la date du contact.",
        checks=(PastDay(),),
        description="Exemple : 22/11/2026",
        render_kw={"inputmode": "numeric"},
    )
    means = Radios(
        "Moyen",
        missing="Choisissez un moyen.",
        pairs=[(means.value, label) for means, label in MEANS_LABELS.items()],
    )
    outcome = Paragraph(
        "Suite",
        limit=1000,
        missing="Indiquez la suite, même en quelques mots.",
        description="Par exemple : rendez-vous pris, contrat à préparer. Lue par votre OPCO seulement.",
        render_kw={"rows": 4},
    )
    reached = Choices(
        "Où en est le recrutement (facultatif)",
        pairs=[("", "Rien de nouveau"), *((one.value, label) for one, label in REACHED_LABELS.items())],
    )

    @property
    def learnt(self) -> Reached | None:
        """What the exchange told of the recruitment."""
        return Reached(self.reached.chosen) if self.reached.chosen else None


class StepForm(PostForm):
    """« Changer l’étape »; `seen` is the step that was on the screen."""

    seen = HiddenField()
    step = Radios(
        "Étape",
        missing="Choisissez une étape.",
        pairs=[(status.value, status.label) for status in MOVE_TO],
    )


class HandOverForm(PostForm):
    """« Pas notre champ »."""

    other_opco = Choices(
        "OPCO qui suit cette entreprise",
        missing="Choisissez un OPCO, ou « Je ne sais pas ».",
    )

    def __init__(self, *args: Any, own_code: str, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.other_opco.offer(other_opcos(own_code))

    @property
    def handed_to(self) -> str | None:
        """Code of the other OPCO; None is « Je ne sais pas »."""
        chosen = self.other_opco.chosen
        return None if chosen == DONT_KNOW else chosen
