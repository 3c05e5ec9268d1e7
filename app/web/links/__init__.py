"""Mailed links: the page with a button, and the form for a lost link."""

from flask import Blueprint

blueprint = Blueprint("links", __name__)

from app.web.links import lost, views  # noqa: E402, F401  # the views register themselves on the blueprint
