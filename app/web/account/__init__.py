"""Signing in: a link by e-mail, then a second factor for those who see others' data."""

from flask import Blueprint

blueprint = Blueprint("account", __name__)

from app.web.account import (  # noqa: E402, F401  # the views register themselves on the blueprint
    mail_choices,
    proconnect,
    second_factor,
    sign_in,
)
