"""Dates as French people type them."""

import re
from datetime import date
from typing import Any

from wtforms import Form
from wtforms.validators import ValidationError

from app.core import clock
from app.core.french import MONTHS, date_fr

_NUMBERS = re.compile(r"([0-9]{1,2})\s*[/.\- ]\s*([0-9]{1,2})\s*[/.\- ]\s*([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_WORDS = re.compile(r"([0-9]{1,2})(?:er)?\s+([a-zéûèà]+)\s+([0-9]{4})")
IMPOSSIBLE = "Cette date n’existe pas. Vérifiez le jour et le mois."


def read_date(text: str) -> date:
    """A date from 01/09/2027, 1-9-2027, 2027-09-01 or 1er septembre 2027; raises ValueError."""
    compact = " ".join(text.split()).casefold()
    if found := _ISO.fullmatch(compact):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.fullmatch(compact):
        return date(int(found[3]), int(found[2]), int(found[1]))
    if (found := _WORDS.fullmatch(compact)) and found[2] in MONTHS:
        return date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
    raise ValueError(text)


def latest_start(today: date) -> date:
    """The same day two years later; the 28th stands for a 29th of February."""
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return date(today.year + 2, today.month, day)


class StartDate:
    """A day between today and two years from now; the field gets it as `day`."""

    def __call__(self, form: Form, field: Any) -> None:
        today = clock.today()
        try:
            day = read_date(field.data or "")
        except ValueError:
            raise ValidationError(IMPOSSIBLE) from None
        limit = latest_start(today)
        if not today <= day <= limit:
            raise ValidationError(f"Choisissez une date entre aujourd’hui et le {date_fr(limit)}.")
        field.day = day
