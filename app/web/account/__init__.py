"""Signing in: a link by e-mail, then a second factor for those who see others' data."""

from flask import Blueprint

blueprint = Blueprint("account", __name__)

from app.web.account import proconnect, second_factor, sign_in  # noqa: E402, F401  # views register here
