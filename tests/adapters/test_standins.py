"""The stand-ins themselves: enough establishments, plausible ones, and servers as strict as the partners."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from app.core.identifiers import Siren, Siret
from standins.annuaire.register import companies
from standins.faults import KINDS
from tests.support.standins import Partner

PLACES = [place for company in companies() for place in company.establishments]
PROMISED = [
    "99100001900018", "99100002700011", "99100003500014", "99100004300018", "99100005000013",
    "99100005000021", "99100006800015", "99100007600018", "99100008400012", "35600000001000",
]  # fmt: skip
ROOT = Path(__file__).parents[2]


def ask(
    url: str, *, headers: dict[str, str] | None = None, data: bytes | None = None
) -> tuple[int, Any, dict[str, str]]:
    request = urllib.request.Request(url, headers=headers or {}, data=data)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.load(answer), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error), dict(error.headers)


def test_there_are_more_than_forty_establishments_with_good_keys() -> None:
    assert len(PLACES) >= 40
    assert len({place.siret for place in PLACES}) == len(PLACES)
    for company in companies():
        Siren(company.siren)
        assert company.siren.startswith("991") or company.siren == "356000000"
        for place in company.establishments:
            assert Siret(place.siret).siren == company.siren


def test_the_promised_establishments_are_there_and_one_is_nowhere() -> None:
    known = {place.siret for place in PLACES}
    assert set(PROMISED) <= known
    assert Siret("99100009200015") not in known


def test_the_post_office_follows_the_rule_of_la_poste_not_luhn() -> None:
    assert sum(map(int, "35600000001000")) % 5 == 0


UNKNOWN = [
    ("/search?q=boulangerie&couleur=rouge", 400, "erreur"),
    ("/search", 400, "erreur"),
    ("/search?q=ab", 400, "erreur"),
    ("/search?q=boulangerie&per_page=26", 400, "erreur"),
    ("/search?q=boulangerie&page=0", 400, "erreur"),
    ("/search?q=boulangerie&limite_matching_etablissements=101", 400, "erreur"),
    ("/search?q=boulangerie&include=siege", 400, "erreur"),
    ("/geocodage/search?q=ab", 400, "detail"),
    ("/geocodage/search?q=-rue", 400, "detail"),
    ("/geocodage/search?q=rodez&autocomplet=1", 400, "detail"),
    ("/geocodage/search?q=rodez&type=ville", 400, "detail"),
    ("/geocodage/reverse?lon=a&lat=b", 400, "detail"),
    ("/api-sirene/3.11/siret/99100001900018", 401, "message"),
    ("/ailleurs", 404, "erreur"),
]


@pytest.mark.parametrize(("path", "status", "key"), UNKNOWN)
def test_what_the_partner_would_refuse_is_refused(
    annuaire: Partner, path: str, status: int, key: str
) -> None:
    found, content, _ = ask(annuaire.url + path)
    assert (found, key in content) == (status, True)


def test_a_direct_look_up_ignores_every_filter(annuaire: Partner) -> None:
    _, content, _ = ask(f"{annuaire.url}/search?q=99100001900018&etat_administratif=C&code_postal=75001")
    assert content["total_results"] == 1


def test_filters_serve_a_search_by_words(annuaire: Partner) -> None:
    query = urlencode({"q": "des", "code_postal": "29000", "etat_administratif": "A"})
    _, content, _ = ask(f"{annuaire.url}/search?{query}")
    assert [result["siren"] for result in content["results"]] == ["991000498"]


def test_the_establishments_given_are_counted(annuaire: Partner) -> None:
    _, content, _ = ask(f"{annuaire.url}/search?q=991000480&limite_matching_etablissements=2")
    (result,) = content["results"]
    assert (result["nombre_etablissements"], len(result["matching_etablissements"])) == (4, 2)


def test_a_point_gives_back_its_address(annuaire: Partner) -> None:
    _, content, _ = ask(f"{annuaire.url}/geocodage/reverse?lat=44.351&lon=2.573&type=housenumber")
    assert content["features"][0]["properties"]["citycode"] == "12202"


def test_the_rate_switch_refuses_the_request_too_many(annuaire: Partner) -> None:
    annuaire.limits(2)
    answers = [ask(f"{annuaire.url}/search?q=99100001900018") for _ in range(4)]
    assert [status for status, _, _ in answers].count(429) >= 1
    assert next(headers for status, _, headers in answers if status == 429)["Retry-After"] == "1"


def test_a_switch_counts_its_times_and_an_unknown_one_is_refused(annuaire: Partner) -> None:
    annuaire.fails("503", path="/search", times=2)
    assert [_status(f"{annuaire.url}/search?q=991000019") for _ in range(3)] == [503, 503, 200]
    with pytest.raises(urllib.error.HTTPError):
        annuaire.fails("tremblement-de-terre")
    assert {"down", "slow", "429", "500", "garbage"} <= set(KINDS)


def test_the_log_holds_requests_and_no_secret(annuaire: Partner) -> None:
    headers = {"X-INSEE-Api-Key-Integration": "tres-secret"}
    ask(f"{annuaire.url}/api-sirene/3.11/siret/99100001900018", headers=headers)
    (entry,) = annuaire.journal()
    assert "tres-secret" not in json.dumps(entry)
    annuaire.reset()
    assert annuaire.journal() == []


ROME_REFUSALS = [
    ("?realm=/partenaire", "grant_type=password", 400),
    ("?realm=partenaire", "grant_type=client_credentials", 400),
    ("", "grant_type=client_credentials", 400),
    (
        "?realm=/partenaire",
        "grant_type=client_credentials&client_id=x&client_secret=y&scope=nomenclatureRome",
        401,
    ),
    ("?realm=/partenaire", "grant_type=client_credentials&couleur=rouge", 400),
]


@pytest.mark.parametrize(("query", "form", "status"), ROME_REFUSALS)
def test_tokens_are_given_on_good_credentials_only(rome: Partner, query: str, form: str, status: int) -> None:
    assert ask(f"{rome.url}/connexion/oauth2/access_token{query}", data=form.encode())[0] == status


def test_rome_opens_to_a_good_token_only(rome: Partner) -> None:
    url = f"{rome.url}/partenaire/rome-metiers/v1/metiers/appellation"
    assert ask(url)[0] == 401
    assert ask(url, headers={"Authorization": "Bearer faux"})[0] == 401


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_command_serves_them_until_told_to_stop() -> None:
    ports = [_free_port(), _free_port(), _free_port()]
    command = [
        sys.executable,
        "-m",
        "standins",
        "--port-annuaire",
        str(ports[0]),
        "--port-rome",
        str(ports[1]),
        "--port-apprentissage",
        str(ports[2]),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in ports]
        assert [line.split(" : ")[1].strip() for line in lines] == [
            f"http://127.0.0.1:{port}" for port in ports
        ]
        assert ask(f"http://127.0.0.1:{ports[0]}/_sante")[1] == {"nom": "annuaire"}
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
        assert time.monotonic() - start < 2
