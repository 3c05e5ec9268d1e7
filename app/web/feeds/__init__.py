"""Feeds of the offers online, open to all: no key, no contact data."""

from app.web.feeds import views
from app.web.feeds.blueprint import blueprint

__all__ = ["blueprint", "views"]
