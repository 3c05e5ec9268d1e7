"""One public register of OPCOs over HTTP: its circuit, its refusals, its silence on any trouble."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from app.adapters.circuit import Circuit
from app.adapters.http import Answer, HttpClient, HttpFault
from app.adapters.payload import SchemaDrift
from app.core import clock
from app.domain.opco.lookup import Finding, Said, Service

_log = logging.getLogger(__name__)
Read = TypeVar("Read")
# How long what a register said is given again without asking it.
FRESH_FOR = timedelta(hours=6)


class OpcoService:
    """Base of the three registers. `timeout` is in seconds; secret headers are shown nowhere."""

    service: Service

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float,
        secret_headers: Callable[[], Mapping[str, str]] | None = None,
    ) -> None:
        self._client = HttpClient(base_url, timeout=timeout, secret_headers=secret_headers)
        self._circuit = Circuit()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._client.base_url!r})"

    def _found(self, said: Said, *, opco_code: str | None = None, idcc: int | None = None) -> Finding:
        return Finding(self.service, said, clock.now(), opco_code, idcc)

    def silent(self) -> Finding:
        """Not known now: to be asked again."""
        return self._found(Said.UNAVAILABLE)

    def _asked(self, send: Callable[[], Answer], read: Callable[[Any], Read]) -> Read | None:
        """What `read` makes of the JSON of a 200; None when the register is in trouble, or our request is."""
        if not self._circuit.allows():
            return None
        wait = None
        try:
            answer = send()
            if answer.status == 200:
                found = read(answer.json())
                self._circuit.succeeded()
                return found
            reason, wait = f"status_{answer.status}", answer.retry_after
            if _is_ours(answer.status):
                # The register is well: our key or our request isn't, and this must be seen.
                self._circuit.succeeded()
                _log.error("opco.refused service=%s reason=%s", self.service.value, reason)
                return None
        except (HttpFault, SchemaDrift) as trouble:
            reason = str(trouble)
        self._circuit.failed(retry_after=wait)
        _log.warning("opco.unavailable service=%s reason=%s", self.service.value, reason)
        return None


def _is_ours(status: int) -> bool:
    return 400 <= status < 500 and status not in {408, 419, 425, 429}
