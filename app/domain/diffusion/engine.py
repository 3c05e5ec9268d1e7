"""The worker of one platform: claims its orders, makes the calls, writes what they came to.

One platform's trouble stays its own: its messages, circuit, allowance and workers are apart from the others'.
"""

import logging
import threading
import time
from collections import deque
from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy.exc import DBAPIError

from app.core import clock
from app.core.database import db
from app.core.failpoints import failpoint
from app.domain.diffusion.aftermath import After, lost
from app.domain.diffusion.board import Act, Board, Order, Reply, Verdict
from app.domain.diffusion.events import PlatformStopped
from app.domain.diffusion.platform import Ability, Platform
from app.domain.diffusion.recording import FORMER_ONLINE
from app.domain.diffusion.steps import ENDINGS, Later, Nothing, NotOurs, Refused, prepare
from app.outbox import leases
from app.outbox.draining import drain_batches, worker_name
from app.outbox.leases import Claimed
from app.outbox.models import OutboxStatus
from app.outbox.settling import Counts, Patience, Result, Settler

log = logging.getLogger(__name__)

PUSH_PATIENCE = Patience(cap=timedelta(hours=1), gives_up_after=timedelta(hours=48))
BATCH = 5
SLACK = timedelta(seconds=60)
# A change that finds nothing, what replaces it, the reading that settles it: each may take its whole time.
CALLS = 3
# What no reading will ever settle waits for a person.
NEVER_BY_ITSELF = timedelta(days=365)


class Pusher:
    """Pushes to one platform: one an instance and thread, in an application context."""

    def __init__(self, platform: Platform, board: Board) -> None:
        self.platform = platform
        self.board = board
        self.owner = worker_name()
        self.lease = platform.timeout * CALLS + SLACK
        self.settler = Settler(platform.kind, PUSH_PATIENCE)

    def drain(self, *, limit: int = 1000, stop: threading.Event | None = None) -> Counts:
        """Do what is due, until nothing is or the platform is in trouble."""
        counts = Counts()
        if not leases.is_anything_due(self.platform.kind):
            return counts
        claim = partial(leases.claim, self.platform.kind, owner=self.owner, lease=self.lease, in_lanes=True)
        send = partial(self._send_batch, counts=counts, stop=stop)
        drain_batches(self.settler, claim, send, counts=counts, batch=BATCH, limit=limit, stop=stop)
        return counts

    def close(self) -> None:
        """Nothing is kept between two calls."""

    def _send_batch(self, batch: list[Claimed], counts: Counts, stop: threading.Event | None) -> None:
        last_start = time.monotonic() + SLACK.total_seconds()
        rest = deque(batch)
        while rest and not (self.settler.halted or (stop and stop.is_set())):
            if time.monotonic() > last_start:
                break
            counts.add(self._step(rest.popleft()))
        if rest:
            leases.release(rest)
            counts.add(Result.RELEASED, len(rest))

    def _step(self, row: Claimed) -> Result:
        try:
            prepared = prepare(row, self.platform, self.board)
        except NotOurs:
            return Result.LATE
        except DBAPIError as error:
            log.warning("push %s: the database failed while preparing", row.id, exc_info=True)
            return self.settler.retry(row, f"base de données : {type(error).__name__}")
        except Exception as error:
            log.exception("push %s (%s) can't be made", row.id, self.platform.key)
            return self.settler.close(
                row, OutboxStatus.DEAD, error=f"{type(error).__name__} : {error}", also=partial(lost, row)
            )
        finally:
            db.session.rollback()
        if isinstance(prepared, Later):
            return self.settler.postpone(row, prepared.due)
        if isinstance(prepared, Nothing):
            return self.settler.close(row, OutboxStatus.CANCELLED, error=prepared.why)
        if isinstance(prepared, Refused):
            return self._settle(row, prepared.order, prepared.reply)
        return self._settle(row, prepared.order, self._ask(row, prepared.order))

    def _ask(self, row: Claimed, order: Order) -> Reply:
        """The call, and the one reading that settles a conflict. No transaction is open meanwhile."""
        self.settler.partner_asked = True
        failpoint("push.handed_before_call")
        try:
            reply = self.board.perform(order)
            failpoint("push.after_created_before_mark")
            if reply.verdict is Verdict.CONFLICT:
                reply = replace(self.board.perform(replace(order, act=Act.READ)), read_back=True)
        except Exception:
            # A connector answers by a verdict; what it raises is a fault of ours, and the call may have left.
            log.exception("push %s: the connector of %s has failed", row.id, self.platform.key)
            reply = Reply(verdict=Verdict.DOUBTFUL, message="erreur du connecteur")
        log.info("push %s: %s %s: %s", row.id, self.platform.key, order.act.value, reply.verdict.value)
        return reply

    def _settle(self, row: Claimed, order: Order, reply: Reply) -> Result:
        """The end of the message, and all that the answer changes, in one transaction."""
        if reply.verdict is Verdict.CREDENTIAL and order.account:
            # One person's or one contract's key: the others go on.
            reply = replace(reply, verdict=Verdict.REFUSED, code=reply.code or "credential")
        still_there = order.withdrawing and reply.detail == FORMER_ONLINE
        if reply.verdict is Verdict.REFUSED and (order.act in ENDINGS or still_there):
            # Asked again it would be refused again, at once and for ever: a person looks.
            reply = replace(reply, verdict=Verdict.BROKEN)
        after = After(self.platform, self.settler, row, order, reply)
        text = f"{reply.code} {reply.message}".strip() or reply.verdict.value
        if reply.verdict is Verdict.CREDENTIAL:
            log.error("push: %s refuses our key, its orders wait", self.platform.key)
            stopped = PlatformStopped(self.platform.key, text)
            return self.settler.stop(row, text, told=stopped, also=after.recorded)
        if reply.verdict is Verdict.REFUSED:
            return self.settler.close(row, OutboxStatus.REFUSED, error=text, also=after.done)
        if reply.verdict is Verdict.BROKEN:
            return self.settler.close(row, OutboxStatus.DEAD, error=text, also=after.given_up)
        if reply.verdict is Verdict.LATER:
            return self._put_off(row, after, text)
        if reply.verdict is Verdict.TRANSIENT or (
            reply.verdict is Verdict.DOUBTFUL and (self.platform.repeatable or not order.act.writes)
        ):
            wait = timedelta(seconds=reply.retry_after or 0)
            if after.is_superseded():
                return self.settler.close(
                    row, OutboxStatus.CANCELLED, error="remplacé", also=after.in_trouble
                )
            return self.settler.retry(row, text, also=after.in_trouble, given_up=after.given_up, after=wait)
        if reply.verdict is Verdict.DOUBTFUL or (reply.verdict is Verdict.ABSENT and order.in_doubt):
            also = after.in_trouble if reply.verdict is Verdict.DOUBTFUL else after.recorded
            due = clock.now() + self._next_look(row)
            return self.settler.close(row, OutboxStatus.UNCERTAIN, error=text, also=also, due_at=due)
        return self.settler.mark(row, OutboxStatus.SENT, also=after.done, sent_at=clock.now())

    def _put_off(self, row: Claimed, after: After, text: str) -> Result:
        """Asked again when the platform can: it isn't in trouble, and no try is counted, however long."""
        if after.is_superseded():
            return self.settler.close(row, OutboxStatus.CANCELLED, error="remplacé", also=after.well)
        due = clock.now() + timedelta(seconds=after.reply.retry_after or 0)
        untried = {"attempts": row.attempt - 1, "first_tried_at": None, "handed_at": None}
        return self.settler.close(
            row, OutboxStatus.PENDING, error=text, also=after.well, due_at=due, **untried
        )

    def _next_look(self, row: Claimed) -> timedelta:
        """When an unknown outcome is read again: soon, then every hour; never where nothing can be read."""
        if not self.platform.may(Ability.READ):
            return NEVER_BY_ITSELF
        steps = self.platform.polling.doubt
        return steps[row.attempt - 1] if row.attempt <= len(steps) else self.platform.polling.then
