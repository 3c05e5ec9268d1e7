"""The deposit: from a SIRET to a published offer."""

from flask import Blueprint

blueprint = Blueprint("deposit", __name__)

from app.web.deposit import (  # noqa: E402, F401  # the views register themselves on the blueprint
    advert,
    check,
    company,
    confirmation,
    establishments,
    home,
    integration,
    later,
    need,
    on_behalf,
    suggestions,
    training,
)
