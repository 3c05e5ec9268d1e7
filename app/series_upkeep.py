"""Jobs of series of deposits: asking for their companies, depositing their lines, forgetting them."""

from flask import current_app
from sqlalchemy.exc import DataError, IntegrityError

from app.core.database import db
from app.domain.deposits.depositing import (
    Settled,
    deposit_line,
    forget_old_answers,
    give_up_silent,
    lines_to_deposit,
    note_company,
    note_failure,
    sirets_to_find,
)
from app.domain.deposits.series import forget_series
from app.domain.employers.directory import CompanyDirectory, Outcome
from app.domain.opco.lookup import OpcoLookup
from app.scheduling import Counts, Daily, Every, Run, job

AT_ONCE = 500
SILENCES = 3
"""After so many in a row the register is left alone until the next run."""
OPCO_TIMEOUT = 3.0


@job(
    "deposit_series",
    at=Every(minutes=1),
    title="Déposer les offres des séries commandées",
    words={
        "found": ("entreprise trouvée", "entreprises trouvées"),
        "deposited": ("offre déposée", "offres déposées"),
        "ignored": ("ligne non déposée", "lignes non déposées"),
        "waiting": ("ligne en attente", "lignes en attente"),
    },
)
def deposit_series(run: Run) -> Counts:
    """No transaction is open while somebody outside is asked; each line is a transaction of its own."""
    limit = run.limit or AT_ONCE
    if run.dry:
        run.count("waiting", len(lines_to_deposit(limit=limit)) + len(sirets_to_find(limit=limit)))
        return run.counts
    while forget_old_answers(limit=AT_ONCE):
        run.commit()
    while given_up := give_up_silent(limit=AT_ONCE):
        run.count("ignored", given_up)
        run.commit()
    adapters = current_app.extensions["adapters"]
    _find_companies(run, adapters.directory, limit=limit)
    _deposit(run, adapters.opco, limit=limit)
    return run.counts


def _find_companies(run: Run, directory: CompanyDirectory, *, limit: int) -> None:
    silences, sirets = 0, sirets_to_find(limit=limit)
    run.commit()
    for siret in sirets:
        look_up = directory.by_siret(siret)
        silences = silences + 1 if look_up.outcome is Outcome.UNAVAILABLE else 0
        run.count("found", int(note_company(siret, look_up)))
        run.commit()
        if silences == SILENCES:
            return


def _deposit(run: Run, registers: OpcoLookup, *, limit: int) -> None:
    lines = lines_to_deposit(limit=limit)
    run.commit()
    for number, siret in lines:
        findings = registers.ask(siret, timeout=OPCO_TIMEOUT)
        try:
            settled = deposit_line(number, findings)
        except (LookupError, TypeError, ValueError, AttributeError, DataError, IntegrityError):
            # One line that can't be read, or written, must not stop those behind it.
            current_app.logger.exception("series: line %s", number)
            db.session.rollback()
            note_failure(number)
            settled = Settled.GONE
        if settled is not Settled.GONE:
            run.count(settled.value)
        run.commit()


@job(
    "forget_series",
    at=Daily(4, 50),
    title="Effacer les séries d’offres arrivées à leur terme",
    words={"erased": ("série effacée", "séries effacées")},
)
def erase_series(run: Run) -> Counts:
    """Seven days for a series that nobody ordered, thirty for the result of one that is done."""
    while erased := forget_series(dry=run.dry):
        run.count("erased", erased)
        if run.dry:
            break
        run.commit()
    return run.counts
