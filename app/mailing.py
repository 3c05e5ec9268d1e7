"""Tying the outbox to the application: how links are made, and who writes and sends."""

from flask import Flask, current_app

from app.config import Settings
from app.core.database import db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Purpose
from app.outbox.compose import Sender
from app.outbox.delivery import Deliverer
from app.outbox.message import LinkOrder, Mail
from app.outbox.rendering import JinjaRenderer
from app.outbox.smtp import SmtpTransport
from app.web.links.codes import login_code
from app.web.unsubscribe import unsubscribe_address


def deliverer_of(app: Flask) -> Deliverer:
    """A deliverer with the application's templates, links and relay."""
    settings: Settings = app.extensions["settings"]
    environment = app.jinja_env.overlay()
    environment.globals = {
        **app.jinja_env.globals,
        "login_code": lambda url: login_code(url.rpartition("/")[2], key=app.config["SECRET_KEY"]),
    }
    return Deliverer(
        render=JinjaRenderer(environment, settings),
        issue_link=issue_link,
        transport=SmtpTransport(settings),
        sender=Sender.from_settings(settings),
        unsubscribe_url=lambda mail: unsubscribe_of(mail, settings),
    )


def issue_link(order: LinkOrder, message_id: int) -> str:
    """Make the token of an e-mail, commit its hash, and give the address. The e-mail alone holds it."""
    settings: Settings = current_app.extensions["settings"]
    scope, _, nonce = order.scope.partition("#")
    token = magic_links.issue(
        Purpose(order.purpose),
        object_type=order.object_type,
        object_id=int(order.object_id),
        email=order.subject_email,
        scope=scope,
        outbox_id=message_id,
        nonce_hash=nonce or None,
    )
    db.session.commit()
    return f"{settings.base_url}/l/{token}"


def unsubscribe_of(mail: Mail, settings: Settings) -> str:
    """The one-click address of an optional e-mail: signed, so that nobody stops another one's mails."""
    key = settings.secret_key.get_secret_value()
    return f"{settings.base_url}/desinscription/{unsubscribe_address(mail.to, mail.name, key=key)}"
