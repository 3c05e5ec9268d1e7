"""E3: the link to a draft that is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.core.identifiers import Siret
from app.domain.accounts.magic_links import LIVES
from app.domain.accounts.models import Purpose
from app.domain.offers.composing import company_of
from app.domain.offers.drafts import KEPT_FOR
from app.domain.offers.models import Draft
from app.domain.reference.jobs import job_by_key
from app.outbox import LinkOrder, Mail


@dataclass(frozen=True)
class DraftSaved(Mail):
    """E3: the answers wait for seven days behind one link."""

    code: ClassVar[str] = "E3"
    name: ClassVar[str] = "draft_saved"

    to: str
    draft_id: int
    until: date
    company: str = ""
    job: str = ""

    @classmethod
    def of(cls, draft: Draft, *, to: str) -> Self:
        """The e-mail of a draft as it is now."""
        need = draft.answers.get("need")
        hit = job_by_key(str(need.get("job_key") or "")) if isinstance(need, dict) else None
        return cls(
            to=to,
            draft_id=draft.id,
            until=clock.day_of(draft.expires_at),
            company=company_of(draft).name,
            job=hit.both if hit else "",
        )

    def refs(self) -> dict[str, Any]:
        return {"draft": self.draft_id}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        draft = db.session.get(Draft, refs["draft"])
        if draft is None or draft.offer_id is not None or draft.expires_at <= clock.now():
            return None
        return cls.of(draft, to=refs["to"])

    def context(self) -> dict[str, Any]:
        return {"until": self.until, "company": self.company, "job": self.job}

    def link(self) -> LinkOrder:
        return LinkOrder(
            purpose=Purpose.DRAFT.value,
            object_type="draft",
            object_id=str(self.draft_id),
            scope="",
            subject_email=self.to,
            lives=LIVES[Purpose.DRAFT],
        )

    def about(self) -> tuple[str, str]:
        return "draft", str(self.draft_id)

    @classmethod
    def sample(cls) -> Self:
        siret = Siret("99100001900018")
        return cls(
            to="camille@boulangerie.example",
            draft_id=1,
            until=clock.today() + timedelta(days=KEPT_FOR.days),
            company=f"Boulangerie du Touat ({siret.grouped})",
            job="boulanger ou boulangère",
        )
