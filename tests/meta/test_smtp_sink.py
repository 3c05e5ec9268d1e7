"""The SMTP sink does to our sender what real servers do."""

import smtplib
import socket
import time
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.support.smtp_sink import SmtpSink, Stage


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as opened:
        yield opened


def _letter(to: str = "bob@example.fr") -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = (
        "portail@example.fr",
        to,
        "Votre offre est en ligne à Rodez",
    )
    letter.set_content("Bonjour,\nvoilà.")
    letter.add_alternative("<p>Bonjour, voilà.</p>", subtype="html")
    return letter


def _send(sink: SmtpSink, *recipients: str) -> None:
    with smtplib.SMTP(sink.host, sink.port, timeout=5) as client:
        for recipient in recipients or ("bob@example.fr",):
            client.send_message(_letter(recipient))


def test_it_records_messages_whole_and_in_order(sink: SmtpSink) -> None:
    _send(sink, "a@example.fr", "b@example.fr")
    assert [mail.recipients for mail in sink.mails] == [("a@example.fr",), ("b@example.fr",)]
    first = sink.mails[0]
    assert (first.subject, first.sender) == ("Votre offre est en ligne à Rodez", "portail@example.fr")
    assert "voilà" in first.part() and "<p>" in first.part("html")
    assert sink.connections == 1
    sink.clear()
    assert (sink.mails, sink.connections) == ([], 0)


@pytest.mark.parametrize("code", [450, 451, 550, 552])
@pytest.mark.parametrize(
    ("stage", "error"),
    [
        (Stage.SENDER, smtplib.SMTPSenderRefused),
        (Stage.RECIPIENT, smtplib.SMTPRecipientsRefused),
        (Stage.CONTENT, smtplib.SMTPDataError),
    ],
)
def test_it_refuses_at_each_stage(sink: SmtpSink, code: int, stage: Stage, error: type[Exception]) -> None:
    sink.refuse(stage, code, "non", times=1)
    with pytest.raises(error, match=str(code)):
        _send(sink)
    assert sink.mails == []
    _send(sink)
    assert len(sink.mails) == 1


@pytest.mark.parametrize("stage", Stage)
def test_after_421_the_connection_is_closed(sink: SmtpSink, stage: Stage) -> None:
    sink.refuse(stage, 421, "trop de connexions")
    client = smtplib.SMTP(sink.host, sink.port, timeout=5)
    with pytest.raises(smtplib.SMTPException, match="421"):
        client.send_message(_letter())
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()
    client.close()


def test_it_refuses_one_address_alone(sink: SmtpSink) -> None:
    sink.refuse(Stage.RECIPIENT, 550, "5.1.1 inconnu", only="parti@example.fr")
    _send(sink, "bob@example.fr")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        _send(sink, "parti@example.fr")
    assert len(sink.mails) == 1


def test_it_cuts_after_the_content_and_the_sender_cannot_know(sink: SmtpSink) -> None:
    sink.cut_after_content()
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        _send(sink)
    assert [mail.answered for mail in sink.mails] == [False]
    _send(sink)
    assert [mail.answered for mail in sink.mails] == [False, True]


def test_a_slow_greeting_outlasts_the_patience_of_the_sender(sink: SmtpSink) -> None:
    sink.slow_down(banner=2)
    started = time.monotonic()
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        smtplib.SMTP(sink.host, sink.port, timeout=0.2)
    assert time.monotonic() - started < 1.5


def test_a_slow_answer_to_the_content(sink: SmtpSink) -> None:
    sink.slow_down(content=0.3)
    started = time.monotonic()
    _send(sink)
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize(("accepts", "password"), [(False, "bon"), (True, "mauvais")])
def test_it_refuses_authentication(accepts: bool, password: str) -> None:
    with SmtpSink(user="portail", password="bon", accepts_login=accepts) as sink:
        with smtplib.SMTP(sink.host, sink.port, timeout=5) as client:
            with pytest.raises(smtplib.SMTPAuthenticationError, match="535"):
                client.login("portail", password)
        with smtplib.SMTP(sink.host, sink.port, timeout=5) as client:
            with pytest.raises(smtplib.SMTPSenderRefused, match="530"):
                client.send_message(_letter())


def test_it_accepts_the_right_password() -> None:
    with (
        SmtpSink(user="portail", password="bon") as sink,
        smtplib.SMTP(sink.host, sink.port, timeout=5) as client,
    ):
        client.login("portail", "bon")
        client.send_message(_letter())
        assert len(sink.mails) == 1


def test_once_stopped_nobody_answers() -> None:
    with SmtpSink() as sink:
        port = sink.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
