"""Jobs of OPCOs: the digest of new needs, the reminder of companies that nobody has contacted."""

from app.core import clock
from app.domain.opco.digest_emails import OpcoDigest, OpcoReminder
from app.domain.opco.digests import (
    Reader,
    local_departments,
    readers,
    waiting_companies,
    waiting_items,
    was_written,
)
from app.domain.opco.sent_lists import ListKind, make_list
from app.outbox import queue
from app.outbox.rhythm import is_working_day
from app.scheduling import Counts, Daily, Run, job


@job(
    "send_opco_digests",
    at=Daily(7, 30),
    title="Envoyer les récapitulatifs aux OPCO",
    words={"queued": ("récapitulatif préparé", "récapitulatifs préparés")},
)
def send_opco_digests(run: Run) -> Counts:
    """E18, once a working day for each address; none when nothing is new."""
    if not is_working_day(clock.today()):
        return run.counts
    for reader in list(readers())[: run.limit]:
        if not was_written(reader, ListKind.DIGEST):
            run.count("queued", _digest(reader))
            run.commit()
    return run.counts


def _digest(reader: Reader) -> int:
    items = waiting_items(reader)
    if not items:
        return 0
    sent = make_list(reader.contacts[0], ListKind.DIGEST, [item.follow_up_id for item in items])
    for item in items:
        item.sent_at = sent.made_at
    mail = OpcoDigest.of(sent)
    return mail is not None and queue(mail) is not None


@job(
    "remind_opcos",
    at=Daily(8, 45),
    title="Rappeler aux OPCO les entreprises à contacter",
    words={"queued": ("rappel préparé", "rappels préparés")},
)
def remind_opcos(run: Run) -> Counts:
    """E20, one a week at most for each address; none when no company waits."""
    if not is_working_day(clock.today()):
        return run.counts
    departments = local_departments()
    for reader in list(readers())[: run.limit]:
        if not was_written(reader, ListKind.REMINDER):
            local = departments.get(reader.contacts[0].opco_id, frozenset())
            run.count("queued", _remind(reader, local))
            run.commit()
    return run.counts


def _remind(reader: Reader, local: frozenset[str]) -> int:
    waiting = waiting_companies(reader, local=local)
    if not waiting:
        return 0
    mail = OpcoReminder.of(make_list(reader.contacts[0], ListKind.REMINDER, waiting))
    return mail is not None and queue(mail) is not None
