"""Outbox: messages written in the transaction of their fact, sent by workers, never lost."""

from app.outbox.message import MAILS, Attachment, Entry, LinkOrder, Mail
from app.outbox.queueing import cancel, queue, queue_all
from app.outbox.rhythm import Rhythm

__all__ = ["MAILS", "Attachment", "Entry", "LinkOrder", "Mail", "Rhythm", "cancel", "queue", "queue_all"]
