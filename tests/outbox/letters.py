"""E-mails for these tests, and what it takes to send them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Self

from flask import Flask
from flask_mail import Mail as FlaskMail
from jinja2 import DictLoader, StrictUndefined

from app.config import Settings
from app.core.database import db
from app.core.tokens import hash_token, new_token
from app.outbox.compose import Sender
from app.outbox.delivery import Deliverer
from app.outbox.message import MAILS, LinkOrder, Mail
from app.outbox.models import Circuit, DeliveryFact, OutboxMessage, Pause, SuppressedAddress
from app.outbox.rendering import JinjaRenderer
from app.outbox.rhythm import Rhythm
from app.outbox.smtp import SmtpTransport
from tests.support.smtp_sink import SmtpSink

TABLES = [model.__table__ for model in (OutboxMessage, DeliveryFact, SuppressedAddress, Pause, Circuit)]
TEMPLATES = {
    "subject.txt": "En ligne : votre offre n° {{ number }}\n",
    "body.txt": "Bonjour,\n.un point en tête de ligne\n{{ link_url }}\n",
    "body.html": '<!doctype html><html lang="fr"><title>{{ subject }}</title><p>{{ link_url }}</p></html>',
}


@dataclass(frozen=True)
class Letter(Mail):
    """An e-mail about a number; 404 no longer exists, 500 can't be restored."""

    code: ClassVar[str] = "T1"
    name: ClassVar[str] = "essai_lettre"
    to: str
    number: int = 1

    def refs(self) -> dict[str, Any]:
        return {"number": self.number}

    @classmethod
    def restore(cls, refs: Mapping[str, Any]) -> Self | None:
        if refs["number"] == 404:
            return None
        if refs["number"] == 500:
            raise ArithmeticError("panne")
        return cls(refs["to"], refs["number"])

    def context(self) -> dict[str, Any]:
        return {"number": self.number}

    def link(self) -> LinkOrder | None:
        return LinkOrder("management", "offer", str(self.number), "manage", self.to, timedelta(days=90))

    def dedupe_key(self) -> str | None:
        return f"mail:{self.name}:{self.to}:{self.number}"

    def about(self) -> tuple[str, str] | None:
        return ("offer", str(self.number))

    @classmethod
    def sample(cls) -> Self:
        return cls("bob@exemple.fr")


@dataclass(frozen=True)
class Notice(Letter):
    """A dated notice."""

    name: ClassVar[str] = "essai_avis"
    rhythm: ClassVar[Rhythm] = Rhythm.DATED


@dataclass(frozen=True)
class Nudge(Letter):
    """A reminder that can be refused."""

    name: ClassVar[str] = "essai_rappel"
    rhythm: ClassVar[Rhythm] = Rhythm.REMINDER
    unsubscribable: ClassVar[bool] = True

    def dedupe_key(self) -> str | None:
        return None


LETTERS: dict[str, type[Mail]] = {kind.name: kind for kind in (Letter, Notice, Nudge)}
for _name in LETTERS:
    # Only these tests know them: the checks that walk all e-mails must not meet them.
    MAILS.pop(_name, None)


def bare_app(url: str) -> Flask:
    """An application with a database and templates, nothing else."""
    app = Flask("essai")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.jinja_env.loader = DictLoader(
        {f"emails/{name}/{part}": text for name in LETTERS for part, text in TEMPLATES.items()}
    )
    app.jinja_env.undefined = StrictUndefined
    db.init_app(app)
    FlaskMail(app)
    return app


def settings_for(sink: SmtpSink, **others: Any) -> Settings:
    """Settings that send to the sink."""
    return Settings(secret_key="x" * 40, smtp_host=sink.host, smtp_port=sink.port, smtp_timeout=2.0, **others)


def fake_link(order: LinkOrder, message_id: int) -> str:
    """A link whose hash nobody keeps; it commits, as the real one does."""
    token = new_token()
    hash_token(order.purpose, token)
    db.session.commit()
    return f"https://depot.example/l/{token}"


def deliverer_for(app: Flask, settings: Settings, **others: Any) -> Deliverer:
    """A deliverer that sends to the relay of the settings."""
    return Deliverer(
        render=JinjaRenderer(app.jinja_env, settings),
        issue_link=fake_link,
        transport=SmtpTransport(settings),
        sender=Sender.from_settings(settings),
        unsubscribe_url=lambda mail: f"https://depot.example/desinscription/{mail.name}",
        **others,
    )
