"""La bonne alternance: what is written there, field by field, and what each of its answers means."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from app.adapters.platforms.api_apprentissage_mapping import FIELDS, is_trusted, offer_write
from app.adapters.platforms.api_apprentissage_reading import key_end
from app.domain.diffusion.advert import FIELD_LABELS
from app.domain.diffusion.board import Act, Verdict
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.platforms.api_apprentissage import REFUSALS
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import ContractType, Remote
from standins.apprentissage.server import TOKEN
from tests.adapters.platforms.cases import LBA, SIRET, advert, order
from tests.support.diffusion import command, writes_to
from tests.support.examples import keeps_example
from tests.support.json_schema import problems
from tests.support.standins import Partner, apprentissage_served

S, V = DiffusionStatus, Verdict
PUBLISHED = Path(__file__).parent / "data/api_apprentissage_schema.json"
SCHEMAS = json.loads(PUBLISHED.read_text("utf-8"))["schemas"]
PAGE = "https://depot.exemple.fr/offres/exemple-offre"


@pytest.fixture(scope="module")
def served() -> Iterator[Partner]:
    with apprentissage_served() as partner:
        yield partner


@pytest.fixture
def lba(served: Partner) -> Partner:
    served.reset()
    command(served, delai=10_000)
    return served


def perform(partner: Partner, act: Act, known: DiffusionStatus = S.QUEUED, **over: Any) -> Any:
    return LBA.board(partner.url, TOKEN, 2.0).perform(order(act, known=known, **over))


ADVERTS = {
    "complet": {},
    "nu": {
        "level": None, "start_on": None, "duration_months": None, "about_company": None, "skills": (),
        "tasks": (), "address_line": "",
    },
    "deux contrats": {"contract_types": tuple(ContractType), "remote": Remote.HYBRID, "openings": 3},
}  # fmt: skip


@pytest.mark.parametrize("over", ADVERTS.values(), ids=ADVERTS)
def test_what_is_sent_fits_the_published_shape(over: dict[str, Any]) -> None:
    body = offer_write(advert(**over), page_url=PAGE, reference="DA-7K3M9P")
    assert list(problems(body, SCHEMAS["JobOfferWrite"])) == []
    ended = advert(**over, ending=EndReason.FILLED_HERE)
    closing = offer_write(ended, page_url=PAGE, reference=None, status="Filled")
    assert list(problems(closing, SCHEMAS["JobOfferWrite"])) == []
    assert "publication" not in closing["offer"]


def test_the_stand_in_answers_in_the_published_shape(lba: Partner) -> None:
    reply = perform(lba, Act.PUBLISH)
    for _ in range(2):
        read = perform(lba, Act.READ, S.SENDING, remote_id=reply.remote_id)
        said = json.loads(read.exchanges[0].answer)
        assert list(problems(said, SCHEMAS["JobOfferPublishing"])) == []
        command(lba, publier=True)
    shown = json.loads(read.exchanges[1].answer)
    schema = SCHEMAS["JobOfferRead"]
    schema["properties"]["workplace"]["properties"]["location"]["properties"]["geopoint"] = {"type": "object"}
    assert list(problems(shown, schema)) == []
    # Texts come back encoded again, and never an address nor a telephone of ours.
    assert shown["workplace"]["name"] == "Boulangerie R&amp;D « L’Église »"
    assert shown["apply"] == {"url": PAGE, "phone": None, "recipient_id": None}


def test_titles_and_companies_are_shown_as_typed(lba: Partner) -> None:
    title, company = "Soudeur <TIG & inox> en &amp; alternance", "A<B & Fils"
    about = "Atelier <neuf>.\n\nDeux chefs & vous."
    typed = advert(title=title, company=company, about_company=about)
    reply = perform(lba, Act.PUBLISH, advert=typed)
    command(lba, publier=True)
    read = perform(lba, Act.READ, S.SENDING, remote_id=reply.remote_id)
    shown = json.loads(read.exchanges[1].answer)
    assert unescape(shown["offer"]["title"]) == title
    assert unescape(shown["workplace"]["name"]) == company
    assert shown["workplace"]["description"] == "<p>Atelier &lt;neuf&gt;.</p><p>Deux chefs &amp; vous.</p>"


def test_the_documentation_shows_what_leaves(lba: Partner) -> None:
    perform(lba, Act.PUBLISH)
    [held] = command(lba)["offres"]
    page = "https://depot.exemple.fr/offres/exemple-offre"
    assert held["recu"] == offer_write(advert_of_the_same(held), page_url=page, reference="DA-7K3M9P")
    fixed = advert(
        published_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        last_day=date(2026, 12, 20),
        start_on=date(2027, 9, 1),
    )
    body = offer_write(fixed, page_url=page, reference="DA-7K3M9P")
    text = json.dumps(body, ensure_ascii=False, indent=2)
    keeps_example("plateformes/api-apprentissage.md", "offre publiée", text)


def advert_of_the_same(held: dict[str, Any]) -> Any:
    """The advert of this very test: only its instant of publication differs from a fresh one."""
    publication = held["recu"]["offer"]["publication"]["creation"]
    return advert(published_at=datetime.fromisoformat(publication))


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_each_refusal_code_keeps_its_name_and_has_its_sentence(lba: Partner, code: str) -> None:
    command(lba, refus={str(SIRET): code})
    reply = perform(lba, Act.PUBLISH)
    command(lba, publier=True)
    read = perform(lba, Act.READ, S.SENDING, remote_id=reply.remote_id)
    assert (read.verdict, read.code) == (V.REFUSED, code)
    assert REFUSALS[code].sentence[0].isupper()
    assert REFUSALS[code].field is None or REFUSALS[code].field in FIELD_LABELS


def test_a_classification_under_way_is_no_refusal(lba: Partner) -> None:
    command(lba, refus={str(SIRET): "CLASSIFICATION_PENDING"})
    reply = perform(lba, Act.PUBLISH)
    command(lba, publier=True)
    read = perform(lba, Act.READ, S.SENDING, remote_id=reply.remote_id)
    assert (read.verdict, read.status) == (V.ACCEPTED, S.AWAITING_MODERATION)


def test_a_refused_update_leaves_the_former_version_online(lba: Partner) -> None:
    reply = perform(lba, Act.PUBLISH)
    command(lba, publier=True)
    command(lba, refus={str(SIRET): "CFA_BLACKLISTED"})
    changed = advert(title="Boulangère ou boulanger")
    perform(lba, Act.UPDATE, S.PUBLISHED, remote_id=reply.remote_id, advert=changed)
    command(lba, publier=True)
    read = perform(lba, Act.READ, S.PUBLISHED, remote_id=reply.remote_id)
    assert (read.verdict, read.detail) == (V.REFUSED, "former_online")
    assert LBA.live(lba) == ["DA-7K3M9P"]


def test_in_staging_a_correction_goes_by_the_reference(lba: Partner) -> None:
    reply = perform(lba, Act.PUBLISH)
    perform(lba, Act.UPDATE, S.PUBLISHED, remote_id=reply.remote_id)
    assert [call.split()[0] for call in writes_to(lba)] == ["POST", "PUT", "POST"]
    assert len(command(lba)["offres"]) == 1


def test_closing_what_is_closed_already_is_settled_by_a_reading(lba: Partner) -> None:
    reply = perform(lba, Act.PUBLISH)
    command(lba, publier=True)
    command(lba, annuler="DA-7K3M9P")
    again = perform(lba, Act.WITHDRAW, S.PUBLISHED, remote_id=reply.remote_id)
    assert again.verdict is V.CONFLICT
    read = perform(lba, Act.READ, S.PUBLISHED, remote_id=reply.remote_id)
    assert read.status is S.CANCELLED


def test_a_missing_right_is_a_matter_of_key(lba: Partner) -> None:
    command(lba, ecriture=False)
    assert perform(lba, Act.PUBLISH).verdict is V.CREDENTIAL


def test_an_advert_that_is_too_large_leaves_nothing(lba: Partner) -> None:
    reply = perform(lba, Act.PUBLISH, advert=advert(description="x" * 1_100_000))
    assert (reply.verdict, reply.field) == (V.REFUSED, "description")
    assert writes_to(lba) == []


def test_warnings_do_not_block(lba: Partner) -> None:
    board = LBA.board(lba.url, TOKEN, 2.0)
    found = board.problems(advert(company="La Poste, agence de Rodez", naf="85.59A"))
    assert [one.blocking for one in found] == [False, False]
    assert is_trusted("L’Oréal") and not is_trusted("Boulangerie Edfou")


def test_every_field_of_theirs_has_one_of_ours() -> None:
    assert set(FIELDS.values()) <= set(FIELD_LABELS)


def test_the_end_of_a_key_is_read_in_it() -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 1_800_000_000}).encode()).decode().rstrip("=")
    assert key_end(f"e30.{claims}.signature") == date(2027, 1, 15)
    for nothing in ("jeton-du-simulateur", "a.b.c", f"e30.{claims}", "e30.e30.x"):
        assert key_end(nothing) is None
