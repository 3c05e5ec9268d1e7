"""A site that takes adverts by e-mail: they leave by the mail outbox; delivered isn't published."""

from collections.abc import Iterator

import sqlalchemy as sa

from app.core.database import db
from app.domain.diffusion.advert import Advert
from app.domain.diffusion.board import Act, Listed, Order, Problem, Reply, Trial, Verdict
from app.domain.diffusion.carried import MAIL_QUEUED, MAILED
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.platform import Platform
from app.domain.diffusion.site_emails import SiteAdvert, key_prefix, submission_of
from app.outbox import queue
from app.outbox.models import OutboxMessage, OutboxStatus, SuppressedAddress

S, V = DiffusionStatus, Verdict
_LOST = frozenset({OutboxStatus.REFUSED, OutboxStatus.DEAD})
# Nobody has had them: the same may be asked again.
_NOT_READ = _LOST | {OutboxStatus.CANCELLED}


class EmailBoard:
    """One declared mailbox. Needs a context of the application, without an open transaction."""

    def __init__(self, platform: Platform, address: str) -> None:
        self._platform = platform
        self._address = address

    def __repr__(self) -> str:
        return f"EmailBoard({self._platform.key!r})"

    @property
    def host(self) -> str:
        """The domain that is written to."""
        return self._address.rpartition("@")[2]

    def problems(self, advert: Advert) -> tuple[Problem, ...]:
        """None: a person reads."""
        return ()

    def perform(self, order: Order) -> Reply:
        """The e-mail is written into the outbox, unless the last one says the same; a reading follows it."""
        try:
            return self._read(order) if order.act is Act.READ else self._write(order)
        finally:
            db.session.rollback()

    def inventory(self) -> Iterator[Listed]:
        """Nobody lists it."""
        return iter(())

    def test(self) -> Trial:
        """A mailbox can't be tried without writing to it."""
        said = "Une boîte aux lettres ne s’essaie pas sans lui écrire."
        return Trial(False, said, untestable=True)

    def _write(self, order: Order) -> Reply:
        submission = submission_of(self._platform.key, order.reference)
        if submission is None:
            return Reply(verdict=V.BROKEN, message="envoi inconnu")
        if self._is_stopped():
            said = "L’adresse de ce site ne reçoit plus nos courriels."
            return Reply(verdict=V.BROKEN, code="adresse", message=said)
        said, last = self._said(order), self._last(order)
        # What a try that died has written isn't written twice; what something else has followed is.
        if last is None or last.status in _NOT_READ or not self._says(last, order, said):
            offer, number = submission.diffusion.offer, self._letters(order) + 1
            key = self._platform.key
            queue(SiteAdvert(self._address, offer, key, order.reference, order.act, f"{said}:{number}"))
        db.session.commit()
        if order.act is Act.WITHDRAW:
            return Reply(verdict=V.ACCEPTED, status=S.CANCELLED, remote_status="retrait demandé")
        return Reply(verdict=V.ACCEPTED, status=S.SENDING, detail=MAIL_QUEUED, remote_status="écrit")

    def _said(self, order: Order) -> str:
        """What the letter asks: the act, and the content as this site gets it."""
        leaving = order.act is Act.WITHDRAW
        return f"{order.act.value}:{'' if leaving else self._platform.digest_of(order.advert)[:24]}"

    def _says(self, letter: OutboxMessage, order: Order, said: str) -> bool:
        key = letter.dedupe_key or ""
        return key.removeprefix(key_prefix(self._platform.key, order.reference)).startswith(said)

    def _of_it(self, order: Order) -> sa.ColumnElement[bool]:
        """The letters of one reference."""
        return sa.and_(
            OutboxMessage.about_type == "site_advert",
            OutboxMessage.about_id == order.reference,
            OutboxMessage.kind == "mail",
            # References are unique at a site: two of them may have the same.
            OutboxMessage.dedupe_key.startswith(
                key_prefix(self._platform.key, order.reference), autoescape=True
            ),
        )

    def _last(self, order: Order) -> OutboxMessage | None:
        query = sa.select(OutboxMessage).where(self._of_it(order))
        return db.session.scalar(query.order_by(OutboxMessage.id.desc()).limit(1))

    def _letters(self, order: Order) -> int:
        return db.session.scalar(sa.select(sa.func.count(OutboxMessage.id)).where(self._of_it(order))) or 0

    def _read(self, order: Order) -> Reply:
        last = self._last(order)
        if last is None:
            return Reply(verdict=V.ABSENT)
        found = last.status
        if found in _LOST or self._is_stopped():
            said = f"{self._platform.name} n’a pas reçu notre courriel."
            return Reply(verdict=V.REFUSED, code="courriel", message=said)
        if found is OutboxStatus.SENT:
            return Reply(verdict=V.ACCEPTED, status=S.SENDING, detail=MAILED, remote_status="remis")
        return Reply(verdict=V.ACCEPTED, status=S.SENDING, detail=MAIL_QUEUED, remote_status="écrit")

    def _is_stopped(self) -> bool:
        stopped = sa.select(SuppressedAddress.id).where(
            SuppressedAddress.address == self._address.lower(), SuppressedAddress.released_at.is_(None)
        )
        return db.session.scalar(stopped) is not None
