"""A person with nothing but HTTP and the mailbox page, at a portal started as `make run` starts it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import setup_env
from tests.support.standins import closed_port
from tests.support.visitor import Visitor, wait_for

ROOT = Path(__file__).resolve().parents[2]
# The portal brings its own database: seen once, with the first pass of the suite.
pytestmark = [
    pytest.mark.skipif(os.environ.get("TEST_DATABASE") == "postgresql", reason="déjà vu sur SQLite"),
    pytest.mark.timeout(300),
]
SHOP, EMAIL = "99100006800015", "rose.payet@fleurs-du-volcan.example"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address; everything is stopped as by Ctrl-C."""
    # A start makes the environment what the locks say: from here it must have nothing to change.
    assert setup_env.is_ready("run"), "l’environnement ne suit pas les verrous : « make setup » d’abord"
    folder = tmp_path_factory.mktemp("portail")
    port = closed_port().rpartition(":")[2]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "CI") if name in os.environ}
    wanted = {"PORT": port, "DATA_DIR": str(folder / "var"), "LOOKUPS": "standin", "WEB_PROCESSES": "1"}
    log = folder / "sortie.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.run"], cwd=ROOT, env={**kept, **wanted}, stdout=output,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    try:
        said = wait_for(
            lambda: process.poll() is not None or re.search(r"prêt : (\S+)", log.read_text("utf-8")),
            240,
            "the portal isn't ready",
        )
        assert said is not True, log.read_text("utf-8")
        yield said[1]
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(60)
    assert code == 0, log.read_text("utf-8")


def test_deposit_confirm_feed_renew_close(portal: str) -> None:
    person = Visitor(portal)
    public_id, reference = _deposit(person)
    manage = f"/gestion/offres/{public_id}"
    assert public_id in _in_feed(person)

    renewed = person.submit(person.get(f"{manage}/prolonger"), button="Prolonger")
    assert "Offre prolongée jusqu’au" in renewed.words
    assert "Elle avait déjà cette date" in renewed.words
    closed = person.submit(person.get(f"{manage}/cloturer"), {"reason": "filled_here"}, button="Clôturer")
    assert "Offre clôturée" in closed.words
    assert "clôturée" in person.letter(EMAIL, "clôturée")["subject"]
    assert person.get(f"/offres/{public_id}").status == 410
    wait_for(lambda: public_id not in _in_feed(person), 30, "the closed offer stays in the feed")
    assert reference in closed.words
    letters = person.json("/dev/courriels.json")
    assert [letter["id"] for letter in letters] == sorted(letter["id"] for letter in letters)
    assert {"id", "to", "subject", "text", "html", "links"} <= set(letters[0])


def _deposit(person: Visitor) -> tuple[str, str]:
    """Three screens and the click in the e-mail; gives the offer's identifier and its reference."""
    need = person.submit(person.get("/"), {"q": SHOP}, button="Déposer mon offre")
    answers = {"job": "fleuriste", "name": "Rose Payet", "email": EMAIL}
    check = person.submit(need, answers, button="Vérifier mon offre")
    done = person.submit(check, button="Publier")
    assert "Encore une étape : confirmez votre adresse" in done.words
    reference = re.search(r"DA-[A-Z0-9]{6}", done.words)
    assert reference
    live = person.get(person.link(person.letter(EMAIL, "confirmez")))
    online = person.submit(live, button="Confirmer et mettre en ligne")
    assert "Votre offre est en ligne jusqu’au" in online.words
    return online.request.path.split("/")[3], reference[0]


def _in_feed(person: Visitor) -> str:
    time.sleep(0.2)
    return str(person.json("/flux/offres.json"))
