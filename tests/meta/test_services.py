"""What `make run` holds: a service ends with its children, and says why when it ends by itself."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.run import variables
from scripts.services import Service, ServiceEnded, first_answer, free_port, is_taken
from tests.support.run_services import is_alive

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import signal, time\\nsignal.signal(15, signal.SIG_IGN)\\ntime.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""  # noqa: E501


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service("boîte d’essai", [sys.executable, "-c", PARENT], dict(os.environ), tmp_path)
    service.start()
    yield service
    service.ask_to_stop()
    service.wait()


def test_a_service_ends_with_a_child_that_resists(service: Service) -> None:
    limit = time.monotonic() + 10
    while not (said := service.log.read_text("utf-8").strip()) and time.monotonic() < limit:
        time.sleep(0.02)
    child = int(said)
    assert is_alive(child)
    service.ask_to_stop()
    service.wait()
    limit = time.monotonic() + 5
    while is_alive(child) and time.monotonic() < limit:
        time.sleep(0.02)
    assert service.has_ended()
    assert not is_alive(child)


def _ended(program: str, folder: Path) -> ServiceEnded:
    service = Service("web", [sys.executable, "-c", program], dict(os.environ), folder)
    service.start()
    service.wait()
    return ServiceEnded(service)


def test_a_service_that_ends_says_which_and_why(tmp_path: Path) -> None:
    said = _ended("import sys; sys.exit('plus de place')", tmp_path).sentence
    assert "« web » s’est terminé (code 1)" in said
    assert "plus de place" in said


def test_refused_settings_are_said_one_a_line(tmp_path: Path) -> None:
    said = _ended("import sys; sys.exit('2 réglages à corriger : A manque ; B manque')", tmp_path).sentence
    assert said.strip().splitlines() == ["2 réglages à corriger :", "  A manque", "  B manque"]


def test_a_portal_that_does_not_answer_yet_has_no_status() -> None:
    port = free_port()
    assert not is_taken("127.0.0.1", port)
    assert first_answer("127.0.0.1", port, "/sante").status == 0


def test_what_the_person_has_set_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BASE_URL", "DEVELOPMENT", "LOOKUPS", "DATA_DIR", "WEB_PROCESSES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORT", "5050")
    values = variables()
    assert (values["BASE_URL"], values["DEVELOPMENT"]) == ("http://127.0.0.1:5050", "true")
    monkeypatch.setenv("BASE_URL", "https://depot.exemple.fr/alternance")
    assert (variables()["DEVELOPMENT"], variables()["LOOKUPS"]) == ("false", "real")
    monkeypatch.setenv("WEB_PROCESSES", "4")
    assert variables()["WEB_PROCESSES"] == "4"
