"""E63: a platform refuses the portal's own key; told to its administrators, once a stop."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Account, StaffRole
from app.domain.diffusion.platforms.api_apprentissage import API_APPRENTISSAGE
from app.domain.diffusion.registry import PLATFORMS
from app.outbox import Mail
from app.outbox.circuit import CAUSE_CREDENTIAL
from app.outbox.models import Circuit


@dataclass(frozen=True)
class CredentialFailed(Mail):
    """E63: nothing leaves for this platform until somebody has given the service a key that works."""

    code: ClassVar[str] = "E63"
    name: ClassVar[str] = "credential_failed"

    administrator: Account
    platform: str
    since: datetime
    said: str

    @property
    def to(self) -> str:
        return self.administrator.email

    def refs(self) -> dict[str, Any]:
        since = self.since.isoformat()
        return {"account": self.administrator.id, "platform": self.platform, "since": since}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        account = db.session.get(Account, refs["account"])
        if account is None or account.staff_role is not StaffRole.ADMINISTRATOR or account.disabled_at:
            return None
        stop = stop_of(refs["platform"])
        # Accepted again since, perhaps stopped anew: another e-mail says so.
        if stop is None or stop[0].isoformat() != refs["since"]:
            return None
        return cls(account, refs["platform"], *stop)

    def dedupe_key(self) -> str:
        return f"mail:platform_stopped:{self.platform}:{self.since.isoformat()}:{self.administrator.id}"

    def context(self) -> dict[str, Any]:
        return {
            "site": PLATFORMS[self.platform].name,
            "since": self.since,
            "said": self.said,
            "path": "/agents/diffusions",
        }

    @classmethod
    def sample(cls) -> Self:
        account = Account(id=1, email="agent@portail.example", name="Camille Roy")
        return cls(account, API_APPRENTISSAGE.key, clock.now(), "401 identifiants refusés")


def stop_of(key: str) -> tuple[datetime, str] | None:
    """Since when a platform refuses our key, and what it said; None while it doesn't."""
    row = db.session.get(Circuit, PLATFORMS[key].kind) if key in PLATFORMS else None
    if row is None or row.cause != CAUSE_CREDENTIAL or row.open_until is None or row.since is None:
        return None
    return row.since, row.detail or ""
