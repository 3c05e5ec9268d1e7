"""SIRET typed by people: one sentence for each way of being wrong."""

from typing import Any

from wtforms import Form
from wtforms.validators import ValidationError

from app.core.identifiers import InvalidIdentifier, Reason, Siret

WRONG_KEY = "Ce SIRET contient une erreur. Vérifiez les chiffres un par un."
NOT_DIGITS = "Le SIRET ne contient que des chiffres. Vérifiez ce que vous avez saisi."


def siret_problem(error: InvalidIdentifier) -> str:
    """What is wrong with a SIRET, and how to mend it."""
    if error.reason is Reason.KEY:
        return WRONG_KEY
    if error.reason in {Reason.LENGTH, Reason.SIREN}:
        return f"Le SIRET compte 14 chiffres ; vous en avez saisi {error.digits}."
    return NOT_DIGITS


class OptionalSiret:
    """A SIRET or nothing; the field's data becomes the fourteen digits."""

    def __call__(self, form: Form, field: Any) -> None:
        try:
            field.data = str(Siret(field.data))
        except InvalidIdentifier as error:
            raise ValidationError(siret_problem(error)) from None
