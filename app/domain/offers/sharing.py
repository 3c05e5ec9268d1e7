"""A ready text about an offer, short enough for one SMS, and the links that open it in a messaging app."""

import re
import unicodedata
from urllib.parse import quote

from app.core.french import date_fr
from app.domain.offers.models import UNNAMED, Offer

SMS_LENGTH = 160
"""Characters of one message while all of them are in the GSM alphabet (3GPP TS 23.038); 70 otherwise."""

# The basic table, without the signs that count twice. It has é, è, à, ù but neither ç, ê nor œ.
GSM = frozenset(
    "@£$¥èéùìòØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_REPLACED = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "«": '"',
        "»": '"',
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "œ": "oe",
        "Œ": "OE",
        "€": "EUR",
        "\u00a0": " ",
        "\u202f": " ",
        "\n": " ",
        "\r": " ",
        "\t": " ",
    }  # fmt: skip
)
# « mot » becomes "mot": the spaces of French quotes go with them.
_INSIDE_QUOTES = re.compile(r"(?<=«)\s+|\s+(?=»)")
_CUT = "..."


def share_text(offer: Offer, url: str) -> str:
    """Job, town, company, start, then `url`: at most 160 GSM characters. What doesn't fit is left out.

    The address is never cut. `url` is the short address of the offer, in full and in ASCII.
    """
    where = f" à {offer.city}" if offer.city else ""
    by = "" if offer.company == UNNAMED else f" ({offer.company})"
    # What no date is known for isn't said: « dès que possible » would be a guess in a week.
    start = f", début le {date_fr(offer.start_on)}" if offer.start_on else ""
    room = SMS_LENGTH - len(url) - len(" : ")
    endings = (where + by + start, where + start, where, "")
    said = [to_gsm(offer.title + ending) for ending in endings]
    words = next((text for text in said if len(text) <= room), said[-1])
    if len(words) > room:
        words = words[: max(0, room - len(_CUT))].rstrip() + _CUT if room > len(_CUT) else ""
    return f"{words} : {url}" if words else url


def sms_link(text: str) -> str:
    """Opens the telephone's own messages with this text, on Android and iOS alike."""
    return f"sms:?&body={quote(text, safe='')}"


def whatsapp_link(text: str) -> str:
    """Opens WhatsApp with this text; nothing is asked from a third party before the person clicks."""
    return f"https://wa.me/?text={quote(text, safe='')}"


def to_gsm(text: str) -> str:
    """The text with GSM characters alone: a straight apostrophe, « c » for « ç », « e » for « ê »."""
    text = _INSIDE_QUOTES.sub("", unicodedata.normalize("NFC", text))
    kept = "".join(_gsm_of(sign) for sign in text.translate(_REPLACED))
    return " ".join(kept.split())


def _gsm_of(sign: str) -> str:
    if sign in GSM:
        return sign
    bare = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
    return bare if bare and all(part in GSM for part in bare) else ""
