"""E65: an advert for a site that has no other door than its mailbox: to publish, to change, to remove."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import sqlalchemy as sa

from app.core.database import db
from app.domain.diffusion.advert import advert_of
from app.domain.diffusion.board import Act
from app.domain.diffusion.models import Submission
from app.domain.diffusion.registry import PLATFORMS
from app.domain.offers.mailing import job_and_town, sample_offer
from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible
from app.domain.offers.visits import tagged
from app.outbox import Mail

CONTRACTS = {"apprenticeship": "Apprentissage", "professionalisation": "Professionnalisation"}
VERBS = {Act.PUBLISH: "publier", Act.UPDATE: "remplacer", Act.WITHDRAW: "retirer"}


@dataclass(frozen=True)
class SiteAdvert(Mail):
    """To a site, about one offer under one reference. `to` is the address that the site is declared with."""

    code: ClassVar[str] = "E65"
    name: ClassVar[str] = "site_advert"

    to: str
    offer: Offer
    platform: str
    reference: str
    act: Act
    sending: str = ""
    """What is asked, with the number of the letter among those of its reference: see `EmailBoard`."""

    def refs(self) -> dict[str, Any]:
        return {"platform": self.platform, "reference": self.reference, "act": self.act.value}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        submission = submission_of(refs["platform"], refs["reference"])
        act = Act(refs["act"])
        if submission is None:
            return None
        offer = submission.diffusion.offer
        # What has left our site meanwhile isn't asked to be published any more; its removal always leaves.
        if act is not Act.WITHDRAW and not is_visible(offer):
            return None
        return cls(refs["to"], offer, refs["platform"], refs["reference"], act)

    def dedupe_key(self) -> str:
        """Each letter once, whatever the number of tries."""
        return f"{key_prefix(self.platform, self.reference)}{self.sending}"

    def about(self) -> tuple[str, str]:
        return ("site_advert", self.reference)

    def context(self) -> dict[str, Any]:
        advert = advert_of(self.offer)
        return {
            "offer": self.offer,
            "company": advert.company,
            "reference": self.reference,
            "verb": VERBS[self.act],
            "leaving": self.act is Act.WITHDRAW,
            "title": advert.title,
            "text": advert.description,
            "tasks": advert.tasks,
            "skills": advert.skills,
            "contract": ", ".join(CONTRACTS[kind.value] for kind in advert.contract_types),
            "months": advert.duration_months,
            "start_on": advert.start_on,
            "openings": advert.openings,
            "address": " ".join(filter(None, (advert.address_line, advert.postcode, advert.city))),
            "last_day": advert.last_day,
            "path": tagged(f"/offres/{advert.public_id}", self.platform),
            "site": PLATFORMS[self.platform].name if self.platform in PLATFORMS else "votre site",
            **job_and_town(self.offer),
        }

    @classmethod
    def sample(cls) -> Self:
        return cls("offres@emplois-locaux.example", sample_offer(), "", "DA-7K3M9P", Act.PUBLISH)


def key_prefix(platform: str, reference: str) -> str:
    """How the keys of all the e-mails of one sending begin."""
    return f"mail:site:{platform}:{reference}:"


def submission_of(platform: str, reference: str) -> Submission | None:
    """The sending under this reference."""
    return db.session.scalar(
        sa.select(Submission).where(Submission.platform == platform, Submission.reference == reference)
    )
