"""The e-mails that the development mailbox has kept, read from its index."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = "courriels"
INDEX = "courriels.jsonl"


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail as it was received; `id` counts from 1 in order of arrival."""

    id: int
    received_at: str
    to: str
    subject: str
    text: str
    html: str
    links: tuple[str, ...]

    def public(self) -> dict[str, Any]:
        """What scripts read."""
        return {
            "id": self.id,
            "to": self.to,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "links": list(self.links),
        }


def letters(data_dir: Path) -> list[Letter]:
    """Every e-mail, oldest first; none when the mailbox has never run."""
    try:
        lines = (data_dir / FOLDER / INDEX).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [letter for line in lines if (letter := _read(line)) is not None]


def _read(line: str) -> Letter | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None  # a line that is being written
    return Letter(
        id=found["id"],
        received_at=found["received_at"],
        to=", ".join(found["to"]),
        subject=found["subject"],
        text=found["text"],
        html=found["html"],
        links=tuple(found["links"]),
    )
