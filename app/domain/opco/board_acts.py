"""What an OPCO does to many companies at once: another step, another person who follows them."""

from collections.abc import Sequence
from typing import ClassVar

import sqlalchemy as sa

from app.audit.actor import Actor
from app.core.database import db
from app.core.french import number_fr, plural
from app.domain.accounts.models import Account
from app.domain.opco.follow_up import keep_note, move_follow_up
from app.domain.opco.lifecycle import MOVE_TO, FollowUpStatus
from app.domain.opco.models import FollowUp, Opco
from app.domain.organisations.members import members_of
from app.domain.organisations.models import Organisation
from app.lists.batches import BatchAct, Name

NOBODY = "personne"
LEFT = "Son suivi a été transmis à un autre OPCO."


class _OfCompanies:
    """Rows of an OPCO's board."""

    def __init__(self, opco: Opco, *, by: Actor) -> None:
        self.opco = opco
        self.by = by

    def load(self, numbers: Sequence[int]) -> dict[int, FollowUp]:
        """Companies of this OPCO's field."""
        query = sa.select(FollowUp).where(FollowUp.id.in_(numbers), FollowUp.opco_id == self.opco.id)
        return {follow_up.id: follow_up for follow_up in db.session.scalars(query)}

    def name(self, subject: FollowUp) -> Name:
        """« Fournil du Lac », « 12000 Rodez – À contacter »."""
        company = subject.establishment
        return Name(company.shown_name, f"{company.postcode} {company.city} – {subject.status.label}")

    def count(self, number: int) -> str:
        """« 20 entreprises »."""
        return f"{number_fr(number)} {plural(number, 'entreprise', 'entreprises')}"


class ChangeStep(_OfCompanies):
    """Another step of the follow-up."""

    code: ClassVar[str] = "step"

    def __init__(self, opco: Opco, to: FollowUpStatus, *, by: Actor) -> None:
        super().__init__(opco, by=by)
        self.to = to
        self.choice = to.value

    def seen(self, subject: FollowUp) -> str:
        return subject.status.value

    def obstacle(self, subject: FollowUp) -> str:
        if subject.status is FollowUpStatus.NOT_OURS:
            return LEFT
        return f"Elle est déjà à l’étape « {self.to.label} »." if subject.status is self.to else ""

    def apply(self, subject: FollowUp) -> None:
        move_follow_up(subject, to=self.to, seen=subject.status, by=self.by)

    def title(self, number: int) -> str:
        return f"Passer {self.count(number)} à l’étape « {self.to.label} »"

    def effect(self) -> str:
        return "L’étape change aussitôt pour toute votre structure. Aucun courriel n’est envoyé."


class Assign(_OfCompanies):
    """« Suivi par » somebody of the structure, or nobody in particular."""

    code: ClassVar[str] = "assign"

    def __init__(self, opco: Opco, assignee: Account | None, *, choice: str, by: Actor) -> None:
        super().__init__(opco, by=by)
        self.assignee = assignee
        self.choice = choice

    def seen(self, subject: FollowUp) -> str:
        return str(subject.assignee_id or "")

    def obstacle(self, subject: FollowUp) -> str:
        if self.assignee is None and self.choice != NOBODY:
            return "La personne choisie ne fait plus partie de votre structure."
        if subject.status is FollowUpStatus.NOT_OURS:
            return LEFT
        if subject.assignee_id == (self.assignee.id if self.assignee else None):
            return "Elle est déjà suivie ainsi."
        return ""

    def apply(self, subject: FollowUp) -> None:
        number = self.assignee.id if self.assignee else None
        keep_note(subject, note=subject.note, assignee_id=number, by=self.by)

    def title(self, number: int) -> str:
        if self.choice == NOBODY:
            return f"Ne plus confier {self.count(number)} à quelqu’un en particulier"
        name = self.assignee.name if self.assignee else "une personne partie"
        return f"Confier {self.count(number)} à {name}"

    def effect(self) -> str:
        return "« Suivi par » change aussitôt pour toute votre structure. Aucun courriel n’est envoyé."


def choices(space: Organisation) -> list[tuple[str, str]]:
    """(« step:contacted », « Étape : Contactée ») of each act on offer."""
    people = [(f"assign:{one.account_id}", f"Confier à {one.account.name}") for one in members_of(space)]
    return [
        *((f"step:{step.value}", f"Étape : {step.label}") for step in MOVE_TO),
        *people,
        (f"assign:{NOBODY}", "Ne confier à personne en particulier"),
    ]


def act_of(
    code: str, choice: str, *, opco: Opco, space: Organisation, by: Actor
) -> BatchAct[FollowUp] | None:
    """The act that was chosen; None when there is none like it."""
    if code == ChangeStep.code:
        to = {step.value: step for step in MOVE_TO}.get(choice)
        return ChangeStep(opco, to, by=by) if to else None
    if code != Assign.code:
        return None
    people = {str(one.account_id): one.account for one in members_of(space)}
    # Somebody who has left since is an obstacle for each row, not an act that doesn't exist.
    known = choice == NOBODY or (choice.isdecimal() and len(choice) <= 10)
    return Assign(opco, people.get(choice), choice=choice, by=by) if known else None
