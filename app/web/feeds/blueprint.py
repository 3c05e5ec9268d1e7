"""The blueprint of the open feeds."""

from flask import Blueprint

blueprint = Blueprint("feeds", __name__)
