"""E55, to both OPCOs: the follow-up of a company has passed from one to the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from app.core.database import db
from app.core.identifiers import Siren
from app.domain.accounts.magic_links import LIVES
from app.domain.accounts.models import Purpose
from app.domain.offers.mailing import sample_offer
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import FollowUp, Opco, OpcoContact, Source
from app.outbox import LinkOrder, Mail

# Who says so, as people read it.
SAID_BY = {
    Source.OPCO: "un OPCO",
    Source.AGENT: "un agent du portail",
    Source.SIRO: "France compétences",
    Source.CFADOCK: "CFA dock",
    Source.EMPLOYER: "l’entreprise",
}


@dataclass(frozen=True)
class OpcoHandedOver(Mail):
    """`taker` follows the company from now on; None when the right OPCO is still looked for."""

    code: ClassVar[str] = "E55"
    name: ClassVar[str] = "opco_handed_over"

    contact: OpcoContact
    follow_up: FollowUp
    taker: Opco | None
    source: Source | None

    @property
    def to(self) -> str:
        return self.contact.email

    @property
    def takes(self) -> bool:
        """Is it written to the OPCO that takes over?"""
        return self.taker is not None and self.taker.id == self.follow_up.opco.id

    def refs(self) -> dict[str, Any]:
        return {
            "contact": self.contact.id,
            "follow_up": self.follow_up.id,
            "taker": self.taker.id if self.taker else None,
            "source": self.source.value if self.source else None,
        }

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        contact = db.session.get(OpcoContact, refs["contact"])
        follow_up = db.session.get(FollowUp, refs["follow_up"])
        taker = db.session.get(Opco, refs["taker"]) if refs["taker"] else None
        if contact is None or follow_up is None or contact.stopped_at is not None:
            return None
        mail = cls(contact, follow_up, taker, Source(refs["source"]) if refs["source"] else None)
        # The company may have come back meanwhile.
        is_followed = follow_up.status is not FollowUpStatus.NOT_OURS
        return mail if mail.takes == is_followed else None

    def context(self) -> dict[str, Any]:
        establishment = self.follow_up.establishment
        return {
            "company": establishment.shown_name,
            "siret": establishment.siret.grouped,
            "place": f"{establishment.postcode} {establishment.city}".strip(),
            "opco": self.follow_up.opco.short_name,
            "taker": self.taker.short_name if self.taker else "",
            "takes": self.takes,
            "said_by": SAID_BY.get(self.source, "") if self.source else "",
            "link_days": LIVES[Purpose.FOLLOW_UP].days,
        }

    def link(self) -> LinkOrder:
        return LinkOrder(
            purpose=Purpose.FOLLOW_UP.value,
            object_type="follow_up",
            object_id=str(self.follow_up.id),
            scope="",
            subject_email=self.contact.email,
            lives=LIVES[Purpose.FOLLOW_UP],
        )

    def dedupe_key(self) -> str:
        # A company can be handed over, come back, and leave again: each time is told once.
        turn = f"{self.follow_up.id}:{self.follow_up.version}"
        return f"mail:follow_up:{turn}:opco_contact:{self.contact.id}:handed_over"

    def about(self) -> tuple[str, str]:
        return "follow_up", str(self.follow_up.id)

    @classmethod
    def sample(cls) -> Self:
        giver = _opco(6, "06", "879036895", "Opco entreprises de proximité", "OPCO EP")
        follow_up = FollowUp(
            id=1,
            establishment=sample_offer().establishment,
            opco=giver,
            status=FollowUpStatus.NOT_OURS,
            version=2,
        )
        contact = OpcoContact(id=1, opco=giver, email="suivi@opco.example", email_norm="suivi@opco.example")
        return cls(contact, follow_up, _opco(3, "03", "851296632", "ATLAS", "Atlas"), Source.SIRO)

    @classmethod
    def sample_of_taker(cls) -> Self:
        """The example written to the OPCO that takes over."""
        mail = cls.sample()
        follow_up = FollowUp(
            id=2,
            establishment=mail.follow_up.establishment,
            opco=mail.taker,
            status=FollowUpStatus.TO_CONTACT,
            version=1,
        )
        return cls(mail.contact, follow_up, mail.taker, Source.OPCO)


def _opco(number: int, code: str, siren: str, label: str, short_name: str) -> Opco:
    return Opco(id=number, code=code, siren=Siren(siren), label=label, short_name=short_name)
