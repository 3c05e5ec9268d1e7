"""E18 (new needs of the field, for those who chose the digest) and E20 (companies that nobody contacted)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.accounts.magic_links import LIVES
from app.domain.accounts.models import Purpose
from app.domain.offers.mailing import sample_offer
from app.domain.offers.models import Offer
from app.domain.offers.queries import visible
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import FollowUp, OpcoContact
from app.domain.opco.passing_emails import OpcoHandedOver
from app.domain.opco.sent_lists import SENT_LIST, ListKind, SentList, companies_of
from app.outbox import LinkOrder, Mail
from app.outbox.rhythm import Rhythm

# The first companies are named in the e-mail; all of them are behind its link.
NAMED = 10


@dataclass(frozen=True, slots=True)
class Named:
    """One line of the list in the e-mail: company, town, what it looks for."""

    company: str
    city: str
    jobs: str


@dataclass(frozen=True)
class ListMail(Mail):
    """An e-mail whose link opens the companies that it names."""

    unsubscribable: ClassVar[bool] = True

    sent: SentList
    companies: tuple[FollowUp, ...]
    named: tuple[Named, ...]

    @property
    def to(self) -> str:
        return self.sent.contact.email

    def refs(self) -> dict[str, Any]:
        return {"list": self.sent.id}

    @classmethod
    def of(cls, sent: SentList) -> Self | None:
        """None when the address was stopped, or no company of it waits any more."""
        contact = sent.contact
        if contact.stopped_at is not None or contact.bounced_at is not None:
            return None
        companies = tuple(one for one in companies_of(sent) if cls.concerns(one))
        return cls(sent, companies, _named(companies[:NAMED])) if companies else None

    @classmethod
    def concerns(cls, follow_up: FollowUp) -> bool:
        """Is there still a reason to name this company?"""
        raise NotImplementedError

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        sent = db.session.get(SentList, refs["list"])
        return cls.of(sent) if sent is not None else None

    def context(self) -> dict[str, Any]:
        return {
            "number": len(self.companies),
            "named": self.named,
            "others": len(self.companies) - len(self.named),
            "opco": self.sent.contact.opco.short_name,
            "link_days": LIVES[Purpose.FOLLOW_UP].days,
        }

    def link(self) -> LinkOrder:
        return LinkOrder(
            purpose=Purpose.FOLLOW_UP.value,
            object_type=SENT_LIST,
            object_id=str(self.sent.id),
            scope="",
            subject_email=self.sent.contact.email,
            lives=LIVES[Purpose.FOLLOW_UP],
        )

    def dedupe_key(self) -> str:
        return f"mail:{SENT_LIST}:{self.sent.id}"

    def about(self) -> tuple[str, str]:
        return SENT_LIST, str(self.sent.id)

    @classmethod
    def sample_of(cls, kind: ListKind) -> Self:
        """Two companies, as an OPCO would read them."""
        contact: OpcoContact = OpcoHandedOver.sample().contact
        offer = sample_offer()
        companies = tuple(
            FollowUp(
                id=number,
                establishment=offer.establishment,
                opco=contact.opco,
                status=FollowUpStatus.TO_CONTACT,
                version=1,
            )
            for number in (1, 2)
        )
        named = (
            Named(offer.establishment.shown_name, offer.city, offer.job_name),
            Named("Garage du Lagon", "Mamoudzou", "mécanicien ou mécanicienne automobile"),
        )
        return cls(SentList(id=1, contact=contact, kind=kind, made_at=clock.now()), companies, named)


@dataclass(frozen=True)
class OpcoDigest(ListMail):
    """The needs of a day, in one message."""

    code: ClassVar[str] = "E18"
    name: ClassVar[str] = "opco_digest"
    rhythm: ClassVar[Rhythm] = Rhythm.DIGEST

    @classmethod
    def concerns(cls, follow_up: FollowUp) -> bool:
        return True

    @classmethod
    def sample(cls) -> Self:
        return cls.sample_of(ListKind.DIGEST)


@dataclass(frozen=True)
class OpcoReminder(ListMail):
    """Companies that wait for a first contact."""

    code: ClassVar[str] = "E20"
    name: ClassVar[str] = "opco_reminder"
    rhythm: ClassVar[Rhythm] = Rhythm.REMINDER

    @classmethod
    def concerns(cls, follow_up: FollowUp) -> bool:
        return follow_up.status is FollowUpStatus.TO_CONTACT

    @classmethod
    def sample(cls) -> Self:
        return cls.sample_of(ListKind.REMINDER)


def _named(companies: tuple[FollowUp, ...]) -> tuple[Named, ...]:
    jobs: dict[int, list[str]] = {}
    query = sa.select(Offer.establishment_id, Offer.job_name).where(
        Offer.establishment_id.in_([one.establishment_id for one in companies]), visible()
    )
    for establishment, job in db.session.execute(query.order_by(Offer.id)):
        jobs.setdefault(establishment, []).append(job)
    return tuple(
        Named(
            one.establishment.shown_name,
            one.establishment.city,
            ", ".join(dict.fromkeys(jobs.get(one.establishment_id, []))),
        )
        for one in companies
    )
