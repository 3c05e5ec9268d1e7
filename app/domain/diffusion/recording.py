"""What an answer changes: the sending, the diffusion, its journal, what is told. Nothing here commits."""

from dataclasses import dataclass

from app.audit import journal
from app.audit.actor import SYSTEM
from app.core import clock
from app.core.events import emit
from app.domain.diffusion.attempts import keep_attempt
from app.domain.diffusion.board import Act, Order, Reply, Verdict
from app.domain.diffusion.events import (
    DiffusionLost,
    DiffusionModerated,
    DiffusionPublished,
    DiffusionRefused,
)
from app.domain.diffusion.lifecycle import (
    DIFFUSION_LIFECYCLE,
    MOVE_TO,
    SUBMISSION_LIFECYCLE,
    DiffusionStatus,
    SubmissionStatus,
)
from app.domain.diffusion.models import Diffusion, Submission
from app.domain.diffusion.orders import move
from app.domain.diffusion.platform import Platform

S = DiffusionStatus
# The detail of a refused update that leaves the former version online: there is still something to withdraw.
FORMER_ONLINE = "former_online"
_MAY_BE_FORMER = frozenset({S.SENDING, S.AWAITING_MODERATION, S.PUBLISHED})
_ACTIONS = {
    S.SENDING: "diffusion_sent",
    S.AWAITING_MODERATION: "diffusion_moderated",
    S.PUBLISHED: "diffusion_published",
    S.REFUSED: "diffusion_refused",
    S.SUSPENDED: "diffusion_suspended",
    S.EXPIRED: "diffusion_ended",
    S.FILLED: "diffusion_ended",
    S.CANCELLED: "diffusion_ended",
    S.CLOSED: "diffusion_ended",
    S.UNCERTAIN: "diffusion_uncertain",
}


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes what one reply means for one diffusion of one platform."""

    platform: Platform
    order: Order

    def take(self, diffusion: Diffusion, reply: Reply) -> None:
        """Whatever the verdict: the attempt, then what it settles."""
        submission = diffusion.submission
        if submission is None:
            return
        keep_attempt(submission, self.order, reply)
        if reply.verdict is Verdict.ACCEPTED:
            self._accepted(diffusion, submission, reply)
        elif reply.verdict is Verdict.REFUSED:
            self._refused(diffusion, submission, reply)
        elif reply.verdict is Verdict.ABSENT:
            self._absent(diffusion, submission)
        elif reply.verdict in {Verdict.TRANSIENT, Verdict.CREDENTIAL, Verdict.BROKEN}:
            self._nothing_done(submission, reply)
        elif reply.verdict is Verdict.DOUBTFUL and self.order.act.writes:
            self.doubt(diffusion, detail="")

    def doubt(self, diffusion: Diffusion, *, detail: str) -> None:
        """We don't know whether the platform has it."""
        if DIFFUSION_LIFECYCLE.may(diffusion, "doubt"):
            self._tell(diffusion, S.UNCERTAIN, detail=detail)

    def _accepted(self, diffusion: Diffusion, submission: Submission, reply: Reply) -> None:
        act, now = self.order.act, clock.now()
        if submission.status is not SubmissionStatus.OVER:
            SUBMISSION_LIFECYCLE.apply(submission, "know")
        submission.remote_id = reply.remote_id or submission.remote_id
        diffusion.url = web_address(reply.url) or diffusion.url
        if act in {Act.PUBLISH, Act.UPDATE}:
            diffusion.reads = 0
            # A change that finds it over there wasn't taken: it may be sent again. Nor was a text that finds
            # there what a former call had left.
            over = reply.status is not None and reply.status.is_over
            if not over and not (act.creates and reply.read_back):
                submission.sent_digest = self.platform.digest_of(self.order.advert)
        if act is Act.WITHDRAW:
            submission.withdrawal_asked_at = now
            diffusion.reads = 0
        if act is Act.READ:
            diffusion.reads += 1
        self._figures(diffusion, reply)
        if reply.remote_status:
            diffusion.remote_status, diffusion.read_at = reply.remote_status, now
        if act is Act.READ and diffusion.detail == FORMER_ONLINE and reply.status in _MAY_BE_FORMER:
            # That is what was said when its change was refused.
            return
        if reply.status is not None:
            self._tell(diffusion, reply.status, detail=reply.detail, reply=reply)
        diffusion.detail = reply.detail
        self._end_of(submission, diffusion)

    def _refused(self, diffusion: Diffusion, submission: Submission, reply: Reply) -> None:
        if self.order.act is Act.READ and submission.status is SubmissionStatus.KNOWN:
            diffusion.reads += 1
        if submission.withdrawal_asked_at is not None:
            # It was to leave, and has never been seen there: nothing of it will be.
            self._tell(diffusion, self.ended_as(diffusion), detail="")
            self._end_of(submission, diffusion)
            return
        # A change that is refused leaves there what it would have replaced: there is something to withdraw.
        detail = FORMER_ONLINE if self.order.act is Act.UPDATE else reply.detail
        if detail != FORMER_ONLINE and submission.status is not SubmissionStatus.OVER:
            SUBMISSION_LIFECYCLE.apply(submission, "refuse")
        if self.order.act in {Act.PUBLISH, Act.UPDATE}:
            submission.sent_digest = self.platform.digest_of(self.order.advert)
        self._tell(diffusion, S.REFUSED, detail=detail, reply=reply)
        diffusion.detail = detail

    def _absent(self, diffusion: Diffusion, submission: Submission) -> None:
        diffusion.reads += 1
        diffusion.read_at = clock.now()
        if submission.status is not SubmissionStatus.KNOWN:
            return
        if submission.withdrawal_asked_at is not None or self.order.act is Act.WITHDRAW:
            self._tell(diffusion, self.ended_as(diffusion), detail="")
            self._end_of(submission, diffusion)
        elif self.order.act is Act.UPDATE:
            # Gone without a word: asked of it again, the change would be absent again. A new sending may go.
            self._tell(diffusion, S.CLOSED, detail="")
            self._end_of(submission, diffusion)

    def _nothing_done(self, submission: Submission, reply: Reply) -> None:
        """The call changed nothing there: a first sending may leave again under the same reference.

        Unless a former call may have: what it made would be forgotten there.
        """
        if self.order.withdrawing and reply.verdict is Verdict.BROKEN:
            # What was asked isn't done, and can be asked again.
            submission.withdrawal_asked_at = None
        if (
            self.order.act.creates
            and not self.order.in_doubt
            and submission.status is SubmissionStatus.IN_DOUBT
            and not submission.remote_id
        ):
            SUBMISSION_LIFECYCLE.apply(submission, "take_back")

    def ended_as(self, diffusion: Diffusion) -> DiffusionStatus:
        """The word for an end that we asked for."""
        ending = diffusion.offer.end_reason
        if ending is None:
            return S.CANCELLED
        return ENDINGS.get(ending.value, S.CANCELLED)

    def _tell(
        self, diffusion: Diffusion, status: DiffusionStatus, *, detail: str, reply: Reply | None = None
    ) -> None:
        was = diffusion.status
        if was is not status:
            move(diffusion, MOVE_TO[status], detail=detail)
            journal.record(_ACTIONS[status], diffusion, by=SYSTEM, facts=self._facts(status, reply))
        if status is S.REFUSED and reply is not None:
            self._reason(diffusion, reply)
            if was is not status or self.order.act.writes:
                emit(DiffusionRefused(diffusion))
        elif status is S.PUBLISHED and was is not status:
            self._published(diffusion)
        elif status is S.AWAITING_MODERATION and was is not status:
            emit(DiffusionModerated(diffusion))
        elif status.is_over and was is S.PUBLISHED and diffusion.withdrawal_asked_at is None:
            emit(DiffusionLost(diffusion))

    def _published(self, diffusion: Diffusion) -> None:
        """Told once a sending: an update, or a doubt that is over, is no second publication."""
        submission, former = diffusion.submission, diffusion.first_published_at
        if submission is not None and former is not None and former >= submission.created_at:
            return
        diffusion.first_published_at = clock.now()
        emit(DiffusionPublished(diffusion))

    def _facts(self, status: DiffusionStatus, reply: Reply | None) -> dict[str, object]:
        facts: dict[str, object] = {"platform": self.platform.key, "status": status.value}
        if reply is not None and reply.code:
            facts["code"] = reply.code
        return facts

    def _reason(self, diffusion: Diffusion, reply: Reply) -> None:
        known = self.platform.refusals.get(reply.code)
        diffusion.reason_code = reply.code[:60]
        diffusion.reason_text = (known.sentence if known else reply.message)[:500]
        diffusion.reason_field = reply.field or (known.field if known else None)

    def _figures(self, diffusion: Diffusion, reply: Reply) -> None:
        if reply.views is None and reply.applications is None:
            return
        diffusion.views, diffusion.applications = reply.views, reply.applications
        diffusion.figures_at = clock.now()

    def _end_of(self, submission: Submission, diffusion: Diffusion) -> None:
        over = diffusion.status.is_over
        if not over and diffusion.status is S.SUSPENDED and not self.platform_resumes(diffusion):
            over = True
        if over and submission.status is not SubmissionStatus.OVER:
            SUBMISSION_LIFECYCLE.apply(submission, "end")
            submission.ended_at = clock.now()

    def platform_resumes(self, diffusion: Diffusion) -> bool:
        """Can this suspended sending come back as it is? Not when the text has changed since."""
        submission = diffusion.submission
        return submission is None or self.platform.has_had(submission.sent_digest, self.order.advert)


def web_address(given: str | None) -> str | None:
    """An address that a page may lead to; what a partner says is shown as a link to whoever reads it."""
    return given if given is not None and given.startswith(("https://", "http://")) else None


ENDINGS = {
    "expired": S.EXPIRED,
    "filled_here": S.FILLED,
    "filled_elsewhere": S.FILLED,
}
