"""What delivery asks of a transport, and how a transport says no."""

import enum
from dataclasses import dataclass
from typing import Protocol


class Failure(enum.Enum):
    """What a failed sending allows."""

    PERMANENT = "permanent"
    CREDENTIAL = "credential"
    TRANSIENT = "transient"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Envelope:
    """One message ready for the wire: addresses and bytes (CRLF lines, 998 characters at most)."""

    sender: str
    recipient: str
    data: bytes


class SendFailed(Exception):
    """The message hasn't been accepted, or it isn't known whether it has.

    `relay`: the trouble is the relay's, not this message's. `address`: the recipient doesn't exist.
    """

    def __init__(
        self,
        failure: Failure,
        text: str,
        *,
        code: int | None = None,
        relay: bool = False,
        address: bool = False,
    ) -> None:
        super().__init__(f"{code} {text}" if code else text)
        self.failure = failure
        self.code = code
        self.relay = relay
        self.address = address


class Transport(Protocol):
    """Where envelopes go. In two steps: the next message is made while the relay reads the present one."""

    def begin(self, envelope: Envelope) -> None:
        """Hand one message over without awaiting the answer, or raise SendFailed."""

    def finish(self) -> None:
        """Await the answer to the message begun: accepted, or SendFailed."""

    def close(self) -> None:
        """Let go of the connection."""
