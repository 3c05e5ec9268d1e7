"""Which platforms are talked to: with a key the partner, in a demonstration its stand-in, else nobody."""

import threading
from collections.abc import Callable, Mapping

import sqlalchemy as sa
from flask import Flask

from app.adapters.platforms.apec import ApecBoard
from app.adapters.platforms.apec_key import KeyParameters
from app.adapters.platforms.api_apprentissage import ApiApprentissageBoard
from app.adapters.platforms.france_travail import SCOPES, Account, FranceTravailFile
from app.adapters.platforms.tokens import Tokens
from app.adapters.rome import HttpRomeSource
from app.config import Settings
from app.core.database import db
from app.core.secrets import Keyring
from app.declared_sites import declared_boards
from app.domain.diffusion.apec.facts import facts_of
from app.domain.diffusion.board import Board
from app.domain.diffusion.engine import Pusher
from app.domain.diffusion.orders import sync_offer
from app.domain.diffusion.platform import Platform
from app.domain.diffusion.platforms.apec import APEC
from app.domain.diffusion.platforms.api_apprentissage import API_APPRENTISSAGE
from app.domain.diffusion.platforms.france_travail import FRANCE_TRAVAIL
from app.domain.diffusion.registry import PLATFORMS, switch_of, turn
from app.domain.offers.models import Offer
from app.domain.offers.queries import visible
from app.domain.offers.visits import tagged
from app.domain.reference.rome_source import RomeSource
from app.outbox import worker
from app.outbox.settling import Counts

# What opens the stand-ins, and nothing else.
_SIMULATED_BEARER = "jeton-du-simulateur"
_SIMULATED_CLIENT = ("PAR_depot_simulateur", "secret-du-simulateur")
_OAUTH_PATH = "/connexion/oauth2/access_token"

# « sel-du-simulateur », in base 64.
_SIMULATED_KEY = KeyParameters("mot-de-passe-du-simulateur", "c2VsLWR1LXNpbXVsYXRldXI", 2, 1)


def boards(settings: Settings) -> dict[str, Board]:
    """A connector for each platform that is set up, by its key."""
    found = {key: make(settings) for key, make in _MAKERS.items()}
    ours = {key: board for key, board in found.items() if board is not None}
    return {**ours, **declared_boards(settings)}


def _page_url(settings: Settings, platform: Platform) -> Callable[[str], str]:
    return lambda public_id: tagged(f"{settings.base_url}/offres/{public_id}", platform.key)


def _api_apprentissage(settings: Settings) -> Board | None:
    url, token = settings.lba_url, settings.lba_key.get_secret_value()
    pages = settings.lba_pages_url
    if not token:
        if settings.lookups == "real":
            return None
        url, token, pages = (
            f"{settings.standin_training_url}/api",
            _SIMULATED_BEARER,
            settings.standin_training_url,
        )
    return ApiApprentissageBoard(
        url,
        token=token,
        page_url=_page_url(settings, API_APPRENTISSAGE),
        pages_url=pages,
        timeout=API_APPRENTISSAGE.timeout.total_seconds(),
    )


def _france_travail(settings: Settings) -> Board | None:
    password = settings.france_travail_password.get_secret_value()
    given = (
        settings.france_travail_login, password, settings.france_travail_flow,
        settings.france_travail_partner_key, settings.france_travail_partner_name,
    )  # fmt: skip
    timeout = FRANCE_TRAVAIL.timeout.total_seconds()
    if all(given):
        search, tokens = settings.france_travail_search_url, None
        client_id = settings.france_travail_client_id
        if client_id:
            secret = settings.france_travail_client_secret.get_secret_value()
            tokens = _search_tokens(settings.rome_token_url, client_id, secret)
        return FranceTravailFile(
            settings.france_travail_url, Account(*given), page_url=_page_url(settings, FRANCE_TRAVAIL),
            search_url=search, tokens=tokens, timeout=timeout,
        )  # fmt: skip
    if settings.lookups == "real":
        return None
    base = settings.standin_rome_url
    return FranceTravailFile(
        f"{base}/partenaire/depotcurl",
        Account("depot", "mot-de-passe-du-simulateur", "DEPOTALT", "DEPALT", "Dépôt Alternance"),
        page_url=_page_url(settings, FRANCE_TRAVAIL),
        search_url=f"{base}/partenaire/offresdemploi/v2",
        tokens=_search_tokens(f"{base}{_OAUTH_PATH}", *_SIMULATED_CLIENT),
        timeout=timeout,
    )


def _search_tokens(url: str, client_id: str, secret: str) -> Tokens:
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
        "scope": f"application_{client_id} {SCOPES}",
    }
    return Tokens(url, form, params={"realm": "/partenaire"})


def simulated_job_names(settings: Settings) -> RomeSource | None:
    """The official list of the stand-in, where nobody has an access to the real one."""
    if settings.lookups == "real" or settings.rome_client_id:
        return None
    base, (client_id, secret) = settings.standin_rome_url, _SIMULATED_CLIENT
    return HttpRomeSource(
        f"{base}/partenaire", token_url=f"{base}{_OAUTH_PATH}", client_id=client_id, client_secret=secret
    )


def _apec(settings: Settings) -> Board | None:
    given = KeyParameters(
        settings.apec_password.get_secret_value(),
        settings.apec_salt.get_secret_value(),
        settings.apec_iterations,
        settings.apec_parallelism,
    )
    url, integrator, address = settings.apec_url, settings.apec_integrator, settings.apec_apply_email
    if not (integrator and address and given.is_complete):
        if settings.lookups == "real":
            return None
        url, integrator, given = settings.standin_apec_url, "99", _SIMULATED_KEY
        address = address or settings.support_email
    keyring = Keyring.of(settings.data_keys)
    return ApecBoard(
        url,
        integrator=integrator,
        parameters=given,
        facts_of=lambda advert: facts_of(advert, keyring=keyring),
        page_url=_page_url(settings, APEC),
        apply_email=lambda reference: address.replace("{reference}", reference),
        timeout=APEC.timeout.total_seconds(),
    )


_MAKERS: Mapping[str, Callable[[Settings], Board | None]] = {
    API_APPRENTISSAGE.key: _api_apprentissage,
    APEC.key: _apec,
    FRANCE_TRAVAIL.key: _france_travail,
}


def open_simulated(ready: Mapping[str, Board]) -> int:
    """For a demonstration: open what is a stand-in of this machine, and send there the offers online.

    Gives the number of platforms opened. Never commits; a real partner is opened by a person alone.
    """
    keys = [key for key, board in ready.items() if board.host in {"127.0.0.1", "localhost"}]
    fresh = [key for key in keys if not switch_of(key).is_open]
    for key in fresh:
        turn(key, on=True)
    if fresh:
        for offer in db.session.scalars(sa.select(Offer).where(visible())):
            sync_offer(offer)
    return len(fresh)


def pushers(app: Flask) -> list[Pusher]:
    """The workers of the platforms that are set up: as many a platform as it may have."""
    ready: Mapping[str, Board] = app.extensions["boards"]
    return [
        Pusher(platform, ready[key])
        for key, platform in PLATFORMS.items()
        if key in ready and platform.transport.is_pushed
        for _ in range(platform.workers)
    ]


def serve(app: Flask, stop: threading.Event) -> list[threading.Thread]:
    """A thread a worker: a platform that doesn't answer holds its own alone."""
    threads = [
        threading.Thread(
            target=worker.run, args=(app, pusher, stop), name=f"push-{pusher.platform.key}", daemon=True
        )
        for pusher in pushers(app)
    ]
    for thread in threads:
        thread.start()
    return threads


def drain(app: Flask, *, limit: int = 1000) -> dict[str, Counts]:
    """One round of every platform, in this thread; by key."""
    counts: dict[str, Counts] = {}
    for pusher in pushers(app):
        if pusher.platform.key not in counts:
            counts[pusher.platform.key] = pusher.drain(limit=limit)
    return counts
