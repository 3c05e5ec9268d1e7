"""The form of an address to tell, for portal staff and for an OPCO's own members."""

from typing import Self

from app.domain.opco.models import ContactMode, OpcoContact
from app.domain.reference.places import department_name, departments
from app.web.forms.base import PostForm
from app.web.forms.choice import Choices, Radios
from app.web.forms.fields import EmailAddress, Line

COUNTRY = "pays"
MODES = {ContactMode.PER_EVENT: "Un message par besoin", ContactMode.DIGEST: "Un récapitulatif"}


class AddressForm(PostForm):
    """An address to tell."""

    email = Line(
        "Adresse e-mail",
        limit=254,
        missing="Saisissez l’adresse à prévenir.",
        checks=(EmailAddress(),),
        description="De préférence une adresse de service, lue par plusieurs personnes.",
    )
    department = Choices("Pour quel département", missing="Choisissez un département, ou tout le pays.")
    mode = Radios(
        "Comment la prévenir",
        missing="Choisissez comment la prévenir.",
        pairs=[(mode.value, label) for mode, label in MODES.items()],
    )

    @classmethod
    def new(cls) -> Self:
        """For the whole country, a message per need, until somebody says otherwise."""
        form = cls(data={"department": COUNTRY, "mode": ContactMode.PER_EVENT.value})
        form.department.offer([(COUNTRY, "Tout le pays"), *departments()])
        return form

    @property
    def for_department(self) -> str | None:
        """None is the whole country."""
        return None if self.department.chosen == COUNTRY else self.department.chosen

    @property
    def chosen_mode(self) -> ContactMode:
        """How it is told."""
        return ContactMode(self.mode.data)


def where_of(contact: OpcoContact) -> str:
    """« Aveyron (12) », « Tout le pays »."""
    if contact.department is None:
        return "Tout le pays"
    return f"{department_name(contact.department) or ''} ({contact.department})".strip()
