"""What structures that deposit for others do: series of offers, partner companies."""

from flask import Blueprint

blueprint = Blueprint("collecting", __name__)

from app.web.collecting import (  # noqa: E402  # the views register themselves on the blueprint
    partners,  # noqa: F401
    series_lines,  # noqa: F401
    series_pages,  # noqa: F401
    series_same,  # noqa: F401
    series_start,  # noqa: F401
)
