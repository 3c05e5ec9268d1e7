"""The base class of e-mails. One subclass an e-mail, a frozen dataclass, written beside its concept."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from app.outbox.rhythm import Rhythm

MAILS: dict[str, type["Mail"]] = {}


@dataclass(frozen=True)
class LinkOrder:
    """The link that the sending worker makes while it renders: purpose, object, right, holder, life."""

    purpose: str
    object_type: str
    object_id: str
    scope: str
    subject_email: str
    lives: timedelta


@dataclass(frozen=True, slots=True)
class Entry:
    """What the outbox keeps of one e-mail: `refs` as JSON, the recipient, its key, what it speaks of."""

    refs: dict[str, Any]
    to: str
    dedupe_key: str | None
    about: tuple[str, str] | None


@dataclass(frozen=True)
class Attachment:
    """A file joined to an e-mail; only calendars may be."""

    filename: str
    content: bytes
    media_type: str = "text/calendar"


class DuplicateMail(TypeError):
    """Two classes of e-mails bear the same name."""


class Mail(ABC):
    """One e-mail. `name` is also the folder `templates/emails/<name>/{subject.txt,body.txt,body.html}`."""

    code: ClassVar[str]
    name: ClassVar[str]
    rhythm: ClassVar[Rhythm] = Rhythm.NOW
    unsubscribable: ClassVar[bool] = False

    if TYPE_CHECKING:
        # A subclass gives it as a field or as a property; a real property here would forbid the field.
        @property
        def to(self) -> str:
            """Address of the recipient."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "name" not in cls.__dict__:
            return
        known = MAILS.get(cls.name)
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise DuplicateMail(f"{cls.name}: {known.__qualname__} and {cls.__qualname__}")
        MAILS[cls.name] = cls

    @abstractmethod
    def refs(self) -> dict[str, Any]:
        """What is enough to make the e-mail again (JSON): identifiers, never a text nor an address."""

    @classmethod
    @abstractmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        """The e-mail from its `refs`, to which the recorded address is added as `to`.

        None when the object is gone or the e-mail has no reason left: the message is cancelled.
        """

    @abstractmethod
    def context(self) -> dict[str, Any]:
        """What the templates show."""

    @classmethod
    @abstractmethod
    def sample(cls) -> Self:
        """An example without database, for the preview page and the tests."""

    def link(self) -> LinkOrder | None:
        """The link to make for this sending, if the e-mail carries one."""
        return None

    def dedupe_key(self) -> str | None:
        """At most one message has this key, for ever (200 characters at most)."""
        return None

    def about(self) -> tuple[str, str] | None:
        """(type, id) of the object it speaks of: an undo cancels by it."""
        return None

    def attachments(self) -> tuple[Attachment, ...]:
        """Files joined."""
        return ()
