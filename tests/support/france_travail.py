"""France Travail as a stand-in: its connector, and what it has received."""

from typing import Any

from app.adapters.platforms.france_travail import SCOPES, Account, FranceTravailFile
from app.adapters.platforms.tokens import Tokens
from standins.rome.deposit import FLOW, LOGIN, PASSWORD
from standins.rome.server import CLIENT_ID, CLIENT_SECRET, TOKEN_PATH
from tests.support.diffusion import command
from tests.support.standins import Partner

DEPOSIT = "/partenaire/depotcurl"
SEARCH = "/partenaire/offresdemploi/v2"


def file_board(
    partner: Partner, *, timeout: float = 5.0, password: str = PASSWORD, searches: bool = True
) -> FranceTravailFile:
    """The connector, at the stand-in."""
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scope": SCOPES,
    }
    tokens = Tokens(f"{partner.url}{TOKEN_PATH}", form, params={"realm": "/partenaire"})
    return FranceTravailFile(
        f"{partner.url}{DEPOSIT}",
        Account(LOGIN, password, FLOW, "DEPALT", "Dépôt Alternance"),
        page_url=lambda public_id: f"https://depot.exemple.fr/offres/{public_id}",
        search_url=f"{partner.url}{SEARCH}",
        tokens=tokens if searches else None,
        timeout=timeout,
    )


def held(partner: Partner, **asked: Any) -> list[dict[str, str]]:
    """The rows of the last file that it accepted, after a command."""
    rows: list[dict[str, str]] = command(partner, **asked)["lignes"]
    return rows
