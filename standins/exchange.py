"""What a stand-in receives and answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """One request, with its query read once; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""

    @classmethod
    def read(cls, *, method: str, target: str, headers: Mapping[str, str], body: bytes) -> "Request":
        """A request from the first line and the headers as the server saw them."""
        parts = urlsplit(target)
        query = parse_qs(parts.query, keep_blank_values=True)
        return cls(method, parts.path, query, {name.lower(): value for name, value in headers.items()}, body)

    def first(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]

    def form(self) -> dict[str, str]:
        """The fields of a form-encoded body."""
        fields = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[0] for name, values in fields.items()}

    def json(self) -> dict[str, object]:
        """The body as a JSON object; raises Refusal otherwise."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise Refusal(400, {"erreur": "Le corps doit être un objet JSON."})
        return value


@dataclass(frozen=True, slots=True)
class Fault:
    """A way of failing. `seconds` is how long it waits, `retry_after` what a 429 says.

    `before`: the request is lost before anything is done with it; otherwise only the answer is.
    """

    kind: str
    seconds: float = 0.0
    retry_after: int | None = None
    before: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `fault` says how the server spoils it on its way."""

    status: int
    body: bytes
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None


Handler = Callable[[Request], Reply]


class Refusal(Exception):
    """Raised by a handler to answer with an error of the partner's own form."""

    def __init__(self, status: int, content: object, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.reply = json_reply(content, status=status, headers=headers)


def json_reply(
    content: object,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    fault: Fault | None = None,
) -> Reply:
    """A JSON answer in UTF-8."""
    body = json.dumps(content, ensure_ascii=False).encode()
    return Reply(status, body, headers=headers or {}, fault=fault)
