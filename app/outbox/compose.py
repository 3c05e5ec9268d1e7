"""From a rendered e-mail to the bytes of a standard message, by Flask-Mail."""

import re
from binascii import b2a_qp
from dataclasses import dataclass
from email.header import Header
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from secrets import token_hex
from typing import Any

from flask_mail import Attachment as Joined
from flask_mail import Message

from app.config import Settings
from app.core import clock
from app.outbox.message import Attachment

CRLF = "\r\n"
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True)
class Rendered:
    """An e-mail in words: subject on one line, text, HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Sender:
    """Who writes: the service, by an address that is read, answers going to support."""

    name: str
    address: str
    reply_to: str

    @classmethod
    def from_settings(cls, settings: Settings) -> "Sender":
        """The sender of the settings."""
        return cls(settings.service_name, settings.mail_sender, settings.support_email)

    @property
    def domain(self) -> str:
        """Domain of the address, which ends the identifiers of messages."""
        return self.address.rpartition("@")[2]


class Letter(Message):
    """Flask-Mail's message, in ASCII for every relay, its headers each on one line.

    Unsubscription in one click demands the latter (RFC 8058).
    """

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        part: Any = MIMENonMultipart("text", subtype, charset="utf-8")
        part["Content-Transfer-Encoding"] = "quoted-printable"
        # The standard charset does the same in pure Python, ten times slower.
        part.set_payload(b2a_qp((text or "").encode()).decode("ascii"))
        written: MIMEText = part
        return written

    def as_bytes(self) -> bytes:
        """The message as relays take it, lines ended by CRLF."""
        message = self._message()
        # Headers are written already: this policy gives them as they are, instead of reading them again.
        message.policy = compat32
        return _flat(message).encode("ascii")


def _flat(part: Any) -> str:
    """A part with those inside it. Python's generator, made for any message, takes four times as long."""
    parts = part.get_payload() if part.is_multipart() else []
    boundary = f"=_{token_hex(12)}"
    if parts:
        part.replace_header("Content-Type", f'{part.get_content_type()}; boundary="{boundary}"')
    head = "".join(f"{name}: {_lines(str(value))}{CRLF}" for name, value in part.items())
    if not parts:
        return f"{head}{CRLF}{_lines(part.get_payload())}"
    # The line end before a mark belongs to the mark.
    inside = "".join(f"--{boundary}{CRLF}{_flat(inner)}{CRLF}" for inner in parts)
    return f"{head}{CRLF}{inside}--{boundary}--{CRLF}"


def _lines(text: str) -> str:
    return _LINE_END.sub(CRLF, text)


def compose(
    rendered: Rendered,
    *,
    sender: Sender,
    recipient: str,
    message_id: str,
    unsubscribe_url: str | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> bytes:
    """The bytes of the message; raises ValueError when an address or a header can't be written.

    In an application context, where Flask-Mail is installed.
    """
    headers = {
        "Content-Language": "fr",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter = Letter(
        subject=_subject(rendered.subject),
        recipients=[ascii_address(recipient)],
        body=rendered.text + "\n",
        html=rendered.html,
        sender=(sender.name, ascii_address(sender.address)),
        reply_to=ascii_address(sender.reply_to),
        date=clock.now().timestamp(),
        extra_headers=headers,
        attachments=[_joined(attachment) for attachment in attachments],
    )
    letter.msgId = f"<{message_id}@{sender.domain}>"
    written = (rendered.subject, sender.name, recipient, message_id, *headers.values())
    if letter.has_bad_headers() or any(_CONTROL.search(value) for value in written):
        raise ValueError("en-tête illisible")
    return letter.as_bytes()


def _subject(text: str) -> str:
    # What looks like an encoded word would be decoded by the reader: it is encoded itself.
    return Header(text, "utf-8", maxlinelen=900).encode() if "=?" in text else text


def _joined(attachment: Attachment) -> Joined:
    if not (attachment.filename.isascii() and attachment.filename.isprintable()):
        raise ValueError("nom de fichier joint illisible")
    media_type = f"{attachment.media_type}; charset=utf-8"
    return Joined(attachment.filename, media_type, attachment.content)


def ascii_address(address: str) -> str:
    """The address as relays take it: the domain in ASCII. Raises ValueError when it can't be written so."""
    local, sign, domain = address.strip().rpartition("@")
    if not (local and sign and domain and local.isascii()):
        raise ValueError("adresse électronique illisible")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise ValueError("domaine de messagerie illisible") from error
