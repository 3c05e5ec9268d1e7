"""The stand-ins refuse what their partners would: without this the connectors would be tried on nothing."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from app.adapters.platforms.apec import ApecBoard
from app.adapters.platforms.rest_mapping import facts_of
from app.domain.diffusion.board import Act, Verdict
from app.domain.diffusion.lifecycle import DiffusionStatus
from standins.sites.server import JOBS, KEY
from tests.adapters.platforms.cases import APEC, advert, order
from tests.support.sites import sites_served
from tests.support.standins import apec_served


def _posted(url: str, body: bytes, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def _job(**over: Any) -> dict[str, Any]:
    facts = facts_of(advert(), reference="DA-7K3M9P", url="https://depot.exemple.fr/offres/exemple-offre")
    facts["externalId"] = facts.pop("reference")
    return {name: value for name, value in {**facts, **over}.items() if value != "absent"}


def test_a_declared_site_checks_names_types_lengths_and_what_is_required() -> None:
    wrong: dict[str, Any] = {
        "externalId": 7, "url": "exemple.fr", "title": "ab", "description": "", "company": "absent",
        "location": {"city": "Rodez"}, "contract_types": ["stage"], "duration_months": "24",
        "start_on": "01/09/2027", "level": 8, "rome_codes": [], "remote": "non", "openings": True,
        "expires_on": "2027-02-31", "status": "pending", "salaire": 1,
    }  # fmt: skip
    with sites_served() as site:
        for name, value in wrong.items():
            body = json.dumps(_job(**{name: value})).encode()
            status, said = _posted(site.url + JOBS, body, **{"X-Api-Key": KEY})
            assert (status, json.loads(said).get("field")) == (422, name)
        assert _posted(site.url + JOBS, json.dumps(_job()).encode(), **{"X-Api-Key": KEY})[0] == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/soap+xml; charset=utf-8"},
        {"Content-Type": "text/xml; charset=iso-8859-1"},
        {"SOAPAction": ""},
        {"SOAPAction": '"http://adep.apec.fr/hrxml/sep/getPositionStatus"'},
    ],
)
def test_apec_wants_its_headers(headers: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    with apec_served() as partner:
        board = APEC.board(partner.url, APEC.secret, 2.0)
        assert isinstance(board, ApecBoard)
        send = board._caller.call
        monkeypatch.setattr(
            board._caller,
            "call",
            lambda *args, **given: send(*args, **{**given, "headers": {**given["headers"], **headers}}),
        )
        reply = board.perform(order(Act.PUBLISH, known=DiffusionStatus.QUEUED))
        assert (reply.verdict, APEC.live(partner)) == (Verdict.DOUBTFUL, [])
