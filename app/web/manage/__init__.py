"""Managing offers by the link in the e-mails."""

from flask import Blueprint

blueprint = Blueprint("manage", __name__)

from app.web.manage import (  # noqa: E402, F401  # the views register themselves
    acts,
    cfas,
    contact,
    diffusion,
    editing,
    mandates,
    pages,
    training,
)
