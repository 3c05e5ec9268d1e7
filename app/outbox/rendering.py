"""E-mails in words, from their templates."""

import re
from typing import Any

from jinja2 import Environment

from app.config import Settings
from app.outbox.compose import Rendered
from app.outbox.message import Mail

# Everything that ends a line or hides in one, but for no-break spaces, which French needs.
_BREAKS = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029]+")


def one_line(text: str) -> str:
    """Text on one line, without control characters: nothing typed can add a header."""
    return _BREAKS.sub(" ", text).strip(" ")


class JinjaRenderer:
    """Renders `emails/<name>/{subject.txt,body.txt,body.html}` in the given environment."""

    def __init__(self, environment: Environment, settings: Settings) -> None:
        self.environment = environment
        self.given = {
            "service_name": settings.service_name,
            "base_url": settings.base_url,
            "support_email": settings.support_email,
            "support_phone": settings.support_phone,
        }

    def __call__(self, mail: Mail, link_url: str | None, unsubscribe_url: str | None) -> Rendered:
        """The three parts of an e-mail; undefined variables and missing templates raise."""
        values: dict[str, Any] = {
            **self.given,
            "mail_code": mail.code,
            "mail_name": mail.name,
            "recipient": mail.to,
            "link_url": link_url,
            "unsubscribe_url": unsubscribe_url,
            **mail.context(),
        }
        folder = f"emails/{mail.name}"
        values["subject"] = one_line(self._part(f"{folder}/subject.txt", values))
        return Rendered(
            subject=values["subject"],
            text=self._part(f"{folder}/body.txt", values),
            html=self._part(f"{folder}/body.html", values),
        )

    def _part(self, template: str, values: dict[str, Any]) -> str:
        return self.environment.get_template(template).render(values)
