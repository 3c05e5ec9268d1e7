"""How French is written: spaces, quotes, dates, amounts, telephone numbers. Pages and e-mails share it."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from app.core import clock

NBSP = "\u00a0"
FINE = "\u202f"
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

Replacement = str | Callable[[re.Match[str]], str]

# Addresses of the web and of people are left as they are: their signs aren't punctuation.
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[^\s@]{1,64}@[^\s@]{1,255}\.\w+")
_SIGNS_OF_ADDRESS = ("@", "://", "www.")
_SPACES = f"[ {NBSP}{FINE}]"
# Each rule with the signs without which it has nothing to do: most texts hold none of them.
_SIGN_RULES: tuple[tuple[tuple[str, ...], re.Pattern[str], Replacement], ...] = (
    (("...",), re.compile(r"\.\.\."), "…"),
    (("'",), re.compile(r"(?<=\w)'"), "’"),
    (('"',), re.compile(r'"([^"\n]*)"'), lambda found: f"«{NBSP}{found[1].strip()}{NBSP}»"),
    (("«",), re.compile(rf"«{_SPACES}*"), f"«{NBSP}"),
    (("»",), re.compile(rf"{_SPACES}*»"), f"{NBSP}»"),
    ((";", "!", "?"), re.compile(rf"{_SPACES}+(?=[;!?])"), FINE),
    ((":",), re.compile(rf"{_SPACES}+(?=:(?:\s|$))"), NBSP),
)
_DIGIT = re.compile(r"\d")
_NUMBER_RULES: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (re.compile(r"(?<=\d) (?=\d{3}(?!\d))|(?<=\d{3}) (?=\d{5}(?!\d))"), FINE),
    (re.compile(r"(?<=\d) (?=\d{2}(?: \d{2})+(?!\d))"), NBSP),
    (re.compile(rf"(?<=\d{NBSP}\d\d) (?=\d{{2}}(?!\d))"), NBSP),
    (re.compile(r"(?<=\d) (?=(?:€|%|°|h|km|min|kg)(?!\w))"), NBSP),
    (re.compile(rf"(?<=\d{NBSP}h) (?=\d)"), NBSP),
    (re.compile(r"(?<=[Nn]°) (?=\d)"), NBSP),
)
_TAG = re.compile(r"(<[^>]*>)")


def typo(text: str) -> str:
    """Text with French no-break spaces, apostrophes and quotes; applying it twice changes nothing more."""
    if not any(sign in text for sign in _SIGNS_OF_ADDRESS):
        return _typo(text)
    parts: list[str] = []
    last = 0
    for address in _ADDRESS.finditer(text):
        parts += [_typo(text[last : address.start()]), address[0]]
        last = address.end()
    return "".join([*parts, _typo(text[last:])])


def typo_html(source: str) -> str:
    """The same for HTML source: only what stands between tags changes."""
    return "".join(part if part.startswith("<") else typo(_bare(part)) for part in _TAG.split(source))


def _bare(text: str) -> str:
    # Between tags these two signs need no escape, and a quote that stays escaped would escape the rules too.
    return text.replace("&#39;", "'").replace("&#34;", '"')


def _typo(text: str) -> str:
    # Templates say the same short texts on every page: a fifth of a page's time went into doing them again.
    return _known(text) if len(text) <= _SHORT else _applied(text)


def _applied(text: str) -> str:
    for signs, pattern, replacement in _SIGN_RULES:
        if any(sign in text for sign in signs):
            text = pattern.sub(replacement, text)
    if _DIGIT.search(text):
        for pattern, replacement in _NUMBER_RULES:
            text = pattern.sub(replacement, text)
    return text


_SHORT = 120
_known = lru_cache(maxsize=2048)(_applied)


def _day_of(moment: date) -> date:
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ValueError("An instant without a time zone can't be shown as a day in Paris.")
        return clock.day_of(moment)
    return moment


def date_fr(moment: date, *, weekday: bool = False) -> str:
    """« 22 novembre 2026 », or « dimanche 22 novembre 2026 »; an instant (aware) is read in Paris."""
    day = _day_of(moment)
    number = "1er" if day.day == 1 else str(day.day)
    text = f"{number} {MONTHS[day.month - 1]} {day.year}"
    return f"{WEEKDAYS[day.weekday()]} {text}" if weekday else text


def date_short_fr(moment: date) -> str:
    """« 22/11/2026 », for tables and forms."""
    return _day_of(moment).strftime("%d/%m/%Y")


def time_fr(instant: datetime) -> str:
    """« 14 h 30 », on a wall clock in Paris."""
    _day_of(instant)
    local = clock.local(instant)
    return f"{local.hour}{NBSP}h{NBSP}{local.minute:02d}"


def datetime_fr(instant: datetime, *, weekday: bool = False) -> str:
    """« 22 novembre 2026 à 14 h 30 »."""
    return f"{date_fr(instant, weekday=weekday)} à {time_fr(instant)}"


def number_fr(value: Decimal | float, *, decimals: int | None = None) -> str:
    """« 12 345,5 »; `decimals` fixes how many figures follow the comma."""
    exact = Decimal(str(value))
    if decimals is not None:
        exact = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{exact:,f}".replace(",", FINE).replace(".", ",")


def euro(value: Decimal | float, *, cents: bool = True) -> str:
    """« 1 867,02 € », or « 1 867 € » without the cents."""
    return f"{number_fr(value, decimals=2 if cents else 0)}{NBSP}€"


def phone_fr(number: str) -> str:
    """« 05 65 00 00 00 » for a French number; another country's number keeps its form."""
    digits = re.sub(r"[^\d+]", "", number)
    national = re.sub(r"^(?:\+33|0033)0?", "0", digits)
    if re.fullmatch(r"0\d{9}", national):
        return NBSP.join(re.findall(r"\d\d", national))
    return number


def plural(count: float, one: str, many: str) -> str:
    """The word that goes with a count: in French the plural starts at two."""
    return one if abs(count) < 2 else many


def at_town(name: str) -> str:
    """« à Rodez », « au Havre », « aux Sables-d’Olonne »: the article of a town’s name contracts."""
    for article, contracted in (("Le ", "au "), ("Les ", "aux ")):
        if name.startswith(article):
            return contracted + name.removeprefix(article)
    return f"à {name}"


def of_name(name: str) -> str:
    """« de Martin », « d’Alimentation Durand »."""
    return f"d’{name}" if name[:1].casefold() in tuple("aeiouéèêàâîôœ") else f"de {name}"
