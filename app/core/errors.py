"""Refusals of the domain. Each carries the French sentence that the person reads."""


class DomainError(Exception):
    """A business act that can't be done. `message` is in French and says how to go on."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(DomainError):
    """The rules of the service forbid the act (422)."""


class NotAllowed(DomainError):
    """This person hasn't the right to do it (403)."""


class Conflict(DomainError):
    """Somebody else has changed the object meanwhile (409)."""


class Gone(DomainError):
    """The object existed and has ended (410)."""
