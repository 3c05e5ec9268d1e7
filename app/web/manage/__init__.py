"""Managing offers by the link in the e-mails."""

from flask import Blueprint

blueprint = Blueprint("manage", __name__)

from app.web.manage import acts, cfas, contact, editing, mandates, pages  # noqa: E402, F401  # the views register themselves
