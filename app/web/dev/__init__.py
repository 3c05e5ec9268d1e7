"""Development only: the mailbox of the machine, and signing in with one click."""

from flask import Blueprint

blueprint = Blueprint("dev", __name__)

from app.web.dev import mailbox, sign_in  # noqa: E402, F401  # the views register themselves
