"""The form that decides a held offer, for an OPCO and for portal staff alike."""

from typing import Any

from app.domain.offers.holding import MOTIVES
from app.domain.offers.models import HoldDecision
from app.domain.opco.register import opco_choices
from app.web.forms.base import PostForm
from app.web.forms.choice import Choices, Radios
from app.web.forms.fields import Paragraph

NOT_OURS = "not_ours"
DONT_KNOW = "unknown"
ASK_TEXT = "Indiquez ce qu’il faut corriger : l’entreprise recevra ce texte."
DECISIONS = [
    (HoldDecision.PUBLISH.value, "Mettre en ligne"),
    (HoldDecision.CORRECT.value, "Demander une correction"),
    (HoldDecision.REFUSE.value, "Refuser"),
]
OF_AN_OPCO = (NOT_OURS, "Cette entreprise ne relève pas de mon OPCO")


def other_opcos(own_code: str | None) -> list[tuple[str, str]]:
    """Where a company can be handed over: the ten others, or « Je ne sais pas »."""
    others = [pair for pair in opco_choices() if pair[0] != own_code]
    return [("", "Choisissez un OPCO"), *others, (DONT_KNOW, "Je ne sais pas")]


class DecisionForm(PostForm):
    """Decision, motive, text sent to the company; for an OPCO, the one it hands the company over to."""

    decision = Radios("Votre décision", missing="Choisissez une décision.")
    motive = Choices("Motif", pairs=[("", "Choisissez un motif"), *MOTIVES.items()])
    text = Paragraph(
        "Texte envoyé à l’entreprise",
        limit=1000,
        description="Pour une correction ou un refus. Dites ce qui manque et comment le corriger.",
        render_kw={"rows": 6},
    )
    other_opco = Choices(
        "OPCO qui suit cette entreprise",
        description="Seulement si elle ne relève pas du vôtre.",
    )

    def __init__(self, *args: Any, own_code: str | None, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.decision.offer([*DECISIONS, OF_AN_OPCO] if own_code else DECISIONS)
        self.other_opco.offer(other_opcos(own_code))
        if own_code is None:
            del self.other_opco

    def validate(self, extra_validators: Any = None) -> bool:
        # Both are run: every error is shown at once.
        good = super().validate(extra_validators)
        return self._asks_what_is_missing() and good

    def _asks_what_is_missing(self) -> bool:
        if self.hands_over:
            if self.other_opco.chosen is None:
                self.add_error(self.other_opco, "Choisissez un OPCO, ou « Je ne sais pas ».")
                return False
        elif self.wanted in {HoldDecision.CORRECT, HoldDecision.REFUSE}:
            if not self.motive.chosen:
                self.add_error(self.motive, "Choisissez un motif dans la liste.")
            if not self.text.data:
                self.add_error(self.text, ASK_TEXT)
            return bool(self.motive.chosen and self.text.data)
        return True

    @property
    def hands_over(self) -> bool:
        """« Cette entreprise ne relève pas de mon OPCO »."""
        return bool(self.decision.data == NOT_OURS)

    @property
    def wanted(self) -> HoldDecision | None:
        """The decision on the offer, when one is chosen."""
        values = {decision.value: decision for decision in HoldDecision}
        return values.get(str(self.decision.data))

    @property
    def handed_to(self) -> str | None:
        """Code of the other OPCO; None is « Je ne sais pas »."""
        chosen = self.other_opco.chosen
        return None if chosen in {None, DONT_KNOW} else chosen
