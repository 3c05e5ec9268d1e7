"""What machines post to us: facts from mail relays, and one-click unsubscription."""

from flask import Blueprint

blueprint = Blueprint("webhooks", __name__)

from app.web.webhooks import mail, unsubscription  # noqa: E402, F401  # the views register themselves
