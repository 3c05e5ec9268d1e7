"""The port: what the engine asks of a connector. One adapter a platform, in `app/adapters/platforms/`."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from app.domain.diffusion.advert import Advert
from app.domain.diffusion.lifecycle import DiffusionStatus


class Act(Enum):
    """What is asked of a platform."""

    PUBLISH = "publish"
    UPDATE = "update"
    WITHDRAW = "withdraw"
    SUSPEND = "suspend"
    RESUME = "resume"
    READ = "read"

    @property
    def creates(self) -> bool:
        """May it make something appear at the platform?"""
        return self is Act.PUBLISH

    @property
    def writes(self) -> bool:
        """Does it change something there?"""
        return self is not Act.READ


class Verdict(Enum):
    """What an exchange came to."""

    ACCEPTED = "accepted"
    """Taken, or found by a reading; `status` says what the platform makes of it."""
    REFUSED = "refused"
    """No, for a reason that is read: `code`, `message`, `field`. Nothing new is there."""
    CONFLICT = "conflict"
    """One reading settles it: already there (409 to a creation), already gone (404 to a withdrawal)."""
    ABSENT = "absent"
    """Of a reading: the platform doesn't know this reference. Not proof while a creation may be running."""
    CREDENTIAL = "credential"
    """Our key is refused: certain that nothing was done."""
    TRANSIENT = "transient"
    """Certain that nothing was done, and that it may work later."""
    LATER = "later"
    """The platform is well, and says that it can't do this yet: `retry_after`. Nothing was done."""
    DOUBTFUL = "doubtful"
    """The request may have been acted upon: never sent again, unless the platform is `repeatable`."""
    BROKEN = "broken"
    """Certain that nothing was done, and that trying again changes nothing: for portal staff."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is kept of one call: secrets and persons already masked, texts cut."""

    host: str
    request: str
    answer: str
    http_status: int | None
    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to an order. `field` is a name of `advert.FIELD_LABELS`.

    `read_back`: the act found a conflict, and this is what a reading said then.
    """

    verdict: Verdict
    status: DiffusionStatus | None = None
    detail: str = ""
    remote_id: str | None = None
    url: str | None = None
    remote_status: str = ""
    code: str = ""
    message: str = ""
    field: str | None = None
    retry_after: float | None = None
    views: int | None = None
    applications: int | None = None
    read_back: bool = False
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One act at one platform for one sending. `known`, `remote_status`: what was last read there.

    `was_online`: this sending has been seen published; `in_doubt`: a former call may have left it there.
    """

    act: Act
    advert: Advert
    reference: str
    remote_id: str | None
    known: DiffusionStatus
    remote_status: str = ""
    withdrawing: bool = False
    was_online: bool = False
    in_doubt: bool = False
    account: str = ""
    options: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What the connector's own validator finds before anything leaves; a warning doesn't block."""

    field: str
    message: str
    code: str = "local"
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Listed:
    """One offer of ours that the platform has live, in the nightly comparison."""

    reference: str
    remote_id: str | None
    status: DiffusionStatus


class BoardUnavailable(Exception):
    """The platform can't be asked now."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A connection test: it reads, it never publishes. `untestable`: the platform has nothing to read."""

    works: bool
    sentence: str
    untestable: bool = False


class Board(Protocol):
    """A platform, talked to. One call an act, bounded in time, never repeated inside, never raising."""

    @property
    def host(self) -> str:
        """The host that is called, for the record of each attempt."""

    def problems(self, advert: Advert) -> tuple[Problem, ...]:
        """What the platform would refuse, by its own lengths and domains. Asks nobody."""

    def perform(self, order: Order) -> Reply:
        """Do what is asked, or read it (`Act.READ`)."""

    def inventory(self) -> Iterator[Listed]:
        """Our offers live there, if it can list them (`Ability.INVENTORY`); raises BoardUnavailable."""

    def test(self) -> Trial:
        """The cheapest authenticated reading."""
