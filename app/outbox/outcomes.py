"""What becomes of an e-mail after its try: sent, tried later, bounced, or left to a person."""

import logging
from datetime import timedelta

from app.core import clock
from app.outbox.bounces import normalised, record_fact
from app.outbox.events import MailStopped
from app.outbox.leases import Claimed
from app.outbox.models import OutboxStatus
from app.outbox.settling import Also, Patience, Result, Settler
from app.outbox.transport import Failure, SendFailed

log = logging.getLogger(__name__)

MAIL_PATIENCE = Patience(cap=timedelta(minutes=30), gives_up_after=timedelta(hours=72))


class Outcomes(Settler):
    """Closes e-mails, and keeps the relay's circuit."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind, MAIL_PATIENCE)

    def sent(self, row: Claimed) -> Result:
        """The relay has taken it."""
        self.partner_asked = True
        return self.mark(row, OutboxStatus.SENT, also=self.healthy(), sent_at=clock.now())

    def failed(self, row: Claimed, failure: SendFailed) -> Result:
        """The relay has said no, or nothing."""
        self.partner_asked = True
        text = str(failure)
        log.warning("outbox %s: %s, try %s", row.id, failure.failure.value, row.attempt)
        if failure.failure is Failure.CREDENTIAL:
            return self.stop(row, text, told=MailStopped(reason=text))
        # A relay that refuses one message is well: only its own trouble counts.
        also = self.count_failure(text) if failure.relay else self.healthy()
        if failure.failure is Failure.PERMANENT:
            told = self._bounce(row, text, also) if failure.address else also
            return self.close(row, OutboxStatus.DEAD, error=text, also=told)
        if failure.failure is Failure.TRANSIENT:
            return self.retry(row, text, also=also)
        if row.rhythm.at_most_once:
            return self.close(row, OutboxStatus.UNCERTAIN, error=text, also=also)
        return self.retry(row, text, also=also, possible_duplicate=True)

    def _bounce(self, row: Claimed, text: str, also: Also) -> Also:
        def tell() -> None:
            also()
            record_fact(
                message_id=row.message_id,
                event="hard_bounce",
                at=clock.now(),
                email=normalised(row.recipient),
                provider="smtp",
                reason=self.error(row, text)["last_error"][:300],
            )

        return tell
