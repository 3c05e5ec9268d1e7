"""What the pages of a series share: who deposits, keeping lines, asking for their companies."""

import time
from collections.abc import Callable

from flask import current_app, redirect, url_for
from werkzeug.wrappers import Response

from app.core.identifiers import Siret
from app.domain.deposits.depositing import note_company
from app.domain.deposits.models import Series
from app.domain.deposits.series import Prepared, prepare_series
from app.domain.employers.directory import LookUp, Outcome
from app.domain.offers.deposit import Collector
from app.domain.organisations.models import Organisation
from app.web.access import current_account, current_membership
from app.web.forms.once import run_once
from app.web.outside import adapters, without_transaction

Answer = str | Response | tuple[str, int]
# A page waits no longer for the register: what it hasn't said yet is asked for by a job.
LOOK_UP_SECONDS = 4.0
SERIES_AN_HOUR = "30 per hour"


def structure() -> Organisation:
    """The structure of this space."""
    return current_membership().organisation


def collector() -> Collector:
    """The structure, and the member who is at this page."""
    account = current_account()
    if account is None:
        raise LookupError("nobody is signed in")
    return Collector(structure(), account)


def prepare(lines: Callable[[], list[Prepared]]) -> Response:
    """Keep the lines, once their companies have been asked for in the time that a page may take."""
    prepared = lines()
    answers = asked_at_once(prepared)

    def act() -> str:
        series = prepare_series(collector(), prepared)
        note_answers(answers)
        return series_url(series)

    return run_once(act)


def asked_at_once(lines: list[Prepared]) -> dict[Siret, LookUp]:
    """What the register says in the time of a page, outside any transaction."""
    return without_transaction(lambda: _look_up(lines))


def note_answers(answers: dict[Siret, LookUp]) -> None:
    """Keep it with the lines."""
    for siret, look_up in answers.items():
        note_company(siret, look_up)


def _look_up(lines: list[Prepared]) -> dict[Siret, LookUp]:
    """What the register says in a few seconds; nothing more once it has been silent."""
    directory, begun = adapters().directory, time.monotonic()
    found: dict[Siret, LookUp] = {}
    for line in lines:
        if line.problems or time.monotonic() - begun > LOOK_UP_SECONDS:
            continue
        siret = Siret(line.typed["siret"])
        if siret in found:
            continue
        look_up = directory.by_siret(siret)
        if look_up.outcome is Outcome.UNAVAILABLE:
            current_app.logger.info("series: the register is silent")
            break
        found[siret] = look_up
    return found


def series_url(series: Series) -> str:
    """The page of a series."""
    return url_for(
        "collecting.series_page",
        organisation=series.organisation.public_id,
        series=series.public_id,
    )


def back_to(series: Series) -> Response:
    """To the page of a series."""
    return redirect(series_url(series), 303)
