"""A declared board: its four kinds of credentials, its tokens, its declaration."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.adapters.platforms.rest_board import RestBoard
from app.adapters.platforms.rest_mapping import facts_of
from app.adapters.platforms.tokens import TokenRefused, Tokens
from app.core import clock
from app.core.secrets import Keyring
from app.domain.diffusion.board import Act, Reply, Verdict
from app.domain.diffusion.declared import DeclarationProblem, read_sites
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.platform import Transport
from app.domain.diffusion.registry import declare
from app.domain.diffusion.site_tokens import SealedToken
from standins.sites.server import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, sites
from tests.adapters.platforms.cases import advert, order
from tests.support.diffusion import command
from tests.support.examples import keeps_example
from tests.support.sites import CREDENTIALS, DECLARATION, declared, rest_board, sites_served
from tests.support.standins import Partner, served

S, V = DiffusionStatus, Verdict


@pytest.fixture(scope="module")
def site_served() -> Iterator[Partner]:
    """The board."""
    with sites_served() as partner:
        yield partner


@pytest.fixture
def partner(site_served: Partner) -> Partner:
    """The same, empty and well."""
    site_served.reset()
    return site_served


def published(board: RestBoard, reference: str = "DA-7K3M9P") -> Reply:
    return board.perform(order(Act.PUBLISH, known=S.QUEUED, reference=reference))


@pytest.mark.parametrize("kind", CREDENTIALS)
def test_each_kind_of_credentials_opens_the_board(partner: Partner, kind: str) -> None:
    board = rest_board(partner.url, kind)
    assert published(board).verdict is V.ACCEPTED
    assert board.test().works


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("api_key", "key"),
        ("api_key_in_query", "key"),
        ("username_password", "password"),
        ("oauth2_client_credentials", "client_secret"),
        ("oauth2_authorization_code", "refresh_token"),
    ],
)
def test_wrong_credentials_are_said_as_such_and_never_shown(
    partner: Partner, kind: str, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    board = rest_board(partner.url, kind, **{part: "un-secret-perdu-7f3"})
    reply = published(board)
    assert reply.verdict is V.CREDENTIAL
    assert not board.test().works
    assert "un-secret-perdu-7f3" not in caplog.text + repr(reply) + repr(board) + repr(board._site)


@pytest.mark.parametrize("kind", ["oauth2_client_credentials", "oauth2_authorization_code"])
def test_a_token_is_asked_for_once_then_kept_until_its_end(partner: Partner, kind: str) -> None:
    board = rest_board(partner.url, kind)
    for rank in range(3):
        published(board, f"DA-{rank}")
    assert len(partner.journal("/oauth")) == 1
    # Ended before its time: another one, once, and the same act is done once.
    command(partner, perimer=True)
    assert published(board, "DA-3").verdict is V.ACCEPTED
    assert len(partner.journal("/oauth")) == 2
    assert len(command(partner)["offres"]) == 4


def test_a_token_is_renewed_shortly_before_its_end() -> None:
    with served(sites(lifetime=11)) as partner:
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        tokens = Tokens(f"{partner.url}/oauth/token", form)
        first = tokens.current()
        assert tokens.current() == first
        with clock.moved_by(timedelta(seconds=2)):
            assert tokens.current() != first


def test_a_refresh_token_that_turns_is_kept_for_the_next_process(app: Flask, partner: Partner) -> None:
    with app.app_context():
        kept = SealedToken("emplois_locaux", Keyring.of(["x" * 32]))
        kind = "oauth2_authorization_code"
        assert published(rest_board(partner.url, kind, kept=kept)).verdict is V.ACCEPTED
        turned = kept.load()
        assert turned not in {None, REFRESH_TOKEN}
        again = rest_board(partner.url, kind, kept=SealedToken("emplois_locaux", Keyring.of(["x" * 32])))
        assert published(again, "DA-2").verdict is V.ACCEPTED
        with pytest.raises(TokenRefused):
            rest_board(partner.url, kind)._credential.headers()


def test_two_processes_that_renew_at_the_same_time_are_not_a_refused_key(
    app: Flask, partner: Partner
) -> None:
    class ReadJustBefore(SealedToken):
        """What was kept when it was first read is used up by another process before it is sent."""

        readings = 0

        def load(self) -> str | None:
            self.readings += 1
            return None if self.readings == 1 else super().load()

    kind, ring = "oauth2_authorization_code", Keyring.of(["x" * 32])
    with app.app_context():
        published(rest_board(partner.url, kind, kept=SealedToken("emplois_locaux", ring)))
        late = rest_board(partner.url, kind, kept=ReadJustBefore("emplois_locaux", ring))
        assert published(late, "DA-2").verdict is V.ACCEPTED


def test_tokens_that_cannot_be_had_do_no_harm(partner: Partner) -> None:
    partner.fails("503", path="/oauth")
    assert published(rest_board(partner.url, "oauth2_client_credentials")).verdict is V.TRANSIENT
    assert command(partner)["offres"] == []


def test_in_doubt_it_is_found_again_by_its_reference(partner: Partner) -> None:
    board = rest_board(partner.url)
    remote_id = published(board).remote_id
    found = board.perform(order(Act.READ, known=S.UNCERTAIN))
    assert (found.remote_id, found.status) == (remote_id, S.AWAITING_MODERATION)
    assert published(board).verdict is V.CONFLICT
    assert board.perform(order(Act.WITHDRAW, known=S.UNCERTAIN)).verdict is V.ACCEPTED
    absent = board.perform(order(Act.WITHDRAW, known=S.UNCERTAIN, reference="DA-JAMAIS"))
    assert absent.verdict is V.ABSENT


def test_figures_are_those_that_it_tells(partner: Partner) -> None:
    board = rest_board(partner.url)
    remote_id = published(board).remote_id
    read = board.perform(order(Act.READ, known=S.SENDING, remote_id=remote_id))
    assert (read.views, read.applications) == (12, 0)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sites.toml"
    path.write_text(text, "utf-8")
    return path


RIGHT = DECLARATION.format(
    key="essai", timeout=2, repeatable="true", credential='kind = "api_key", name = "X", key = "${CLE}"'
)


def test_the_documentation_shows_what_leaves() -> None:
    keeps_example("plateformes/rest.md", "déclaration", RIGHT.strip(), language="toml")
    fixed = advert(last_day=date(2026, 12, 20), start_on=date(2027, 9, 1))
    facts = facts_of(fixed, reference="DA-7K3M9P", url="https://depot.exemple.fr/offres/exemple-offre")
    body = {"externalId": facts.pop("reference"), **facts}
    text = json.dumps(body, ensure_ascii=False, indent=2)
    keeps_example("plateformes/rest.md", "corps", text)


def test_a_site_whose_key_is_not_set_is_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, RIGHT)
    assert read_sites(path, {"SITES": "https://site.exemple"}) == []
    [site] = read_sites(path, {"SITES": "https://site.exemple", "CLE": "cle-secrete"})
    assert (site.url, site.platform.transport) == ("https://site.exemple/api", Transport.REST)
    assert "cle-secrete" not in repr(site)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('form = "rest"', 'form = "soap"'), "rest ou email"),
        (('kind = "api_key"', 'kind = "magie"'), "username_password"),
        (('name = "X", ', ""), "identifiants : name"),
        (('key = "essai"', 'key = "Un Essai"'), "clé"),
        (("per_minute", "par_minute"), "réglage inconnu : par_minute"),
        (('"read"]', '"voler"]'), "capacité inconnue"),
        (('field = "title"', 'field = "salaire"'), "champ inconnu"),
        (("title = [3, 100]", "title = [3]"), "essai"),
        (("[[site]]", "[site"), "illisible"),
        (("[[site]]", "[autre]\nx = 1\n[[site]]"), "seules des tables"),
    ],
)
def test_a_wrong_declaration_is_said_with_its_reason(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    path = written(tmp_path, RIGHT.replace(*change, 1))
    with pytest.raises(DeclarationProblem, match=said):
        read_sites(path, {"SITES": "https://site.exemple", "CLE": "c"})


def test_a_declaration_never_replaces_one_of_ours(partner: Partner) -> None:
    with pytest.raises(ValueError, match="déjà celle de"):
        declared(partner.url, CREDENTIALS["api_key"], key="apec")
    site = declared(partner.url, CREDENTIALS["api_key"], key="un_autre_site")
    declare(site.platform)
