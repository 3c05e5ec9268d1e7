"""« Où est mon offre ? »: one line a place, in words, with what is known and nothing more."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.french import datetime_fr, time_fr
from app.domain.diffusion.carried import carried_sentence
from app.domain.diffusion.lifecycle import OVER, DiffusionStatus
from app.domain.diffusion.lines import Whereabouts, feeds, here
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.orders import diffusions_of, lane_of
from app.domain.diffusion.platform import Options, Platform
from app.domain.diffusion.registry import PLATFORMS, open_platforms
from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible
from app.domain.offers.visits import visits_of
from app.outbox.lanes import IN_THE_WAY
from app.outbox.models import Circuit, OutboxMessage
from app.outbox.queueing import WAITING

S = DiffusionStatus


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read once for the whole page."""

    offer: Offer
    diffusions: Mapping[str, Diffusion]
    due: Mapping[str, datetime]
    silent_since: Mapping[str, datetime]
    visits: Mapping[str, int]


def where_is(offer: Offer) -> list[Whereabouts]:
    """This site, every platform that is open or has had the offer, then our open feeds."""
    opened = open_platforms()
    known = _read(offer)
    lines = [here(offer, known.visits)]
    for key, platform in PLATFORMS.items():
        if key not in opened and key not in known.diffusions:
            continue
        if platform.relayed_by is not None:
            lines.append(_relayed(platform, known.diffusions.get(platform.relayed_by)))
        else:
            lines.append(_line(platform, known, opened.get(key)))
    return [*lines, *feeds(offer, known.visits)]


def line_of(offer: Offer, platform: Platform) -> Whereabouts:
    """The same for one platform."""
    opened = open_platforms()
    known = _read(offer)
    if platform.relayed_by is not None:
        return _relayed(platform, known.diffusions.get(platform.relayed_by))
    return _line(platform, known, opened.get(platform.key))


def _read(offer: Offer) -> _Known:
    diffusions = {found.platform: found for found in diffusions_of(offer)}
    lanes = {lane_of(found): found.platform for found in diffusions.values()}
    due: dict[str, datetime] = {}
    silent: dict[str, datetime] = {}
    if lanes:
        waiting = sa.select(OutboxMessage.lane, OutboxMessage.due_at).where(
            OutboxMessage.lane.in_(lanes),
            OutboxMessage.template != "read",
            OutboxMessage.status.in_([*WAITING, *IN_THE_WAY]),
        )
        due = {lanes[lane]: at for lane, at in db.session.execute(waiting) if lane is not None}
        kinds = {PLATFORMS[key].kind: key for key in diffusions if key in PLATFORMS}
        troubled = sa.select(Circuit.name, Circuit.since).where(
            Circuit.name.in_(kinds), Circuit.open_until.is_not(None)
        )
        silent = {kinds[name]: at for name, at in db.session.execute(troubled) if at is not None}
    return _Known(offer, diffusions, due, silent, visits_of(offer))


def _line(platform: Platform, known: _Known, options: Options | None) -> Whereabouts:
    diffusion = known.diffusions.get(platform.key)
    if diffusion is None or diffusion.status is S.DRAFT:
        return _not_asked(platform, known.offer, options)
    base = Whereabouts(
        site=platform.name,
        state=state_of(diffusion),
        sentence=_sentence(diffusion, platform, known),
        since=diffusion.since,
        key=platform.key,
        url=diffusion.url if diffusion.status is S.PUBLISHED else None,
        views=diffusion.views,
        applications=diffusion.applications,
        figures_at=diffusion.figures_at,
        visits=known.visits.get(platform.key),
        act=_act(diffusion, known.offer, options),
        field=diffusion.reason_field,
    )
    return replace(base, notes=_notes(diffusion, platform))


def state_of(diffusion: Diffusion) -> str:
    """One of the seven words."""
    if diffusion.status is S.REFUSED and diffusion.reason_field is not None:
        return "À corriger"
    return diffusion.status.label


def _sentence(diffusion: Diffusion, platform: Platform, known: _Known) -> str:
    site, since, status = platform.name, datetime_fr(diffusion.since), diffusion.status
    silent = known.silent_since.get(platform.key)
    if (carried := carried_sentence(diffusion, platform)) is not None:
        return carried
    if status is S.UNCERTAIN or (status is S.QUEUED and silent is not None):
        at = datetime_fr(silent or diffusion.since)
        return f"{site} ne répond pas depuis le {at}. Nous vérifions ; vous n’avez rien à faire."
    if status is S.QUEUED:
        return _queued(platform, known.due.get(platform.key))
    if status is S.REFUSED:
        return _refused(diffusion, platform)
    sentences = {
        S.SENDING: f"Reçue par {site} le {since}. En attente de sa réponse.",
        S.AWAITING_MODERATION: f"{site} relit l’annonce avant de la publier.",
        S.PUBLISHED: f"Visible depuis le {since}.",
        S.SUSPENDED: f"Suspendue chez {site} depuis le {since} ; peut revenir.",
    }
    if status in OVER and diffusion.withdrawal_asked_at is None and is_visible(known.offer):
        causes = "date de fin, doublon, ou assez de candidatures"
        return f"Retirée par {site} le {since}, sans demande de votre part ({causes})."
    return sentences.get(status, f"N’est plus visible depuis le {since}.")


def _queued(platform: Platform, due: datetime | None) -> str:
    usual = f" Publication {platform.usual_delay}." if platform.usual_delay else ""
    if due is None or due <= clock.now():
        return f"Part dans les minutes qui viennent.{usual}"
    return f"Sera envoyée vers {time_fr(due)}.{usual}"


def _refused(diffusion: Diffusion, platform: Platform) -> str:
    site, said = platform.name, diffusion.reason_text
    if not said or (diffusion.reason_code not in platform.refusals and diffusion.reason_code == "UNKNOWN"):
        return f"{site} a refusé sans raison que nous sachions lire."
    known = platform.refusals.get(diffusion.reason_code)
    if known is not None and not known.is_failure:
        # It is there already, through somebody else.
        return said
    return f"{site} demande : {said}" if diffusion.reason_field else f"{site} a refusé : {said}"


def _notes(diffusion: Diffusion, platform: Platform) -> tuple[str, ...]:
    notes = []
    if diffusion.status is S.PUBLISHED and diffusion.read_at is not None:
        notes.append(f"Vérifiée le {datetime_fr(diffusion.read_at)}.")
    if diffusion.detail == "updating":
        notes.append("Votre modification est en cours d’examen ; la version précédente reste visible.")
    if diffusion.detail == "former_online":
        notes.append("La version précédente reste en ligne.")
    if diffusion.withdrawal_asked_at is not None and diffusion.status not in OVER:
        at = datetime_fr(diffusion.withdrawal_asked_at)
        when = "prévu" if diffusion.withdrawal_asked_at > clock.now() else "demandé"
        delay = f" ; {platform.name} le fait {platform.withdrawal_delay}" if platform.withdrawal_delay else ""
        notes.append(f"Retrait {when} le {at}{delay}.")
    return tuple(notes)


def _act(diffusion: Diffusion, offer: Offer, options: Options | None) -> str:
    if not is_visible(offer) or options is None:
        return ""
    if diffusion.status is S.REFUSED:
        return "fix" if diffusion.reason_field else "retry"
    if diffusion.status is S.SUSPENDED and not diffusion.wanted:
        return "ask"
    return "retry" if diffusion.status in OVER else ""


def _not_asked(platform: Platform, offer: Offer, options: Options | None) -> Whereabouts:
    obstacles = platform.obstacles(offer, options or {})
    if not is_visible(offer):
        sentence = "Demandée dès que l’offre sera en ligne." if platform.automatic else platform.about
        return Whereabouts(platform.name, "Non demandé", sentence, key=None)
    if obstacles:
        return Whereabouts(platform.name, "Non demandé", " ".join(obstacles), key=platform.key)
    return Whereabouts(platform.name, "Non demandé", platform.about, key=platform.key, act="ask")


def _relayed(platform: Platform, carrier: Diffusion | None) -> Whereabouts:
    """A derived channel has no state of its own: it follows the platform that carries the offer."""
    if carrier is not None and carrier.status is S.PUBLISHED:
        return Whereabouts(platform.name, "Envoyée", platform.relay_sentence, carrier.since)
    by = PLATFORMS[platform.relayed_by or ""].name
    gone = carrier is not None and carrier.status in OVER
    sentence = f"Suit {by}, où l’offre n’est {'plus' if gone else 'pas encore'} publiée."
    return Whereabouts(platform.name, "Retirée" if gone else "Non demandé", sentence)
