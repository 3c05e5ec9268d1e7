"""From a rendered e-mail to the bytes of a standard message."""

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from app.config import Settings
from app.core import clock
from app.outbox.message import Attachment


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
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=sender.name, addr_spec=sender.address)
    message["To"] = Address(addr_spec=ascii_address(recipient))
    message["Reply-To"] = Address(addr_spec=sender.reply_to)
    message["Subject"] = rendered.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{message_id}@{sender.domain}>"
    message["Content-Language"] = "fr"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if unsubscribe_url:
        message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    for attachment in attachments:
        main, _, sub = attachment.media_type.partition("/")
        message.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.filename)
    return message.as_bytes()


def ascii_address(address: str) -> str:
    """The address as relays take it: the domain in ASCII. Raises ValueError when it can't be written so."""
    local, sign, domain = address.strip().rpartition("@")
    if not (local and sign and domain and local.isascii()):
        raise ValueError("adresse électronique illisible")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise ValueError("domaine de messagerie illisible") from error
