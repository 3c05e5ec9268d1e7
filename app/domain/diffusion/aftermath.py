"""What is written with the end of an order: the diffusion, the circuit, and the order that comes next."""

from dataclasses import dataclass

from app.core.database import db
from app.core.failpoints import failpoint
from app.domain.diffusion.board import Order, Reply, Verdict
from app.domain.diffusion.lifecycle import DIFFUSION_LIFECYCLE
from app.domain.diffusion.limits import hold_calls
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.orders import lane_of, move, sync, watch, whole
from app.domain.diffusion.platform import Platform
from app.domain.diffusion.recording import Recorder
from app.domain.diffusion.registry import open_platforms
from app.domain.offers.queries import is_visible
from app.outbox.lanes import forget, is_anything_waiting, waiting_in
from app.outbox.leases import Claimed
from app.outbox.settling import Settler


@dataclass(frozen=True, slots=True)
class After:
    """What is written with the end of a message."""

    platform: Platform
    settler: Settler
    row: Claimed
    order: Order
    reply: Reply

    def recorded(self) -> Diffusion | None:
        """What the answer says of the diffusion."""
        diffusion = whole(self.row.refs["diffusion"])
        if diffusion is not None:
            Recorder(self.platform, self.order).take(diffusion, self.reply)
        return diffusion

    def done(self) -> None:
        """The platform is well, and what comes next is queued."""
        diffusion = self.well()
        if diffusion is None:
            return
        if not self.order.act.writes:
            forget(lane_of(diffusion), "read")
        failpoint("push.recorded_before_next")
        go_on(diffusion, self.platform)

    def well(self) -> Diffusion | None:
        """The platform has answered, whatever it said."""
        diffusion = self.recorded()
        if self.settler.partner_asked:
            self.settler.healthy()()
        return diffusion

    def in_trouble(self) -> None:
        """The platform has failed: its circuit learns it, and its limit waits as it asks."""
        self.recorded()
        if self.reply.retry_after:
            # Asked of all of us, not of this order alone.
            order = self.order
            hold_calls(self.platform, order.act, order.account, seconds=self.reply.retry_after)
        self.settler.count_failure(f"{self.reply.code} {self.reply.message}".strip())()

    def given_up(self) -> None:
        """Nothing more is tried: the page says so, and portal staff see it."""
        diffusion = whole(self.row.refs["diffusion"])
        if diffusion is not None:
            recorder = Recorder(self.platform, self.order)
            if self.reply.verdict is Verdict.BROKEN:
                recorder.take(diffusion, self.reply)
            recorder.doubt(diffusion, detail="given_up")

    def is_superseded(self) -> bool:
        """Does a newer order wait behind this one? It says more, and when."""
        lane = f"push:{self.platform.key}:{self.row.refs['diffusion']}"
        return is_anything_waiting(lane, besides="read")


def go_on(diffusion: Diffusion, platform: Platform) -> None:
    """Queue what comes next, unless an order waits already: its hour was chosen (an undo may come)."""
    waiting = waiting_in(lane_of(diffusion))
    if waiting - {"read"}:
        return
    opened = open_platforms()
    may_send = platform.key in opened or not is_visible(diffusion.offer)
    if not (may_send and sync(diffusion, platform, opened.get(platform.key, {}), waiting=waiting)):
        watch(diffusion, platform, waiting=waiting)


def lost(row: Claimed) -> None:
    """The order itself can't be made: a fault of ours, in sight of portal staff."""
    diffusion = db.session.get(Diffusion, row.refs["diffusion"])
    if diffusion is not None and DIFFUSION_LIFECYCLE.may(diffusion, "doubt"):
        move(diffusion, "doubt", detail="given_up")
