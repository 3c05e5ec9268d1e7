"""Forms of a CFA's answer, and of the agreement of the people it proposes."""

from typing import Any

from wtforms import BooleanField

from app.domain.cfa_requests.services import MOST_CANDIDATES, Person
from app.domain.employers.services import normalise_email
from app.web.forms.base import PostForm
from app.web.forms.choice import Radios
from app.web.forms.fields import EmailAddress, Line, Paragraph

PROPOSE, DECLINE, TALK = "propose", "decline", "talk"
AGREE, REFUSE = "agree", "refuse"
RANKS = tuple(range(1, MOST_CANDIDATES + 1))


class AnswerForm(PostForm):
    """« Votre réponse »."""

    answer = Radios(
        "Votre réponse",
        missing="Choisissez une réponse.",
        pairs=[
            (PROPOSE, "Je propose des candidats"),
            (DECLINE, "Je n’ai pas de candidat"),
            (TALK, "Je veux échanger avec l’entreprise"),
        ],
    )


class CandidatesForm(PostForm):
    """Up to five people: `first_name_1`, `email_1`, `agreed_1`… and a message."""

    # Given below, after the people: errors are listed in the order of the page.
    message: Paragraph

    def person(self, rank: int) -> tuple[Any, Any, Any]:
        """The three fields of one person."""
        return self[f"first_name_{rank}"], self[f"email_{rank}"], self[f"agreed_{rank}"]

    def is_open(self, rank: int) -> bool:
        """Has anything been typed, or refused, for this person?"""
        return any(field.data or field.errors for field in self.person(rank))

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators=extra_validators)
        seen: dict[str, str] = {}
        for rank in RANKS:
            is_valid = self._is_complete(rank, seen) and is_valid
        if not any(field.data for rank in RANKS for field in self.person(rank)[:2]):
            message = "Saisissez au moins une personne, ou choisissez une autre réponse."
            self.add_error(self.person(1)[0], message)
            return False
        return is_valid

    def _is_complete(self, rank: int, seen: dict[str, str]) -> bool:
        first_name, email, agreed = self.person(rank)
        if not (first_name.data or email.data):
            return True
        name = first_name.data or "cette personne"
        missing = [
            (first_name, "Saisissez le prénom.", not first_name.data),
            (email, f"Saisissez l’adresse e-mail de {name}.", not email.data),
            (agreed, f"Cochez l’accord de {name}, ou retirez cette personne.", not agreed.data),
        ]
        norm = normalise_email(getattr(email, "address", "") or "")
        if norm in seen:
            missing.append((email, f"Cette adresse est déjà celle de {seen[norm]}.", True))
        elif norm:
            seen[norm] = name
        for field, message, is_wrong in missing:
            if is_wrong:
                self.add_error(field, message)
        return not any(is_wrong for _, _, is_wrong in missing)

    @property
    def people(self) -> list[Person]:
        """The people typed, once the form is valid."""
        rows = (self.person(rank) for rank in RANKS)
        return [Person(first.data, email.address) for first, email, _ in rows if first.data]


for _rank in RANKS:
    setattr(CandidatesForm, f"first_name_{_rank}", Line("Prénom", limit=80))
    setattr(
        CandidatesForm,
        f"email_{_rank}",
        Line(
            "Adresse e-mail",
            limit=254,
            checks=(EmailAddress(),),
            render_kw={"inputmode": "email", "autocomplete": "off"},
        ),
    )
    setattr(CandidatesForm, f"agreed_{_rank}", BooleanField("Cette personne m’a donné son accord"))

CandidatesForm.message = Paragraph(
        "Message à l’entreprise",
        limit=2000,
        description="Ne nommez personne ici : l’entreprise lit ce message avant l’accord des candidats.",
        render_kw={"rows": 4},
    )


class TalkForm(PostForm):
    """« Je veux échanger »: a message that the portal passes on."""

    message = Paragraph(
        "Message à l’entreprise",
        limit=2000,
        missing="Écrivez votre message à l’entreprise.",
        description="Transmis par notre service.",
        render_kw={"rows": 6},
    )
    give_address = BooleanField("Donner mon adresse e-mail à l’entreprise pour qu’elle me réponde")


class ConsentForm(PostForm):
    """« Donner ou refuser mon accord »."""

    answer = Radios(
        "Votre réponse",
        missing="Choisissez une réponse.",
        pairs=[
            (AGREE, "J’accepte : l’entreprise verra mon prénom et mon adresse e-mail"),
            (REFUSE, "Je refuse : mes données sont effacées tout de suite"),
        ],
    )
