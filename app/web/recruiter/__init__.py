"""A structure's space: its dashboard, its members, creating it."""

from flask import Blueprint

blueprint = Blueprint("recruiter", __name__)

from app.web.recruiter import creation, dashboard, members  # noqa: E402, F401  # the views register themselves
