"""What OPCOs, CFAs and the people they propose open from a mailed link."""

from flask import Blueprint

blueprint = Blueprint("partner", __name__)

from app.web.partner import (  # noqa: E402  # the views register themselves on the blueprint
    cfa_request,  # noqa: F401
    consent,  # noqa: F401
    follow_up,  # noqa: F401
    held,  # noqa: F401
)
