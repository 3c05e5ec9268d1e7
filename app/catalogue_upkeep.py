"""The job that keeps the copy of the national catalogue of courses."""

from flask import current_app

from app.core.database import db
from app.core.identifiers import Siret, Uai
from app.domain.cfa_requests.catalogue import end_reading, page_to_read, store_page
from app.domain.cfa_requests.source import CatalogueUnavailable, CoursePage, Identity, TrainingCatalogue
from app.scheduling import Counts, Every, Run, job

PAGES_A_RUN = 50


@job(
    "refresh_catalogue",
    at=Every(minutes=30),
    title="Rafraîchir le catalogue des CFA",
    words={
        "courses": ("formation lue", "formations lues"),
        "left_out": ("laissée de côté", "laissées de côté"),
        "archived": ("archivée", "archivées"),
    },
)
def refresh_catalogue(run: Run) -> Counts:
    """Read the catalogue from the page where the last run stopped; nothing while the copy is fresh."""
    catalogue = current_app.extensions["adapters"].courses
    number = page_to_read() if catalogue is not None else None
    left = run.limit or PAGES_A_RUN
    while number is not None and left > 0:
        # No transaction stays open while the partner answers.
        run.commit()
        try:
            page = catalogue.courses(number)
            identities = {} if run.dry else _identities(catalogue, page)
        except CatalogueUnavailable as trouble:
            current_app.logger.warning("catalogue: %s at page %d, the next run goes on", trouble, number)
            db.session.rollback()
            break
        number = _keep(run, number, page, identities)
        left -= 1
    run.commit()
    return run.counts


def _identities(
    catalogue: TrainingCatalogue, page: CoursePage
) -> dict[tuple[Siret | None, Uai | None], Identity | None]:
    """Who answers for the places of the courses whose centre isn't given, each place asked once."""
    places = {(one.place_siret, one.place_uai) for one in page.courses if one.cfa is None}
    return {(siret, uai): catalogue.identify(siret=siret, uai=uai) for siret, uai in places}


def _keep(
    run: Run,
    number: int,
    page: CoursePage,
    identities: dict[tuple[Siret | None, Uai | None], Identity | None],
) -> int | None:
    """Write one page; returns the next one, None after the last."""
    stored = len(page.courses) if run.dry else store_page(number, page, identities=identities)
    run.count("courses", stored)
    run.count("left_out", page.unreadable + len(page.courses) - stored)
    if number + 1 < page.pages:
        return number + 1
    if not run.dry:
        run.count("archived", end_reading())
    return None
