"""A demonstration's directory: the real public one when it answers, invented companies beside it."""

from collections.abc import Mapping, Sequence

from app.core.identifiers import Siren, Siret
from app.domain.employers.directory import (
    CompanyDirectory,
    DirectoryAnswer,
    DirectoryUnavailable,
    LookUp,
    Outcome,
)
from app.domain.opco.lookup import Findings, OpcoLookup

# No firm has these numbers: the stand-in alone answers for them, whatever the real directory says.
INVENTED = "9910000"
_KNOWN = frozenset({Outcome.FOUND, Outcome.CLOSED})


class DemonstrationDirectory:
    """Asks the real directory, and the stand-in for what is invented or when the real one is silent."""

    def __init__(self, real: CompanyDirectory, standin: CompanyDirectory) -> None:
        self.real = real
        self.standin = standin

    def by_siret(self, siret: Siret) -> LookUp:
        """One establishment; never raises."""
        if siret.startswith(INVENTED):
            return self.standin.by_siret(siret)
        answer = self.real.by_siret(siret)
        if answer.outcome is not Outcome.UNAVAILABLE:
            return answer
        other = self.standin.by_siret(siret)
        return other if other.outcome in _KNOWN else answer

    def by_siren(self, siren: Siren) -> list[DirectoryAnswer]:
        """The establishments of a firm; raises DirectoryUnavailable."""
        if siren.startswith(INVENTED):
            return self.standin.by_siren(siren)
        try:
            return self.real.by_siren(siren)
        except DirectoryUnavailable:
            return self.standin.by_siren(siren)

    def by_name(self, text: str, *, limit: int = 10) -> list[DirectoryAnswer]:
        """Establishments by words; raises DirectoryUnavailable."""
        try:
            found = self.real.by_name(text, limit=limit)
        except DirectoryUnavailable:
            found = []
        return found or self.standin.by_name(text, limit=limit)


class DemonstrationOpcoLookup:
    """Asks the real registers of OPCOs, and the stand-in for the establishments that are invented."""

    def __init__(self, real: OpcoLookup, standin: OpcoLookup) -> None:
        self.real = real
        self.standin = standin

    def ask(self, siret: Siret, *, timeout: float | None = None) -> Findings:
        """One establishment; never raises."""
        return (self.standin if siret.startswith(INVENTED) else self.real).ask(siret, timeout=timeout)

    def ask_many(self, sirets: Sequence[Siret]) -> Mapping[Siret, Findings]:
        """A hundred at most."""
        invented = [siret for siret in sirets if siret.startswith(INVENTED)]
        others = [siret for siret in sirets if not siret.startswith(INVENTED)]
        found = dict(self.standin.ask_many(invented)) if invented else {}
        return found | dict(self.real.ask_many(others) if others else {})
