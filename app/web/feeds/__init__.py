"""Feeds of the offers online, open to all or for one site: no contact data in any."""

from app.web.feeds import platforms, views
from app.web.feeds.blueprint import blueprint

__all__ = ["blueprint", "platforms", "views"]
