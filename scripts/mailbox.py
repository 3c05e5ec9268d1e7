"""The development mailbox: an SMTP server on this machine that keeps mails as files instead of sending them.

    python scripts/mailbox.py [--port 1025] [--folder var/courriels]

Each mail becomes `NNNNNN.eml` (as received) and one line of `courriels.jsonl` (id, received_at, from, to,
subject, text, html, links), in order of arrival. The file is there, whole, before its line; a line is written
at once.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import sys
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

INDEX = "courriels.jsonl"
_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]»]+")
_LARGEST = 10_000_000


class Folder:
    """Mails on disk, numbered from 1 without a gap."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._last = max((int(file.stem) for file in path.glob("[0-9]*.eml")), default=0)

    def keep(self, envelope: Envelope) -> int:
        """Write one mail; gives its number."""
        raw = envelope.original_content or b""
        number = self._last + 1
        target = self.path / f"{number:06d}.eml"
        part = target.with_suffix(".part")
        part.write_bytes(raw)
        part.rename(target)
        line = json.dumps({"id": number, **_described(envelope, raw)}, ensure_ascii=False) + "\n"
        index = os.open(self.path / INDEX, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(index, line.encode())
        finally:
            os.close(index)
        self._last = number
        return number


def _described(envelope: Envelope, raw: bytes) -> dict[str, object]:
    message = message_from_bytes(raw, policy=policy.default)
    text, html = (_body(message, kind) for kind in ("plain", "html"))
    return {
        "received_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "from": envelope.mail_from or "",
        "to": list(envelope.rcpt_tos),
        "subject": str(message["subject"] or ""),
        "text": text,
        "html": html,
        "links": list(dict.fromkeys(link.rstrip(".,;:!?…") for link in _ADDRESS.findall(text or html))),
    }


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    try:
        return "" if part is None else str(part.get_content())
    except (LookupError, UnicodeError):
        return ""  # an unknown charset: the file keeps the mail as it came


class Keeper:
    """What the SMTP server calls when a mail is there."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        return f"250 2.0.0 Gardé sous le numéro {self._folder.keep(envelope)}"


async def serve(folder: Folder, port: int) -> None:
    """Listen until SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(
        lambda: SMTP(
            Keeper(folder),
            hostname="boite.example",
            enable_SMTPUTF8=True,
            data_size_limit=_LARGEST,
            loop=loop,
        ),
        "127.0.0.1",
        port,
    )
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"Boîte aux lettres d’essai : 127.0.0.1:{port}, courriels dans {folder.path}\n")
    sys.stdout.flush()
    await stop.wait()
    server.close()


def main() -> None:
    """Read the command line and the same variables as the service."""
    parser = argparse.ArgumentParser(description="Boîte aux lettres de développement")
    parser.add_argument("--port", type=int, default=int(os.environ.get("SMTP_PORT") or 1025))
    parser.add_argument(
        "--folder", type=Path, default=Path(os.environ.get("DATA_DIR") or "var") / "courriels"
    )
    options = parser.parse_args()
    try:
        asyncio.run(serve(Folder(options.folder), options.port))
    except OSError as error:
        raise SystemExit(f"La boîte aux lettres ne démarre pas : {error}") from error


if __name__ == "__main__":
    main()
