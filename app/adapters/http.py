"""The one HTTP client: bounded in time and size, no redirect, TLS verified, nothing secret said."""

import logging
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum
from functools import cache
from typing import Any

import httpcore
import httpx

from app.adapters.deadline import Deadline, DeadlineTransport
from app.adapters.payload import Unreadable, read_json
from app.core import clock

USER_AGENT = "depot-alternance/0.1 (portail public de depot d'offres d'alternance)"
_RETRY_AFTER_CAP = 6 * 3600.0

# At lower levels these two write addresses with their queries, and headers with their keys.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

Params = Mapping[str, str | int | float]


class Fault(Enum):
    """Why there is no answer to read."""

    CONNECT = "connect"
    TIMEOUT = "timeout"
    NETWORK = "network"
    REDIRECT = "redirect"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


class HttpFault(Exception):
    """No usable answer. `may_have_arrived` says that the partner may have acted on the request."""

    def __init__(self, fault: Fault, *, may_have_arrived: bool) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.may_have_arrived = may_have_arrived


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, whatever its status. Its body isn't shown by repr: it may be personal."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON of a reasonable depth; raises HttpFault(UNREADABLE)."""
        try:
            return read_json(self.body)
        except Unreadable:
            raise HttpFault(Fault.UNREADABLE, may_have_arrived=True) from None

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait before asking again, when the partner says so (six hours at most)."""
        return retry_after_seconds(self.headers.get("retry-after"))


def retry_after_seconds(value: str | None) -> float | None:
    """Read a Retry-After header, in seconds or as a date; None when it is absent or means nothing."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return min(float(text), _RETRY_AFTER_CAP)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - clock.now()).total_seconds()), _RETRY_AFTER_CAP)


@cache
def _tls() -> ssl.SSLContext:
    # Read once: certificates take longer to load than a partner to answer.
    return httpx.create_ssl_context()


class HttpClient:
    """Talks to one partner. `secret_headers` go with each request and are shown nowhere.

    `timeout` is the whole exchange in seconds, connecting (`connect`) included; `body_cap` is in bytes.
    Each exchange has its own connection: a kept one, closed by the partner at the wrong moment, would leave
    the fate of a request unknown.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float = 20.0,
        connect: float = 3.0,
        body_cap: int = 1024 * 1024,
        secret_headers: Callable[[], Mapping[str, str]] | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._connect = connect
        self._body_cap = body_cap
        self._secret_headers = secret_headers

    def __repr__(self) -> str:
        return f"HttpClient({self.base_url!r})"

    @property
    def host(self) -> str:
        """Host that is called, for the record of each attempt."""
        return httpx.URL(self.base_url).host

    def get(
        self, path: str, *, params: Params | None = None, headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Answer:  # fmt: skip
        """GET a path under the base address; raises HttpFault."""
        return self._exchange("GET", path, params=params, headers=headers, timeout=timeout)

    def post_form(
        self, path: str, *, form: Mapping[str, str], params: Params | None = None,
        timeout: float | None = None,
    ) -> Answer:  # fmt: skip
        """POST a form-encoded body; raises HttpFault."""
        return self._exchange("POST", path, params=params, form=form, timeout=timeout)

    def post_json(
        self, path: str, *, content: Any, headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Answer:  # fmt: skip
        """POST a JSON body; raises HttpFault."""
        return self._exchange("POST", path, headers=headers, content=content, timeout=timeout)

    def send(
        self, method: str, path: str, *, content: Any = None, body: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None, params: Params | None = None,
    ) -> Answer:  # fmt: skip
        """Any method, with a JSON `content` or a `body` whose type is in `headers`; raises HttpFault.

        A body in pieces is sent as it comes; `headers` give its length.
        """
        return self._exchange(method, path, params=params, headers=headers, content=content, body=body)

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        content: Any = None,
        body: bytes | Iterable[bytes] | None = None,
        timeout: float | None = None,
    ) -> Answer:
        deadline = Deadline(self._timeout if timeout is None else min(timeout, self._timeout))
        try:
            with self._client(deadline) as client:
                request = client.build_request(
                    method, self.base_url + path, params=params, data=form, json=content, content=body,
                    headers=headers,
                )  # fmt: skip
                response = client.send(request, stream=True)
                try:
                    return self._answer(response)
                finally:
                    response.close()
        except (httpcore.ConnectError, httpcore.ConnectTimeout, httpx.InvalidURL):
            # From None: the chain of exceptions could hold the address with its query.
            raise HttpFault(Fault.CONNECT, may_have_arrived=False) from None
        except httpcore.TimeoutException:
            raise HttpFault(Fault.TIMEOUT, may_have_arrived=True) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpx.HTTPError, OSError):
            raise HttpFault(Fault.NETWORK, may_have_arrived=True) from None

    def _client(self, deadline: Deadline) -> httpx.Client:
        return httpx.Client(
            transport=DeadlineTransport(deadline, ssl_context=_tls()),
            timeout=httpx.Timeout(deadline.left, connect=min(self._connect, deadline.left)),
            follow_redirects=False,
            trust_env=False,
            headers={
                "User-Agent": USER_AGENT,
                "Accept": "application/json",
                # A compressed body could grow past the cap after it was counted.
                "Accept-Encoding": "identity",
                "Connection": "close",
                **(self._secret_headers() if self._secret_headers else {}),
            },
        )

    def _answer(self, response: httpx.Response) -> Answer:
        if response.is_redirect:
            raise HttpFault(Fault.REDIRECT, may_have_arrived=True)
        if response.headers.get("content-encoding", "identity") != "identity":
            raise HttpFault(Fault.UNREADABLE, may_have_arrived=True)
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > self._body_cap:
                raise HttpFault(Fault.TOO_LARGE, may_have_arrived=True)
        return Answer(response.status_code, dict(response.headers), bytes(body))
