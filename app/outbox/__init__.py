"""Outbox: messages written in the transaction of their fact, sent by workers, never lost."""

from app.outbox.message import MAILS, Attachment, LinkOrder, Mail
from app.outbox.queueing import cancel, queue
from app.outbox.rhythm import Rhythm

__all__ = ["MAILS", "Attachment", "LinkOrder", "Mail", "Rhythm", "cancel", "queue"]
