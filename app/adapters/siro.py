"""France compétences SIRO, behind a key: the reference table of establishments and their OPCO."""

from typing import Any

from app.adapters.opco_reading import agreement, named_opco
from app.adapters.opco_service import OpcoService
from app.adapters.payload import SchemaDrift, mapping, text
from app.core.identifiers import Siret
from app.domain.opco.lookup import Finding, Said, Service

_UNKNOWN = "99"
# 02 and 03: not in the reference table, but claimed by an OPCO, which is a suggestion to confirm.
_SAID = {"01": Said.ANSWERED, "02": Said.CLAIMED, "03": Said.CLAIMED}


class SiroClient(OpcoService):
    """One establishment at a time."""

    service = Service.SIRO

    def __init__(self, base_url: str, *, key: str, timeout: float = 3.5) -> None:
        super().__init__(base_url, timeout=timeout, secret_headers=lambda: {"X-Gravitee-Api-Key": key})

    def ask(self, siret: Siret, *, timeout: float) -> Finding:
        """ANSWERED, CLAIMED, NONE, or UNAVAILABLE on any trouble; `timeout` in seconds."""
        found = self._asked(
            lambda: self._client.get(f"/{siret}", timeout=timeout), lambda content: self._read(content, siret)
        )
        return found or self.silent()

    def _read(self, content: Any, siret: Siret) -> Finding:
        if not isinstance(content, dict) or content.get("siret") != siret:
            raise SchemaDrift("siret")
        code = text(content, "code") or ""
        if code == _UNKNOWN:
            return self._found(Said.NONE)
        if code not in _SAID:
            raise SchemaDrift("code")
        holder = mapping(content, "opcoRattachement")
        opco = named_opco(name=text(holder, "nom"), code=text(holder, "code"))
        number = agreement(content.get("idcc"))
        if opco is None:
            return self._found(Said.NONE, idcc=number)
        return self._found(_SAID[code], opco_code=opco, idcc=number)
