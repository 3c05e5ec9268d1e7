"""E44: a long export is ready, for one day, behind sign-in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Account
from app.domain.opco.lifecycle import ExportStatus
from app.domain.opco.long_exports import Export
from app.domain.organisations.models import Organisation
from app.outbox import Mail


@dataclass(frozen=True)
class ExportReady(Mail):
    """To the person who asked for it; the address opens nothing without signing in."""

    code: ClassVar[str] = "E44"
    name: ClassVar[str] = "export_ready"

    export: Export

    @property
    def to(self) -> str:
        return self.export.account.email

    def refs(self) -> dict[str, Any]:
        return {"export": self.export.id}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        export = db.session.get(Export, refs["export"])
        ready = export is not None and export.status is ExportStatus.DONE and export.ends_at > clock.now()
        return cls(export) if export is not None and ready else None

    def context(self) -> dict[str, Any]:
        return {
            "number": self.export.total,
            "ends_at": self.export.ends_at,
            "structure": self.export.organisation.name,
            "path": f"/espace/{self.export.organisation.public_id}/exports/{self.export.public_id}",
        }

    def dedupe_key(self) -> str:
        return f"mail:export:{self.export.id}"

    def about(self) -> tuple[str, str]:
        return "export", str(self.export.id)

    @classmethod
    def sample(cls) -> Self:
        space = Organisation(id=1, public_id="structure000", name="OPCO d’essai", city="Paris")
        account = Account(id=1, email="dominique@opco.example", name="Dominique Durand")
        return cls(
            Export(
                id=1,
                public_id="export000000",
                organisation=space,
                account=account,
                total=12_408,
                asked_at=clock.now(),
                finished_at=clock.now(),
            )
        )
