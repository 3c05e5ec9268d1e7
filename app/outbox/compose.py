"""From a rendered e-mail to the bytes of a standard message.

Written by hand: the standard library's `EmailMessage` takes three times as long as the sending itself.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import format_datetime, formataddr

from app.config import Settings
from app.core import clock
from app.outbox.message import Attachment

CRLF = "\r\n"
# An encoded word has 75 characters at most: 12 of wrapping, base64 for the others.
_CHUNK_BYTES = 45
_CONTROL = re.compile("[\x00-\x1f\x7f]")


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


def compose(
    rendered: Rendered,
    *,
    sender: Sender,
    recipient: str,
    message_id: str,
    unsubscribe_url: str | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> bytes:
    """The bytes of the message; raises ValueError when an address or a header can't be written."""
    headers = {
        "From": formataddr((sender.name, ascii_address(sender.address))),
        "To": ascii_address(recipient),
        "Reply-To": ascii_address(sender.reply_to),
        "Subject": _encoded(rendered.subject),
        "Date": format_datetime(clock.now()),
        "Message-ID": f"<{message_id}@{sender.domain}>",
        "Content-Language": "fr",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for name, value in headers.items():
        if _CONTROL.search(value.replace("\r\n ", "")):
            raise ValueError(f"en-tête illisible : {name}")
    body = _multipart("alternative", [_words("plain", rendered.text), _words("html", rendered.html)])
    if attachments:
        body = _multipart("mixed", [body, *(_file(attachment) for attachment in attachments)])
    top = CRLF.join(f"{name}: {value}" for name, value in {**headers, "MIME-Version": "1.0"}.items())
    return top.encode("ascii") + b"\r\n" + body


def _encoded(text: str) -> str:
    """A header in ASCII (RFC 2047), folded in lines of 76 characters."""
    if text.isascii() and len(text) < 60 and "=?" not in text:
        return text
    chunks = [""]
    size = 0
    for sign in text:
        size += len(sign.encode("utf-8"))
        if size > _CHUNK_BYTES:
            chunks.append("")
            size = len(sign.encode("utf-8"))
        chunks[-1] += sign
    words = (base64.b64encode(chunk.encode("utf-8")).decode("ascii") for chunk in chunks)
    return f"{CRLF} ".join(f"=?utf-8?b?{word}?=" for word in words)


def _words(subtype: str, text: str) -> bytes:
    """One part in quoted-printable: lines of 76 characters at most, whatever the relay."""
    lines = CRLF.join(text.splitlines()) + CRLF
    head = (
        f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode("ascii") + binascii.b2a_qp(lines.encode("utf-8"))


def _file(attachment: Attachment) -> bytes:
    if not (attachment.filename.isascii() and attachment.filename.isprintable()):
        raise ValueError("nom de fichier joint illisible")
    name = attachment.filename.replace('"', "")
    head = (
        f'Content-Type: {attachment.media_type}; charset=utf-8; name="{name}"\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    encoded = base64.encodebytes(attachment.content).replace(b"\n", b"\r\n")
    return head.encode("ascii") + encoded


def _multipart(subtype: str, parts: Iterable[bytes]) -> bytes:
    boundary = f"=_{secrets.token_hex(12)}"
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'
    mark = f"--{boundary}\r\n".encode("ascii")
    # The line end before a mark belongs to the mark: without one more, each part would lose its last.
    inside = b"".join(mark + part + b"\r\n" for part in parts)
    return head.encode("ascii") + inside + f"--{boundary}--\r\n".encode("ascii")


def ascii_address(address: str) -> str:
    """The address as relays take it: the domain in ASCII. Raises ValueError when it can't be written so."""
    local, sign, domain = address.strip().rpartition("@")
    if not (local and sign and domain and local.isascii()):
        raise ValueError("adresse électronique illisible")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise ValueError("domaine de messagerie illisible") from error
