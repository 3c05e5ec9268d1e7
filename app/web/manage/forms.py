"""Forms of the management pages."""

from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import Optional

from app.domain.offers.lifecycle import CLOSING_CHOICES, EndReason
from app.web.forms.advert import AdvertFields
from app.web.forms.base import PostForm
from app.web.forms.choice import Radios
from app.web.forms.details import DetailsFields
from app.web.forms.fields import EmailAddress, Line, NoContactDetails, Paragraph, PhoneNumber
from app.web.forms.french_dates import StartDate


class RenewForm(PostForm):
    """One field, asked only when the start date has gone by."""

    new_start = Line(
        "Nouveau début du contrat",
        limit=30,
        missing="La date de début est passée. Choisissez-en une nouvelle.",
        checks=(StartDate(),),
        description="Exemple : 01/09/2027",
    )


class CloseForm(PostForm):
    """Why it ends."""

    reason = Radios(
        "Pourquoi ?",
        missing="Choisissez une raison.",
        pairs=[(reason.value, label) for reason, label in CLOSING_CHOICES.items()],
    )
    detail = Paragraph("Précisez", limit=500, description="Lu par notre équipe seulement.")

    @property
    def end_reason(self) -> EndReason:
        """The reason chosen."""
        return EndReason(self.reason.data)


class EditForm(PostForm, DetailsFields, AdvertFields):
    """Everything of an offer that its employer may change."""

    brand = Line(
        "Enseigne",
        limit=120,
        checks=(NoContactDetails(),),
        description="Le nom affiché sur l’annonce, s’il diffère de la raison sociale.",
    )
    version = HiddenField(validators=[Optional()])


class ContactForm(PostForm):
    """The person who follows the offers from now on."""

    name = Line(
        "Nom de la personne", limit=80, missing="Saisissez son nom.", render_kw={"autocomplete": "name"}
    )
    email = Line(
        "Nouvelle adresse e-mail",
        limit=254,
        missing="Saisissez la nouvelle adresse.",
        checks=(EmailAddress(),),
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    phone = Line(
        "Téléphone", limit=30, checks=(PhoneNumber(),), render_kw={"autocomplete": "tel", "inputmode": "tel"}
    )


class ActForm(FlaskForm):
    """A button alone: nothing but the form token."""
