"""One case a moment of a worker, of a job or of an operation: what is there, and the command that dies."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.core.database import database_now, db
from app.core.identifiers import Siret
from app.domain.deposits.depositing import note_company
from app.domain.deposits.models import Series
from app.domain.deposits.series import Prepared, order_series, prepare_series
from app.domain.employers.directory import LookUp, Outcome
from app.domain.offers.deposit import Collector
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Draft
from app.domain.opco.models import Opco
from app.domain.organisations.members import as_member
from app.domain.reference.legal import LegalParameter
from app.outbox.models import Circuit
from tests.crash.stage import Stage
from tests.factories.offers import make_answer, make_contact, make_establishment, make_offer
from tests.factories.structures import make_member, make_structure
from tests.support.deposit import BAKERY
from tests.support.smtp_sink import Stage as Dialogue

SLOT = "essai-1"


@dataclass(frozen=True)
class CommandCase:
    """`gap`: the crash falls where a mail may have left without being marked, and may leave once more."""

    prepare: Callable[[Stage], None]
    command: str = "drain"
    arguments: tuple[Any, ...] = ()
    gap: bool = False


def _mails(stage: Stage) -> None:
    """Three e-mails that leave at once."""
    for _ in range(3):
        make_offer(OfferStatus.TO_CONFIRM)


def _reminder(stage: Stage) -> None:
    """An e-mail that must not leave twice."""
    stage.mailbox.deliver()
    make_offer(OfferStatus.ONLINE, published=clock.now() - timedelta(days=23))
    db.session.commit()
    stage.settle()
    assert stage.run("run_slot", "remind_of_end", SLOT) == 0
    stage.let_time_pass()


def _refused_mail(stage: Stage) -> None:
    _mails(stage)
    stage.mailbox.sink.refuse(Dialogue.RECIPIENT, 550, "5.7.1 non", times=1)


def _refused_sender(stage: Stage) -> None:
    _mails(stage)
    stage.mailbox.sink.refuse(Dialogue.SENDER, 550, "5.7.1 non", times=1)


def _open_circuit(stage: Stage) -> None:
    _mails(stage)
    past = database_now() - timedelta(seconds=5)
    db.session.add(Circuit(name="mail", failures=5, open_until=past, cause="relay", since=past))


def _bounce(stage: Stage) -> None:
    make_contact(email="perdu@boulangerie.example")


def _overdue(stage: Stage) -> None:
    """More offers than one batch would hold isn't needed: the moments are those of each batch."""
    for days in (30, 31, 40):
        make_offer(OfferStatus.ONLINE, published=clock.now() - timedelta(days=days))


def _ending(stage: Stage) -> None:
    for days in (22, 23, 28):
        make_offer(OfferStatus.ONLINE, published=clock.now() - timedelta(days=days))


def _unconfirmed(stage: Stage) -> None:
    for days in (1, 3):
        make_offer(OfferStatus.TO_CONFIRM, published=clock.now() - timedelta(days=days))


def _to_erase(stage: Stage) -> None:
    for days in (8, 9):
        make_offer(OfferStatus.TO_CONFIRM, published=clock.now() - timedelta(days=days))


def _old_drafts(stage: Stage) -> None:
    old, over = clock.now() - timedelta(days=8), clock.now() - timedelta(days=1)
    for _ in range(2):
        db.session.add(Draft(owner_hash="x", answers={}, created_at=old, saved_at=old, expires_at=over))


def _to_verify(stage: Stage) -> None:
    establishment = make_establishment(Outcome.UNAVAILABLE, siret=Siret(BAKERY))
    make_offer(OfferStatus.ONLINE, establishment=establishment)
    establishment.next_check_at = clock.now() - timedelta(minutes=1)


def prepared_series() -> Series:
    """Two offers of the same bakery, ready to be ordered by a verified structure."""
    structure = make_structure()
    member = make_member(structure)
    collector = Collector(structure, member.account)
    lines = []
    for number, key in ((2, "boulanger"), (3, "patissier")):
        typed = {"siret": BAKERY, "job": key}
        lines.append(Prepared(number, typed, {**SERIES_ANSWERS, "job_key": key}))
    series = prepare_series(collector, lines)
    note_company(Siret(BAKERY), LookUp(Outcome.FOUND, clock.now(), "essai", make_answer(Siret(BAKERY))))
    return series


def _ordered_series(stage: Stage) -> None:
    series = prepared_series()
    order_series(series, count=2, version=series.version, by=as_member(series.author))


def _nothing_seeded(stage: Stage) -> None:
    for table in (Opco, LegalParameter):
        db.session.execute(sa.delete(table))


SERIES_ANSWERS: dict[str, Any] = {
    "level": 3, "start_on": None, "contract_types": ["apprenticeship"], "duration_months": None,
    "openings": 1, "rhythm": None, "remote": "onsite", "about_company": None, "questions": [],
    "words": None, "name": "Camille Fabre", "email": "camille@serie.example", "phone": None,
}  # fmt: skip
EXPIRE = ("expire_offers", SLOT)
COMMAND_CASES: dict[str, CommandCase] = {
    "outbox.before_claim_commit": CommandCase(_mails),
    "outbox.after_claim": CommandCase(_mails),
    "outbox.after_token_before_smtp": CommandCase(_mails),
    "outbox.handed_before_smtp": CommandCase(_reminder),
    "outbox.mid_data": CommandCase(_mails),
    "outbox.after_data_before_answer": CommandCase(_mails, gap=True),
    "outbox.after_send_before_mark": CommandCase(_mails, gap=True),
    "outbox.before_mark_commit": CommandCase(_mails, gap=True),
    "outbox.after_mark": CommandCase(_mails),
    "outbox.before_mark_failure": CommandCase(_refused_mail),
    "outbox.released_before_stop": CommandCase(_refused_sender),
    "outbox.probe_taken": CommandCase(_open_circuit),
    "bounces.noted_before_stop": CommandCase(_bounce, "bounce", ("perdu@boulangerie.example",)),
    "scheduler.before_slot_commit": CommandCase(_overdue, "run_slot", EXPIRE),
    "scheduler.after_slot_before_work": CommandCase(_overdue, "run_slot", EXPIRE),
    "scheduler.before_batch_commit": CommandCase(_overdue, "run_slot", EXPIRE),
    "scheduler.after_batch_commit": CommandCase(_overdue, "run_slot", EXPIRE),
    "scheduler.after_work_before_mark": CommandCase(_overdue, "run_slot", EXPIRE),
    "scheduler.before_put_back": CommandCase(_overdue, "run_slot_stopped", EXPIRE),
    "offers.expiry_midway": CommandCase(_overdue, "run_slot", EXPIRE),
    "offers.expired_before_mail": CommandCase(_overdue, "run_slot", EXPIRE),
    "offers.erasure_midway": CommandCase(_to_erase, "run_slot", ("erase_unconfirmed", SLOT)),
    "offers.erased_before_contact": CommandCase(_to_erase, "run_slot", ("erase_unconfirmed", SLOT)),
    "offers.reminder_midway": CommandCase(_ending, "run_slot", ("remind_of_end", SLOT)),
    "offers.confirm_reminder_midway": CommandCase(_unconfirmed, "run_slot", ("remind_to_confirm", SLOT)),
    "clean_up.between_rules": CommandCase(_old_drafts, "run_slot", ("clean_up", SLOT)),
    "series.line_settled": CommandCase(_ordered_series, "run_slot", ("deposit_series", SLOT)),
    "verification.after_answer": CommandCase(_to_verify, "run_slot", ("verify_companies", SLOT)),
    "verification.before_commit": CommandCase(_to_verify, "run_slot", ("verify_companies", SLOT)),
    "seeds.midway": CommandCase(_nothing_seeded, "seed"),
}
# The sending moments again, with e-mails that must not leave twice: at most once, whatever dies.
REMINDER_MOMENTS = (
    "outbox.after_claim",
    "outbox.after_token_before_smtp",
    "outbox.mid_data",
    "outbox.after_data_before_answer",
    "outbox.after_send_before_mark",
    "outbox.before_mark_commit",
    "outbox.after_mark",
)
REMINDER_CASE = CommandCase(_reminder)
