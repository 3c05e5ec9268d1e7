"""A structure's space: its dashboard, its members, creating it."""

from flask import Blueprint

blueprint = Blueprint("recruiter", __name__)

from app.web.recruiter import (  # noqa: E402  # the views register themselves on the blueprint
    apec,  # noqa: F401
    apec_request,  # noqa: F401
    creation,  # noqa: F401
    dashboard,  # noqa: F401
    members,  # noqa: F401
    opco_addresses,  # noqa: F401
    opco_batches,  # noqa: F401
    opco_board,  # noqa: F401
    opco_company,  # noqa: F401
    opco_exports,  # noqa: F401
    opco_views,  # noqa: F401
)
