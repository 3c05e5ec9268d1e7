"""Choosing the course that a CFA shows with its offer."""

from collections.abc import Sequence

from wtforms import Form

from app.domain.offers.training import OfferTraining
from app.web.forms.choice import Radios
from app.web.forms.details import LEVEL_LABELS

NONE = "aucune"


class TrainingFields(Form):
    """One of the courses, or none."""

    training = Radios("Formation à montrer avec l’offre", missing="Choisissez une formation, ou aucune.")

    def offer(self, trainings: Sequence[OfferTraining]) -> None:
        """The courses to choose from."""
        pairs = [(one.key, described(one)) for one in trainings]
        self.training.offer([*pairs, (NONE, "Aucune")])

    def picked(self, trainings: Sequence[OfferTraining]) -> OfferTraining | None:
        """The course chosen; None for « Aucune »."""
        return next((one for one in trainings if one.key == self.training.chosen), None)


def described(training: OfferTraining) -> str:
    """« CAP Boulanger – CAP (niveau 3), CFA du pain, Rodez »."""
    level = LEVEL_LABELS.get(training.level or 0, "")
    rest = ", ".join(part for part in (level, training.cfa, training.city) if part)
    return f"{training.title} – {rest}" if rest else training.title
