"""The sites of the file SITES_FILE: their platforms are made known, their connectors built."""

from pathlib import Path

from app.adapters.platforms.credentials import credential_of
from app.adapters.platforms.email_board import EmailBoard
from app.adapters.platforms.rest_board import RestBoard
from app.config import Settings, SettingsProblem
from app.core.secrets import Keyring
from app.domain.diffusion.board import Board
from app.domain.diffusion.declared import DeclaredSite, read_sites
from app.domain.diffusion.platform import Transport
from app.domain.diffusion.registry import declare
from app.domain.diffusion.site_tokens import SealedToken
from app.domain.offers.visits import tagged


def declared_boards(settings: Settings) -> dict[str, Board]:
    """A connector for each site whose variables are set; a wrong file stops the start, with its reason."""
    if not settings.sites_file:
        return {}
    try:
        found = read_sites(Path(settings.sites_file))
        for site in found:
            declare(site.platform)
    except ValueError as problem:
        raise SettingsProblem(f"SITES_FILE : {problem}") from None
    return {site.platform.key: _board(site, settings) for site in found}


def _board(site: DeclaredSite, settings: Settings) -> Board:
    if site.platform.transport is Transport.EMAIL:
        return EmailBoard(site.platform, site.url)
    kept = SealedToken(site.platform.key, Keyring.of(settings.data_keys))
    turns = site.credential["kind"] == "oauth2_authorization_code"
    credential = credential_of(site.credential, kept=kept if turns else None)
    pages, origin = f"{settings.base_url}/offres", site.platform.key
    return RestBoard(site, credential, page_url=lambda public_id: tagged(f"{pages}/{public_id}", origin))
