"""The registers of OPCOs together, in order, within one deadline: the port OpcoLookup over HTTP."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.adapters.cfadock import BATCH, CfadockClient
from app.adapters.deadline import Deadline
from app.adapters.lookup_cache import LookupCache
from app.adapters.opco_service import FRESH_FOR
from app.adapters.siret2idcc import Siret2idccClient
from app.adapters.siro import SiroClient
from app.core.identifiers import Siret
from app.domain.opco.lookup import Finding, Findings, Said

# What must be left of the time for a question to be worth asking, in seconds.
_WORTH_ASKING = 0.2
# A silent register leaves some of the time to the next one.
_SHARE = 0.6
# A batch that nobody waits for, in seconds.
_BATCH_TIMEOUT = 40.0


class _Register(Protocol):
    def ask(self, siret: Siret, *, timeout: float) -> Finding: ...
    def silent(self) -> Finding: ...


class HttpOpcoLookup:
    """SIRO (when there is a key), CFA-dock, then the agreement when neither has named an OPCO."""

    def __init__(
        self,
        *,
        siro: SiroClient | None,
        cfadock: CfadockClient,
        siret2idcc: Siret2idccClient,
        timeout: float = 3.5,
        cache_size: int = 1000,
    ) -> None:
        self._siro = siro
        self._cfadock = cfadock
        self._siret2idcc = siret2idcc
        self._timeout = timeout
        self._kept = LookupCache[Siret, Findings](size=cache_size, age=FRESH_FOR)

    def __repr__(self) -> str:
        return f"HttpOpcoLookup(siro={self._siro!r}, cfadock={self._cfadock!r})"

    def ask(self, siret: Siret, *, timeout: float | None = None) -> Findings:
        """Ask until one names an OPCO; what is said whole is kept a few hours."""
        kept = self._kept.get(siret)
        if kept is not None:
            return kept
        deadline = Deadline(self._timeout if timeout is None else min(timeout, self._timeout))
        findings: list[Finding] = []
        if self._siro is not None:
            findings.append(_asked(self._siro, siret, deadline, share=_SHARE))
        if not _is_named(findings):
            findings.append(_asked(self._cfadock, siret, deadline, share=_SHARE))
        return self._whole(siret, findings, deadline)

    def ask_many(self, sirets: Sequence[Siret]) -> Mapping[Siret, Findings]:
        """SIRO one by one, CFA-dock by a hundred, the agreements of those that are left."""
        deadline = Deadline(_BATCH_TIMEOUT)
        begun: dict[Siret, list[Finding]] = {siret: [] for siret in sirets[:BATCH]}
        if self._siro is not None:
            for siret, findings in begun.items():
                findings.append(_asked(self._siro, siret, deadline))
        left = [siret for siret, findings in begun.items() if not _is_named(findings)]
        if left:
            for siret, finding in self._cfadock.ask_many(left, timeout=max(deadline.left, 1.0)).items():
                begun[siret].append(finding)
        return {siret: self._whole(siret, findings, deadline) for siret, findings in begun.items()}

    def _whole(self, siret: Siret, findings: list[Finding], deadline: Deadline) -> Findings:
        # An agreement that one of them has given needn't be asked for.
        if not _is_named(findings) and all(finding.idcc is None for finding in findings):
            findings.append(_asked(self._siret2idcc, siret, deadline))
        whole = tuple(findings)
        if all(finding.said is not Said.UNAVAILABLE for finding in whole):
            self._kept.put(siret, whole)
        return whole


def _asked(register: _Register, siret: Siret, deadline: Deadline, *, share: float = 1.0) -> Finding:
    left = deadline.left * share
    return register.ask(siret, timeout=left) if left >= _WORTH_ASKING else register.silent()


def _is_named(findings: list[Finding]) -> bool:
    return any(finding.names_opco for finding in findings)
