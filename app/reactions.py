"""What follows from what: the map of the service on one page."""

from collections.abc import Mapping, Sequence

from app.core.events import Event, Reaction
from app.domain.cfa_requests import reaching
from app.domain.diffusion import follow_ups as diffusion
from app.domain.diffusion.apec import follow_ups as apec
from app.domain.diffusion.events import (
    DiffusionLost,
    DiffusionModerated,
    DiffusionPublished,
    DiffusionRefused,
    PlatformStopped,
)
from app.domain.employers.events import AccessAsked, ContactReplaced, EstablishmentChecked, NewLinkAsked
from app.domain.offers import follow_ups, rights
from app.domain.offers.events import (
    ActUndone,
    HoldDecided,
    OfferClosed,
    OfferDeposited,
    OfferEdited,
    OfferHeld,
    OfferPublished,
    OfferRenewed,
    OffersExpired,
)
from app.domain.opco import contacts, services
from app.outbox.events import AddressBounced, MailStopped


def _tell_opco_register(event: AddressBounced) -> None:
    contacts.note_bounce(event.email)


REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    OfferDeposited: [follow_ups.ask_confirmation],
    OfferPublished: [follow_ups.tell_online, services.tell_of_publication, diffusion.publish_everywhere],
    OfferHeld: [follow_ups.tell_held, services.tell_of_hold, diffusion.update_everywhere],
    HoldDecided: [follow_ups.tell_decision, diffusion.follow_decision],
    OfferEdited: [diffusion.update_everywhere],
    OfferRenewed: [follow_ups.tell_renewed, diffusion.update_everywhere],
    OfferClosed: [follow_ups.tell_closed, diffusion.withdraw_everywhere],
    ActUndone: [follow_ups.take_back_mails, diffusion.follow_undo],
    OffersExpired: [follow_ups.tell_expired, diffusion.withdraw_expired],
    AccessAsked: [reaching.send_lost_links],
    NewLinkAsked: [rights.send_new_link, reaching.send_new_link],
    ContactReplaced: [follow_ups.move_offers],
    EstablishmentChecked: [follow_ups.act_on_check],
    AddressBounced: [follow_ups.mark_bounced, _tell_opco_register, reaching.follow_bounce],
    MailStopped: [],
    DiffusionPublished: [diffusion.tell_published, apec.tell_published],
    DiffusionRefused: [diffusion.tell_refused, apec.follow_refusal],
    DiffusionModerated: [diffusion.tell_moderated, apec.tell_moderated],
    DiffusionLost: [],
    PlatformStopped: [diffusion.tell_stopped],
}
