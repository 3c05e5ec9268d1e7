"""E-mails about an account itself: E25 (an agent of the portal), E42 (the second factor)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Account, StaffRole
from app.outbox.message import Mail

ROLE_WORDS = {
    StaffRole.OPERATOR: "Agent du portail",
    StaffRole.ADMINISTRATOR: "Administrateur du portail",
}


def sample_account() -> Account:
    """Somebody outside any database, for samples."""
    return Account(
        id=1,
        email="dominique@cma.example",
        name="Dominique Durand",
        staff_role=StaffRole.OPERATOR,
        created_at=clock.now(),
    )


@dataclass(frozen=True)
class FactorRemoved(Mail):
    """E42: portal staff have removed the second factor of somebody who had lost it."""

    code: ClassVar[str] = "E42"
    name: ClassVar[str] = "factor_removed"
    account: Account
    at: datetime = field(default_factory=clock.now)

    @property
    def to(self) -> str:
        return self.account.email

    def refs(self) -> dict[str, Any]:
        return {"account": self.account.id, "at": self.at.isoformat()}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        account = db.session.get(Account, refs["account"])
        return cls(account, datetime.fromisoformat(refs["at"])) if account else None

    def context(self) -> dict[str, Any]:
        return {"at": self.at, "name": self.account.name}

    @classmethod
    def sample(cls) -> Self:
        return cls(sample_account())


@dataclass(frozen=True)
class StaffInvited(Mail):
    """E25: somebody becomes an agent of the portal; the address is proved by signing in."""

    code: ClassVar[str] = "E25"
    name: ClassVar[str] = "staff_invited"
    account: Account

    @property
    def to(self) -> str:
        return self.account.email

    def refs(self) -> dict[str, Any]:
        return {"account": self.account.id}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        account = db.session.get(Account, refs["account"])
        return cls(account) if account is not None and account.staff_role is not None else None

    def context(self) -> dict[str, Any]:
        role = self.account.staff_role or StaffRole.OPERATOR
        return {"name": self.account.name, "role": ROLE_WORDS[role]}

    @classmethod
    def sample(cls) -> Self:
        return cls(sample_account())
