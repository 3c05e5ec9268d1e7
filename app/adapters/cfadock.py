"""CFA-dock, the older table of establishments and their OPCO: one at a time, or by a hundred."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.adapters.opco_reading import agreement, lower_keys, named_opco
from app.adapters.opco_service import OpcoService
from app.adapters.payload import SchemaDrift, mapping, required_list, text
from app.core.identifiers import Siret
from app.domain.opco.lookup import Finding, Said, Service

BATCH = 100
_ONE, _SEVERAL = "OK", "MULTIPLE_OPCO"


class CfadockClient(OpcoService):
    """`base_url` is the whole address of the resource."""

    service = Service.CFADOCK

    def ask(self, siret: Siret, *, timeout: float) -> Finding:
        """ANSWERED, SEVERAL, NONE, or UNAVAILABLE on any trouble; `timeout` in seconds."""
        found = self._asked(
            lambda: self._client.get("", params={"siret": siret}, timeout=timeout),
            lambda content: self._read(lower_keys(content), siret),
        )
        return found or self.silent()

    def ask_many(self, sirets: Sequence[Siret], *, timeout: float) -> dict[Siret, Finding]:
        """The same for a hundred establishments at most; those it leaves out are unknown to it."""
        if len(sirets) > BATCH:
            raise ValueError(f"{len(sirets)} establishments, {BATCH} at most")
        asked = [{"siret": siret} for siret in sirets]
        found = self._asked(
            lambda: self._client.post_json("", content=asked, timeout=timeout),
            lambda content: self._read_many(lower_keys(content)),
        )
        if found is None:
            return {siret: self.silent() for siret in sirets}
        return {siret: found.get(siret) or self._found(Said.NONE) for siret in sirets}

    def _read_many(self, content: Any) -> dict[str, Finding]:
        return dict(self._each(required_list(content, "found")))

    def _each(self, rows: list[Any]) -> Iterator[tuple[str, Finding]]:
        for row in rows:
            siret = _siret_of(row)
            if siret is None:
                raise SchemaDrift("siret")
            yield siret, self._finding(row)

    def _read(self, content: Any, siret: Siret) -> Finding:
        if not isinstance(content, dict) or "searchstatus" not in content:
            raise SchemaDrift("searchStatus")
        if _siret_of(content) not in {siret, None}:
            raise SchemaDrift("siret")
        return self._finding(content)

    def _finding(self, row: dict[str, Any]) -> Finding:
        status = text(row, "searchstatus")
        number = agreement(row.get("idcc"))
        if status == _SEVERAL:
            return self._found(Said.SEVERAL, idcc=number)
        if status != _ONE:
            return self._found(Said.NONE, idcc=number)
        siren = row.get("opcosiren")
        opco = named_opco(name=text(row, "opconame"), siren=str(siren) if siren else None)
        if opco is None:
            return self._found(Said.NONE, idcc=number)
        return self._found(Said.ANSWERED, opco_code=opco, idcc=number)


def _siret_of(row: Any) -> str | None:
    if not isinstance(row, dict):
        return None
    return text(mapping(row, "filters"), "siret") or text(row, "siret")
