"""What the service asks of the public registers of OPCOs, whoever answers (port)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from app.core.identifiers import Siret


class Service(Enum):
    """The registers, in the order in which they are asked."""

    SIRO = "siro"
    CFADOCK = "cfadock"
    SIRET2IDCC = "siret2idcc"

    @property
    def label(self) -> str:
        return SERVICE_LABELS[self]


SERVICE_LABELS = {
    Service.SIRO: "France compétences",
    Service.CFADOCK: "CFA dock",
    Service.SIRET2IDCC: "Convention collective (siret2idcc)",
}


class Said(Enum):
    """What a register said of an establishment."""

    # Of an OPCO, or of the collective agreement for the register of agreements.
    ANSWERED = "answered"
    # An OPCO claims the establishment, which the reference table doesn't hold: to be confirmed.
    CLAIMED = "claimed"
    SEVERAL = "several"
    NONE = "none"
    UNAVAILABLE = "unavailable"

    @property
    def label(self) -> str:
        return SAID_LABELS[self]


SAID_LABELS = {
    Said.ANSWERED: "réponse",
    Said.CLAIMED: "revendiqué, à confirmer",
    Said.SEVERAL: "plusieurs réponses possibles",
    Said.NONE: "inconnu de ce registre",
    Said.UNAVAILABLE: "pas de réponse pour l’instant",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one register said at `read_at` (aware, UTC): an OPCO's code, an agreement's number, or neither."""

    service: Service
    said: Said
    read_at: datetime
    opco_code: str | None = None
    idcc: int | None = None

    @property
    def names_opco(self) -> bool:
        """Is it an official answer?"""
        return self.said is Said.ANSWERED and self.opco_code is not None


Findings = tuple[Finding, ...]


class OpcoLookup(Protocol):
    """The registers together. Nothing is ever raised: trouble is `Said.UNAVAILABLE`."""

    def ask(self, siret: Siret, *, timeout: float | None = None) -> Findings:
        """Ask in order until one answers; `timeout` (seconds) covers them all."""

    def ask_many(self, sirets: Sequence[Siret]) -> Mapping[Siret, Findings]:
        """The same for a hundred establishments at most, for jobs that nobody waits for."""


def merged(former: Iterable[Finding], new: Iterable[Finding]) -> Findings:
    """The last thing that each register said.

    Its silence takes nothing away; nor does « unknown » take away an answer that it gave before.
    """
    known = {finding.service: finding for finding in former}
    for finding in new:
        before = known.get(finding.service)
        if before is None or _replaces(finding, before):
            known[finding.service] = finding
    return tuple(known[service] for service in Service if service in known)


def _replaces(new: Finding, before: Finding) -> bool:
    if new.read_at < before.read_at:
        return False
    if before.said is Said.UNAVAILABLE:
        return True
    if new.said is Said.UNAVAILABLE:
        return False
    return new.said is not Said.NONE or not before.names_opco


def pack(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as JSON."""
    return [
        {
            "service": finding.service.value,
            "said": finding.said.value,
            "read_at": finding.read_at.isoformat(),
            "opco": finding.opco_code,
            "idcc": finding.idcc,
        }
        for finding in findings
    ]


def unpack(rows: Iterable[Mapping[str, Any]]) -> Findings:
    """What `pack` made; raises KeyError or ValueError on anything else."""
    return tuple(
        Finding(
            service=Service(row["service"]),
            said=Said(row["said"]),
            read_at=datetime.fromisoformat(row["read_at"]),
            opco_code=row["opco"],
            idcc=row["idcc"],
        )
        for row in rows
    )
