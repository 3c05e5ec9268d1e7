"""A declared board against its stand-in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.adapters.platforms.credentials import credential_of
from app.adapters.platforms.rest_board import RestBoard
from app.adapters.platforms.tokens import Kept
from app.domain.diffusion.declared import DeclaredSite, read_sites
from app.domain.diffusion.registry import declare
from standins.sites.server import CLIENT_ID, CLIENT_SECRET, KEY, PASSWORD, REFRESH_TOKEN, USER, sites
from tests.support.standins import Partner, served

SITE = "emplois_locaux"
OAUTH = {"token_url": "${SITES}/oauth/token", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
CREDENTIALS: dict[str, dict[str, str]] = {
    "api_key": {"kind": "api_key", "name": "X-Api-Key", "key": KEY},
    "api_key_in_query": {"kind": "api_key", "name": "api_key", "key": KEY, "place": "query"},
    "username_password": {"kind": "username_password", "username": USER, "password": PASSWORD},
    "oauth2_client_credentials": {"kind": "oauth2_client_credentials", **OAUTH},
    "oauth2_authorization_code": {
        "kind": "oauth2_authorization_code",
        **OAUTH,
        "refresh_token": REFRESH_TOKEN,
    },
}
DECLARATION = """
[[site]]
key = "{key}"
name = "Emplois locaux"
form = "rest"
about = "Les offres d’emploi de l’Aveyron."
url = "${{SITES}}/api"
path = "/jobs"
timeout = {timeout}
per_minute = 100000
abilities = ["update", "withdraw", "read"]
usual_delay = "en général dans l’heure"
repeatable = {repeatable}
credential = {{ {credential} }}
fields = {{ reference = "externalId" }}
limits = {{ title = [3, 100] }}
refusals = {{ title_refused = {{ sentence = "Le titre est trop vague pour ce site.", field = "title" }} }}
"""


def declared(
    url: str, credential: dict[str, str], *, timeout: float = 2.0, key: str = SITE, repeatable: bool = True
) -> DeclaredSite:
    """The declaration, read from a file as in production, its platform known to the registry."""
    said = ", ".join(f'{name} = "{value}"' for name, value in credential.items())
    text = DECLARATION.format(key=key, timeout=timeout, credential=said, repeatable=str(repeatable).lower())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sites.toml"
        path.write_text(text, "utf-8")
        [site] = read_sites(path, {"SITES": url})
    declare(site.platform)
    return site


def rest_board(
    url: str, kind: str = "api_key", *, timeout: float = 2.0, kept: Kept | None = None, **over: Any
) -> RestBoard:
    """The connector, with one of the kinds of credentials; `over` changes a part of them."""
    credential = {**CREDENTIALS[kind], **{name: str(value) for name, value in over.items()}}
    site = declared(url, credential, timeout=timeout)
    opened = credential_of(site.credential, kept=kept, timeout=timeout)
    pages = "https://depot.exemple.fr/offres"
    return RestBoard(site, opened, page_url=lambda public_id: f"{pages}/{public_id}?via={site.platform.key}")


@contextmanager
def sites_served(*, lifetime: float = 3600.0, delay: float = 0.0) -> Iterator[Partner]:
    """The board."""
    with served(sites(lifetime=lifetime, delay=delay)) as partner:
        yield partner
