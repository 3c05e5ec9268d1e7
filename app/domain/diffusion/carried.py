"""What is said of an offer that a file, a feed or an e-mail carries: received or read isn't published."""

from app.core.french import NBSP, datetime_fr, of_name
from app.domain.diffusion.feed_readings import last_reading
from app.domain.diffusion.feeds import IN_FEED
from app.domain.diffusion.file_recording import ACKNOWLEDGED
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.platform import Platform, Transport

S = DiffusionStatus
MAIL_QUEUED, MAILED = "mail_queued", "mail_delivered"


def carried_sentence(diffusion: Diffusion, platform: Platform) -> str | None:
    """The sentence of its state; None when it is said as of any platform."""
    site, since = platform.name, datetime_fr(diffusion.since)
    if diffusion.status is S.QUEUED and platform.transport is Transport.FILE:
        return (
            f"Partira dans le fichier de la nuit, vers 5{NBSP}h{NBSP}30. Publication {platform.usual_delay}."
        )
    if diffusion.status is S.QUEUED and platform.transport is Transport.FEED:
        return f"Sera dans le flux {of_name(site)} dans les minutes qui viennent."
    if platform.transport is Transport.EMAIL and diffusion.status is S.CANCELLED:
        return f"Retrait demandé par courriel à {site} le {since}. {site} ne le confirme pas."
    if diffusion.status is not S.SENDING:
        return None
    if diffusion.detail == MAIL_QUEUED:
        return f"Un courriel part pour {site}."
    if diffusion.detail == ACKNOWLEDGED:
        return f"Dans le fichier que {site} a reçu le {since}. {site} ne dit pas quand il la publie."
    if diffusion.detail == IN_FEED:
        return f"Dans le flux {of_name(site)} depuis le {since}. {read_sentence(platform.key)}"
    if diffusion.detail == MAILED:
        return f"Envoyée par courriel à {site} le {since}. {site} ne dit pas s’il la publie."
    return None


def read_sentence(feed: str) -> str:
    """« Dernière lecture par Indeed le… », or that nobody has read it yet."""
    reading = last_reading(feed)
    return "Personne ne l’a encore lu." if reading is None else reading.sentence
