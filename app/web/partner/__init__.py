"""What an OPCO opens from a mailed link: the need of a company, and an offer held for a check."""

from flask import Blueprint

blueprint = Blueprint("partner", __name__)

from app.web.partner import follow_up, held  # noqa: E402, F401  # the views register themselves on the blueprint
