"""The fields of an advert, as deposit and editing let people rewrite it."""

from typing import Any

from wtforms import Form
from wtforms.validators import ValidationError

from app.domain.offers.models import Offer
from app.web.forms.fields import Line, NoContactDetails, Paragraph

MAX_LINES = 15
MAX_LINE = 200


class Lines:
    """One item a line, not too many, not too long; the field gets them as `lines`."""

    def __call__(self, form: Form, field: Any) -> None:
        lines = [line.strip(" -•\t") for line in (field.data or "").split("\n")]
        lines = [line for line in lines if line]
        if len(lines) > MAX_LINES:
            raise ValidationError(f"Gardez {MAX_LINES} lignes au plus ; vous en avez écrit {len(lines)}.")
        if any(len(line) > MAX_LINE for line in lines):
            raise ValidationError(f"Une ligne dépasse {MAX_LINE} caractères : coupez-la en deux.")
        field.lines = lines


_LISTED = (NoContactDetails(), Lines())


class AdvertFields(Form):
    """Title, description, tasks and skills."""

    title = Line(
        "Titre de l’annonce", limit=140, missing="Donnez un titre à l’annonce.", checks=(NoContactDetails(),)
    )
    description = Paragraph(
        "Description",
        limit=4000,
        missing="Décrivez le poste en quelques phrases.",
        checks=(NoContactDetails(),),
        description="Sans téléphone ni adresse e-mail : les candidats vous joindront par le service.",
    )
    tasks = Paragraph("Missions", limit=3000, checks=_LISTED, description="Une par ligne.")
    skills = Paragraph("Qualités et compétences", limit=3000, checks=_LISTED, description="Une par ligne.")

    def advert(self) -> dict[str, Any]:
        """The validated texts, as the columns of an offer."""
        return {
            "title": self.title.data,
            "description": self.description.data,
            "tasks": list(getattr(self.tasks, "lines", [])),
            "skills": list(getattr(self.skills, "lines", [])),
        }


def advert_of(offer: Offer) -> dict[str, str]:
    """The texts of an offer, as the form's data."""
    return {
        "title": offer.title,
        "description": offer.description,
        "tasks": "\n".join(offer.tasks),
        "skills": "\n".join(offer.skills),
    }
