"""Jobs that need the outside, or look at everything: checking companies later, consistency."""

from flask import current_app

from app import catalogue_upkeep, diffusion_upkeep, export_upkeep, feed_upkeep, file_upkeep, series_upkeep
from app.core import clock
from app.core.database import db
from app.core.failpoints import failpoint
from app.domain.cfa_requests import jobs as cfa_jobs
from app.domain.employers.models import Establishment
from app.domain.employers.verification import apply_check, establishments_to_check
from app.domain.offers import jobs as offer_jobs
from app.domain.offers import retention
from app.domain.offers.consistency import inconsistencies
from app.domain.opco import jobs as opco_jobs
from app.domain.opco.hand_overs import take_findings
from app.domain.opco.queues import establishments_to_ask
from app.domain.organisations import jobs as organisation_jobs
from app.domain.reference.jobs import all_codes
from app.domain.reference.official import codes_to_read, store_appellations, store_sheet
from app.domain.reference.rome_source import RomeUnavailable
from app.scheduling import Counts, Daily, Every, Run, job

# Importing a module of jobs declares them; every process that builds the application knows them all.
DECLARED_IN = (
    offer_jobs, organisation_jobs, retention, cfa_jobs, opco_jobs, catalogue_upkeep, export_upkeep,
    series_upkeep, diffusion_upkeep, feed_upkeep, file_upkeep,
)  # fmt: skip
SHEETS_A_NIGHT = 200
OPCOS_AT_ONCE = 50


@job(
    "verify_companies",
    at=Every(minutes=10),
    title="Vérifier les entreprises non trouvées au dépôt",
    words={"settled": ("entreprise vérifiée", "entreprises vérifiées"), "waiting": ("reportée", "reportées")},
)
def verify_companies(run: Run) -> Counts:
    """Ask the registers again, one company at a time, without a transaction during the call."""
    directory = current_app.extensions["adapters"].directory
    waiting = [row.id for row in establishments_to_check(limit=run.limit or 200)]
    for number in waiting:
        siret = db.session.get_one(Establishment, number).siret
        run.commit()
        look_up = directory.by_siret(siret)
        failpoint("verification.after_answer")
        establishment = db.session.get_one(Establishment, number)
        run.count("settled" if apply_check(establishment, look_up) else "waiting")
        failpoint("verification.before_commit")
        run.commit()
    return run.counts


@job(
    "refresh_opco",
    at=Every(minutes=10),
    title="Demander de nouveau aux registres l’OPCO des entreprises",
    words={
        "known": ("OPCO connu", "OPCO connus"),
        "unknown": ("OPCO à déterminer", "OPCO à déterminer"),
        "waiting": ("entreprise à demander", "entreprises à demander"),
    },
)
def refresh_opco(run: Run) -> Counts:
    """Ask for those that are due, by fifty, without a transaction during the call."""
    waiting = establishments_to_ask(limit=run.limit or 500)
    if run.dry:
        run.count("waiting", len(waiting))
        return run.counts
    registers = current_app.extensions["adapters"].opco
    for start in range(0, len(waiting), OPCOS_AT_ONCE):
        batch = waiting[start : start + OPCOS_AT_ONCE]
        run.commit()
        found = registers.ask_many([siret for _, siret in batch])
        for number, siret in batch:
            match = take_findings(db.session.get_one(Establishment, number), found[siret])
            run.count("known" if match.opco is not None else "unknown")
            run.commit()
    return run.counts


@job(
    "refresh_rome",
    at=Daily(4, 0),
    title="Rafraîchir les fiches métiers",
    words={"sheets": ("fiche lue", "fiches lues"), "names": ("appellation", "appellations")},
)
def refresh_rome(run: Run) -> Counts:
    """Read the sheets that are missing or a month old, a part each night; nothing without credentials."""
    rome = current_app.extensions["adapters"].rome
    if rome is None:
        return run.counts
    codes = codes_to_read(all_codes(), limit=run.limit or SHEETS_A_NIGHT)
    run.commit()
    try:
        if codes and not run.dry:
            run.count("names", store_appellations(rome.appellations()))
            run.commit()
        for code in codes:
            sheet = None if run.dry else rome.sheet(code)
            if not run.dry:
                store_sheet(code, sheet)
            run.count("sheets")
            run.commit()
    except RomeUnavailable:
        current_app.logger.warning("rome: unavailable, the next night goes on")
        db.session.rollback()
    return run.counts


@job(
    "check_consistency",
    at=Daily(4, 30),
    title="Contrôler la cohérence des données",
    words={"problems": ("anomalie", "anomalies")},
)
def check_consistency(run: Run) -> Counts:
    """Count what should never be; docs/exploitation.md says what each line means."""
    for name, count in inconsistencies().items():
        if count:
            current_app.logger.error("consistency: %s = %s on %s", name, count, clock.today())
        run.count("problems", count)
    return run.counts
