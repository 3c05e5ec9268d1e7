"""What the outbox tells the rest of the service; `app/reactions.py` says what follows."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True)
class AddressBounced(Event):
    """Nothing is sent to this address any more: it doesn't exist, refuses us, or complained."""

    email: str
    reason: str


@dataclass(frozen=True)
class MailStopped(Event):
    """The mail relay refuses our credentials or our sender: every e-mail waits. Told once a stop."""

    reason: str
