"""siret2idcc: the collective agreements in force for an establishment. It names no OPCO."""

from typing import Any

from app.adapters.opco_reading import agreement
from app.adapters.opco_service import OpcoService
from app.adapters.payload import SchemaDrift, flag, required_list
from app.core.identifiers import Siret
from app.domain.opco.lookup import Finding, Said, Service


class Siret2idccClient(OpcoService):
    """One establishment at a time."""

    service = Service.SIRET2IDCC

    def ask(self, siret: Siret, *, timeout: float) -> Finding:
        """ANSWERED (one agreement in force), SEVERAL, NONE, or UNAVAILABLE; `timeout` in seconds."""
        found = self._asked(
            lambda: self._client.get(f"/{siret}", timeout=timeout), lambda content: self._read(content, siret)
        )
        return found or self.silent()

    def _read(self, content: Any, siret: Siret) -> Finding:
        if not isinstance(content, list):
            raise SchemaDrift("siret")
        row = next((row for row in content if isinstance(row, dict) and row.get("siret") == siret), None)
        if row is None:
            if content:
                raise SchemaDrift("siret")
            return self._found(Said.NONE)
        active = [item for item in required_list(row, "conventions") if _is_active(item)]
        numbers = {agreement(item.get("num")) for item in active} - {None}
        if len(numbers) > 1:
            return self._found(Said.SEVERAL)
        return self._found(Said.ANSWERED, idcc=numbers.pop()) if numbers else self._found(Said.NONE)


def _is_active(item: Any) -> bool:
    if not isinstance(item, dict):
        raise SchemaDrift("conventions")
    return flag(item, "active")
