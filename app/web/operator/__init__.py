"""The portal's own staff: what waits, held offers, e-mails, addresses, jobs."""

from flask import Blueprint

blueprint = Blueprint("operator", __name__)

from app.web.operator import (  # noqa: E402, F401  # the views register themselves on the blueprint
    accounts,
    addresses,
    agents,
    carriers,
    diffusions,
    held,
    home,
    jobs,
    mails,
    opco,
    opco_addresses,
    organisations,
    origins,
    pauses,
    preview,
    suspensions,
)
