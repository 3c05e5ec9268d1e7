"""CfaRequest (an offer sent to a CFA), ProposedCandidate, and who wants no suggestion."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Model, UtcDateTime, enum_column, personal
from app.core.tokens import public_id
from app.domain.cfa_requests.catalogue_models import BASIS, Cfa
from app.domain.cfa_requests.lifecycle import CfaRequestStatus
from app.domain.offers.models import Offer


class CfaRequest(Model):
    """One offer sent to one CFA by its employer. Never « délégation », which means something else."""

    __tablename__ = "cfa_request"
    __table_args__ = (sa.UniqueConstraint("offer_id", "cfa_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("offer.id", ondelete="CASCADE"))
    cfa_id: Mapped[int] = mapped_column(sa.ForeignKey("cfa.id"), index=True)
    status: Mapped[CfaRequestStatus] = mapped_column(enum_column(CfaRequestStatus))
    km: Mapped[float]
    phone_given: Mapped[bool] = mapped_column(default=False)
    sent_to: Mapped[str] = mapped_column(
        sa.String(254),
        index=True,
        info=personal("adresse électronique", basis=BASIS, kept="demande à un CFA", recipients="employeur"),
    )
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answers: Mapped[int] = mapped_column(default=0)
    message: Mapped[str | None] = mapped_column(
        sa.Text, info=personal("message", basis=BASIS, kept="demande à un CFA", recipients="employeur")
    )
    # The address of the CFA that answered, only when it agreed to give it to the employer.
    reply_to: Mapped[str | None] = mapped_column(
        sa.String(254),
        info=personal("adresse électronique", basis=BASIS, kept="demande à un CFA", recipients="employeur"),
    )
    refusals: Mapped[int] = mapped_column(default=0)
    lapses: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    offer: Mapped[Offer] = relationship(lazy="joined")
    cfa: Mapped[Cfa] = relationship(lazy="joined")
    candidates: Mapped[list["ProposedCandidate"]] = relationship(
        back_populates="request",
        order_by="ProposedCandidate.id",
        cascade="all, delete-orphan",
        lazy="selectin",
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def agreed(self) -> list["ProposedCandidate"]:
        """People whose name may be shown to the employer."""
        return [one for one in self.candidates if one.consent_at is not None]

    @property
    def pending(self) -> list["ProposedCandidate"]:
        """People who haven't said yet: the employer sees their number only."""
        return [one for one in self.candidates if one.consent_at is None]


class ProposedCandidate(Model):
    """Somebody a CFA proposes: shown to nobody before `consent_at`, erased by a refusal."""

    __tablename__ = "proposed_candidate"
    __table_args__ = (sa.UniqueConstraint("request_id", "email_norm"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("cfa_request.id", ondelete="CASCADE"))
    first_name: Mapped[str] = mapped_column(
        sa.String(80),
        info=personal("prénom", basis="consentement", kept="candidat proposé", recipients="employeur"),
    )
    email: Mapped[str] = mapped_column(
        sa.String(254),
        info=personal(
            "adresse électronique", basis="consentement", kept="candidat proposé", recipients="employeur"
        ),
    )
    email_norm: Mapped[str] = mapped_column(
        sa.String(254), info=personal("adresse électronique", basis="consentement", kept="candidat proposé")
    )
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    consent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    request: Mapped[CfaRequest] = relationship(back_populates="candidates")


class SuggestionStop(Model):
    """An address that wants no more suggestions. Hashed: it keeps nobody's address."""

    __tablename__ = "suggestion_stop"

    key_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
