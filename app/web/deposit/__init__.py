"""The deposit: from a SIRET to a published offer."""

from flask import Blueprint

blueprint = Blueprint("deposit", __name__)
