"""A form that holds every kind of field, empty, filled or refused."""

from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
)
from wtforms.fields.choices import SelectChoice

LONG = "Coordonnateur ou coordonnatrice de la maintenance des équipements industriels et agroalimentaires"
FILLED = {
    "company": "Boulangerie de l’Église",
    "job": "boulanger",
    "name": "Zoë N’Guessan-Lefèvre",
    "text": "Au fournil, du mardi au samedi.\nBus A, arrêt Cathédrale.",
    "start": "01/09/2027",
    "level": "3",
    "when": "date",
    "rhythm": "week",
    "remote": "y",
}


def _choices(labels: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in labels.items()]


class Sample(Form):
    """The fields that the macros of components/forms.html draw."""

    company = StringField(
        "Votre SIRET ou le nom de votre entreprise",
        [validators.InputRequired("Saisissez votre SIRET ou le nom de votre entreprise.")],
        description="Le SIRET compte 14 chiffres. Il figure sur vos factures.",
    )
    job = StringField(
        "Métier proposé",
        [validators.InputRequired("Choisissez un métier dans la liste.")],
        description="Par exemple : boulanger, mécanicienne auto, vendeur.",
    )
    name = StringField("Votre nom", [validators.InputRequired("Saisissez votre nom.")])
    text = TextAreaField(
        "Quelques mots sur le poste",
        [validators.Optional(), validators.Length(max=4000, message="Votre texte est trop long.")],
        description="Tâches, horaires, ambiance, accès en bus.",
    )
    start = StringField("Début du contrat", [validators.InputRequired("Cette date n’existe pas.")])
    level = SelectField(
        "Diplôme préparé",
        choices=_choices({"": "Peu importe", "3": "CAP (niveau 3)", "4": "Bac (niveau 4)", "5": LONG}),
        validate_choice=False,
    )
    when = RadioField(
        "Quand commencer ?",
        [validators.InputRequired("Choisissez un moment.")],
        choices=_choices({"soon": "Dès que possible", "date": "À une date précise", "long": LONG}),
    )
    rhythm = SelectMultipleField(
        "Rythme",
        [validators.InputRequired("Choisissez au moins un rythme.")],
        choices=_choices({"week": "Une semaine sur deux", "days": "Deux jours par semaine"}),
    )
    remote = BooleanField("Télétravail possible", description="Au moins un jour par semaine.")


def sample(state: str) -> Sample:
    """The form in one state: `empty`, `filled`, `error` or `long`."""
    data: dict[str, Any] = dict(FILLED)
    if state == "long":
        data |= {"company": LONG * 2, "name": LONG, "when": "long", "level": "5", "text": f"{LONG} " * 12}
    form = Sample(MultiDict(data) if state in {"filled", "long"} else MultiDict({"state": state}))
    if state == "error":
        form.validate()
    return form
