"""One call to a platform: bounded, never repeated, its outcome classed, what it said kept without secrets."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.adapters.http import Answer, Fault, HttpClient, HttpFault
from app.adapters.platforms.redaction import masked
from app.domain.diffusion.board import Exchange, Reply, Verdict

# Answered by the partner, certain that nothing was done, and worth another try.
PASSING = frozenset({408, 419, 425, 429})
REFUSED_KEY = frozenset({401, 403})
_SENTENCES = {
    Fault.CONNECT: "connexion impossible",
    Fault.TIMEOUT: "pas de réponse à temps",
    Fault.NETWORK: "connexion coupée",
    Fault.REDIRECT: "redirection refusée",
    Fault.TOO_LARGE: "réponse trop grosse",
    Fault.UNREADABLE: "réponse illisible",
}


class PayloadTooLarge(ValueError):
    """What we would send is larger than the platform takes; nothing has left."""


@dataclass(frozen=True, slots=True)
class Called:
    """What a call came to: an answer, or a fault."""

    answer: Answer | None
    fault: HttpFault | None
    exchange: Exchange

    @property
    def status(self) -> int:
        """HTTP status; 0 without an answer."""
        return self.answer.status if self.answer else 0

    def json(self) -> Any:
        """The body of a readable answer; None when it isn't JSON: a page of maintenance, half of a body."""
        try:
            return self.answer.json() if self.answer else None
        except HttpFault:
            return None

    def reply(self, verdict: Verdict, **values: Any) -> Reply:
        """A reply that keeps this exchange."""
        return Reply(verdict=verdict, exchanges=(self.exchange,), **values)

    def trouble(self, *, writes: bool) -> Reply | None:
        """The reply to what is never read: no answer, refused key, limits, 5xx. None: read the answer."""
        if self.fault is not None:
            doubt = writes and self.fault.may_have_arrived
            verdict = Verdict.DOUBTFUL if doubt else Verdict.TRANSIENT
            return self.reply(verdict, code=self.fault.fault.value, message=_SENTENCES[self.fault.fault])
        if self.status in REFUSED_KEY:
            return self.reply(Verdict.CREDENTIAL, code=str(self.status), message="identifiants refusés")
        if self.status in PASSING:
            wait = self.answer.retry_after if self.answer else None
            said = "le site demande d’attendre"
            return self.reply(Verdict.TRANSIENT, code=str(self.status), message=said, retry_after=wait)
        if self.status >= 500:
            verdict = Verdict.DOUBTFUL if writes else Verdict.TRANSIENT
            return self.reply(verdict, code=str(self.status), message="panne chez le site")
        return None

    def unreadable(self, *, writes: bool) -> Reply:
        """The reply to an answer that says neither yes nor no."""
        verdict = Verdict.DOUBTFUL if writes else Verdict.TRANSIENT
        return self.reply(verdict, code=str(self.status or "?"), message="réponse illisible")


class Caller:
    """Talks to one platform. `secrets` gives the values that must appear in no log, read at each call."""

    def __init__(
        self,
        client: HttpClient,
        *,
        secrets: Callable[[], Iterable[str]] = tuple,
        payload_cap: int = 1024 * 1024,
    ) -> None:
        self._client = client
        self._secrets = secrets
        self._payload_cap = payload_cap

    @property
    def host(self) -> str:
        """The host that is called."""
        return self._client.host

    def call(
        self,
        method: str,
        path: str,
        *,
        content: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Called:
        """One exchange; raises PayloadTooLarge before anything leaves, and nothing else."""
        if content is not None:
            body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
            headers = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        if body is not None and len(body) > self._payload_cap:
            raise PayloadTooLarge(f"{len(body)} octets")
        start = time.monotonic()
        answer: Answer | None = None
        fault: HttpFault | None = None
        try:
            answer = self._client.send(method, path, body=body, headers=headers, params=params)
        except HttpFault as failure:
            fault = failure
        shown = f"{method} {path}\n".encode() + (body or b"")
        exchange = Exchange(
            host=self.host,
            request=masked(shown, secrets=self._secrets()),
            answer=masked(answer.body, secrets=self._secrets()) if answer else "",
            http_status=answer.status if answer else None,
            duration_ms=int((time.monotonic() - start) * 1000),
        )
        return Called(answer, fault, exchange)
