"""Sending the e-mails that are due, whatever dies on the way."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy.exc import DBAPIError

from app.core.database import db
from app.core.failpoints import failpoint
from app.outbox import leases
from app.outbox.bounces import normalised, suppressed
from app.outbox.compose import Rendered, Sender, ascii_address, compose
from app.outbox.draining import drain_batches, worker_name
from app.outbox.leases import Claimed
from app.outbox.message import MAILS, LinkOrder, Mail
from app.outbox.models import OutboxStatus
from app.outbox.outcomes import Outcomes
from app.outbox.settling import Counts, Result
from app.outbox.transport import Envelope, SendFailed, Transport

log = logging.getLogger(__name__)

KIND = "mail"
BATCH = 20
# A lease is the total time-out of one message and this: what may pass before the last of a batch begins.
SLACK = timedelta(seconds=60)
TOTAL_TIMEOUT = timedelta(seconds=25)

Render = Callable[[Mail, str | None, str | None], Rendered]
IssueLink = Callable[[LinkOrder, int], str]


class Deliverer:
    """Sends e-mails: one an instance and thread, in an application context.

    `issue_link` makes a token, commits its hash and gives the address. `render` gives the words.
    """

    def __init__(
        self,
        *,
        render: Render,
        issue_link: IssueLink,
        transport: Transport,
        sender: Sender,
        unsubscribe_url: Callable[[Mail], str] | None = None,
        lease: timedelta = TOTAL_TIMEOUT + SLACK,
    ) -> None:
        self.render = render
        self.issue_link = issue_link
        self.transport = transport
        self.sender = sender
        self.unsubscribe_url = unsubscribe_url
        self.lease = lease
        self.owner = worker_name()
        self.outcomes = Outcomes(KIND)

    def drain(self, *, limit: int = 1000, stop: threading.Event | None = None) -> Counts:
        """Send what is due, `limit` messages at most, until nothing is or the relay is in trouble."""
        counts = Counts()
        drain_batches(
            self.outcomes,
            partial(leases.claim, KIND, owner=self.owner, lease=self.lease),
            partial(self._send_batch, counts=counts, stop=stop),
            counts=counts,
            batch=BATCH,
            limit=limit,
            stop=stop,
        )
        return counts

    def close(self) -> None:
        """Let go of the relay."""
        self.transport.close()

    def _send_batch(self, batch: list[Claimed], counts: Counts, stop: threading.Event | None) -> None:
        """Each message is made while the relay still reads the one before it."""
        stopped = suppressed(row.recipient for row in batch)
        db.session.rollback()
        slack = max(self.lease - TOTAL_TIMEOUT, self.lease / 2).total_seconds()
        last_start = time.monotonic() + slack
        rest = deque(batch)
        on_its_way: Claimed | None = None
        try:
            while rest and not (self.outcomes.halted or (stop and stop.is_set())):
                if time.monotonic() > last_start:
                    break
                row = rest[0]
                made = self._make(row, stopped.get(normalised(row.recipient)))
                # Forgotten first: if its mark fails, its answer must not be awaited a second time.
                former, on_its_way = on_its_way, None
                self._finish(former, counts)
                if isinstance(made, Result):
                    counts.add(made)
                elif self.outcomes.halted:
                    break
                else:
                    on_its_way = self._begin(row, made, counts)
                rest.popleft()
        finally:
            self._finish(on_its_way, counts)
        if rest:
            leases.release(rest)
            counts.add(Result.RELEASED, len(rest))

    def _make(self, row: Claimed, suppression: str | None) -> Envelope | Result:
        """The message ready to leave, or the end it came to; no transaction is left open."""
        if suppression:
            error = f"adresse à laquelle on n’écrit plus ({suppression})"
            return self.outcomes.close(row, OutboxStatus.REFUSED, error=error)
        try:
            if not leases.take_up(row):
                return Result.LATE
            envelope = self._prepare(row)
        except DBAPIError as error:
            log.warning("outbox %s: the database failed while preparing", row.id, exc_info=True)
            return self.outcomes.retry(row, f"base de données : {type(error).__name__}")
        except Exception as error:
            log.exception("outbox %s (%s) can't be written", row.id, row.template)
            return self.outcomes.close(row, OutboxStatus.DEAD, error=f"{type(error).__name__} : {error}")
        finally:
            db.session.rollback()
        return envelope or self.outcomes.close(row, OutboxStatus.CANCELLED, error="sans objet")

    def _begin(self, row: Claimed, envelope: Envelope, counts: Counts) -> Claimed | None:
        """Hand the message to the relay; gives the row whose answer is awaited."""
        failpoint("outbox.after_token_before_smtp")
        if row.rhythm.at_most_once and not leases.hand(row):
            counts.add(Result.LATE)
            return None
        failpoint("outbox.handed_before_smtp")
        try:
            self.transport.begin(envelope)
        except SendFailed as failure:
            self._failed(row, failure, counts)
            return None
        return row

    def _finish(self, row: Claimed | None, counts: Counts) -> None:
        """Await the relay's answer to what is on its way, and mark it."""
        if row is None:
            return
        failpoint("outbox.after_data_before_answer")
        try:
            self.transport.finish()
        except SendFailed as failure:
            self._failed(row, failure, counts)
            return
        failpoint("outbox.after_send_before_mark")
        counts.add(self.outcomes.sent(row))

    def _failed(self, row: Claimed, failure: SendFailed, counts: Counts) -> None:
        failpoint("outbox.before_mark_failure")
        counts.add(self.outcomes.failed(row, failure))

    def _prepare(self, row: Claimed) -> Envelope | None:
        """The message as bytes, its link made and recorded; None when it has no reason left."""
        kind = MAILS.get(row.template)
        if kind is None:
            raise LookupError(f"courriel inconnu : {row.template}")
        mail = kind.restore({**row.refs, "to": row.recipient})
        if mail is None:
            return None
        link_url = self._link(mail.link(), row.id)
        unsubscribe_url = None
        if mail.unsubscribable and self.unsubscribe_url:
            unsubscribe_url = self.unsubscribe_url(mail)
        data = compose(
            self.render(mail, link_url, unsubscribe_url),
            sender=self.sender,
            recipient=row.recipient,
            message_id=row.message_id,
            unsubscribe_url=unsubscribe_url,
            attachments=mail.attachments(),
        )
        return Envelope(self.sender.address, ascii_address(row.recipient), data)

    def _link(self, order: LinkOrder | None, message_id: int) -> str | None:
        """Make and commit the link; the row taken up is committed with it."""
        session = db.session()
        # This commit would make every object be read again to be shown.
        session.expire_on_commit = False
        try:
            if order:
                return self.issue_link(order, message_id)
            session.commit()
            return None
        finally:
            session.expire_on_commit = True
