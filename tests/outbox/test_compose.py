"""The bytes that leave are a standard message that anybody can read."""

from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from flask import Flask
from flask_mail import Mail as FlaskMail

from app.config import Settings
from app.outbox.compose import Rendered, Sender, compose
from app.outbox.message import Attachment
from app.outbox.rendering import JinjaRenderer, one_line
from tests.outbox.letters import Letter, Nudge


@pytest.fixture(autouse=True)
def in_an_application() -> Iterator[None]:
    """Flask-Mail reads the application's settings."""
    app = Flask("essai")
    FlaskMail(app)
    with app.app_context():
        yield


SENDER = Sender("Dépôt Alternance", "bonjour@depot.example", "aide@depot.example")
RENDERED = Rendered(
    subject="En ligne : votre offre de « boulanger » à Rodez",
    text="Bonjour\n.point\n\nÀ bientôt",
    html="<p>Été " + "é" * 2000 + "</p>",
)


def parsed(rendered: Rendered = RENDERED, **others: Any) -> EmailMessage:
    data = compose(rendered, sender=SENDER, recipient="bob@exemple.fr", message_id="abc", **others)
    assert max(len(line) for line in data.split(b"\r\n")) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"") and data.endswith(b"\r\n") and data.isascii()
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(data)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert part.defects == []
        assert all(value.defects == () for value in part.values())
    return message


def test_the_headers_of_every_message() -> None:
    message = parsed()
    assert message["From"].addresses[0].display_name == "Dépôt Alternance"
    assert message["From"].addresses[0].addr_spec == "bonjour@depot.example"
    assert str(message["To"]) == "bob@exemple.fr"
    assert str(message["Reply-To"]) == "aide@depot.example"
    assert str(message["Subject"]) == RENDERED.subject
    assert str(message["Message-ID"]) == "<abc@depot.example>"
    assert str(message["Auto-Submitted"]) == "auto-generated"
    assert str(message["X-Auto-Response-Suppress"]) == "All"
    assert str(message["Content-Language"]) == "fr"
    assert message["Date"].datetime is not None
    assert "List-Unsubscribe" not in message


def test_both_parts_are_read_back_whole() -> None:
    message = parsed()
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text and html
    assert text.get_content().replace("\r\n", "\n") == RENDERED.text + "\n"
    assert html.get_content().strip() == RENDERED.html
    kinds = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "subject",
    ["a", "a" * 200, "é" * 200, "🥖" * 80, "Offre n° 12 à Saint-Denis", "مرحبا بالعالم", "=?utf-8?q?x?="],
)
def test_any_subject_comes_back_as_it_was(subject: str) -> None:
    assert str(parsed(Rendered(subject, "t", "h"))["Subject"]) == subject


def test_one_click_unsubscription_stands_on_one_line_each() -> None:
    message = parsed(unsubscribe_url="https://depot.example/desinscription/" + "x" * 120)
    assert str(message["List-Unsubscribe"]).startswith("<https://depot.example/")
    assert str(message["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"


def test_a_calendar_can_be_joined() -> None:
    message = parsed(attachments=(Attachment("rappel.ics", "BEGIN:VCALENDAR é\r\n".encode() * 50),))
    assert message.get_content_type() == "multipart/mixed"
    [joined] = message.iter_attachments()
    assert (joined.get_filename(), joined.get_content_type()) == ("rappel.ics", "text/calendar")
    assert joined.get_content().startswith("BEGIN:VCALENDAR é")
    assert message.get_body(("html",)) is not None


@pytest.mark.parametrize(
    "recipient", ["", "bob", "@exemple.fr", "bob@", "bob\r\nBcc: x@y.fr@exemple.fr", "é@exemple.fr"]
)
def test_an_address_that_cannot_be_written_is_refused(recipient: str) -> None:
    with pytest.raises(ValueError, match=r"illisible"):
        compose(RENDERED, sender=SENDER, recipient=recipient, message_id="abc")


def test_an_accented_domain_is_written_in_ascii() -> None:
    data = compose(RENDERED, sender=SENDER, recipient="bob@crémerie.fr", message_id="abc")
    assert b"To: bob@xn--crmerie-cya.fr\r\n" in data


def test_nothing_typed_adds_a_header() -> None:
    subject = one_line("Offre\r\nBcc: eve@exemple.fr\u2028\x00 \x85fin")
    assert subject == "Offre Bcc: eve@exemple.fr fin"
    assert one_line("12\u202f345\u00a0€ ") == "12\u202f345\u00a0€"
    assert parsed(Rendered(subject, "t", "h"))["Bcc"] is None


def test_a_message_is_rendered_from_its_folder(app: Flask) -> None:
    render = JinjaRenderer(app.jinja_env, Settings(secret_key="x" * 40))
    rendered = render(Letter("bob@exemple.fr", 7), "https://depot.example/l/abc", None)
    assert rendered.subject == "En ligne : votre offre n° 7"
    assert "https://depot.example/l/abc" in rendered.text
    assert "<title>En ligne : votre offre n° 7</title>" in rendered.html


def test_only_optional_messages_can_be_refused() -> None:
    assert Nudge.unsubscribable and not Letter.unsubscribable
