"""The development mailbox keeps every mail, in order, whole, and across a restart."""

import json
import re
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LINK = "https://depot.example/l/abc?x=1"


@contextmanager
def _mailbox(folder: Path) -> Iterator[int]:
    command = [sys.executable, "scripts/mailbox.py", "--port", "0", "--folder", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert said is not None
        try:
            yield int(said[1])
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0


def _send(port: int, subject: str) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "portail@example.fr", "bob@example.fr", subject
    letter.set_content(f"Bonjour,\nouvrez {LINK}.\nÀ bientôt « Zoé ».")
    letter.add_alternative(f'<p>Bonjour, <a href="{LINK}">ouvrez</a>.</p>', subtype="html")
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.send_message(letter)


def _lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "courriels.jsonl").read_text("utf-8").splitlines()]


def test_mails_are_kept_in_order_of_arrival_across_a_restart(tmp_path: Path) -> None:
    for start in (1, 21):
        with _mailbox(tmp_path) as port:
            for number in range(start, start + 20):
                _send(port, f"Courriel n° {number} – déposé")
    lines = _lines(tmp_path)
    assert [line["id"] for line in lines] == list(range(1, 41))
    assert [line["subject"] for line in lines] == [f"Courriel n° {n} – déposé" for n in range(1, 41)]
    assert sorted(file.name for file in tmp_path.glob("*.eml")) == [f"{n:06d}.eml" for n in range(1, 41)]
    assert list(tmp_path.glob("*.part")) == []


def test_a_line_says_all_that_the_page_shows(tmp_path: Path) -> None:
    with _mailbox(tmp_path) as port:
        _send(port, "Confirmez")
    line = _lines(tmp_path)[0]
    assert (line["from"], line["to"], line["links"]) == ("portail@example.fr", ["bob@example.fr"], [LINK])
    assert "« Zoé »" in line["text"] and "<p>" in line["html"]
    assert b"Subject: Confirmez" in (tmp_path / "000001.eml").read_bytes()


def test_a_busy_port_is_said_in_words(tmp_path: Path) -> None:
    with _mailbox(tmp_path) as port:
        command = [sys.executable, "scripts/mailbox.py", "--port", str(port), "--folder", str(tmp_path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 1
    assert "ne démarre pas" in done.stderr and "Traceback" not in done.stderr
