"""`make run`: from nothing to a filled portal on this machine, and everything stopped together.

Standard library only: it starts under any Python 3.11, before the environment exists.
"""

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from scripts import prepare
from scripts.services import Health, Service, ServiceEnded, first_answer, free_port, is_taken

ROOT = prepare.ROOT
READY_LIMIT = 60.0
DEFAULT_PORT = 5000


class Stopped(Exception):
    """Ctrl-C, or SIGTERM."""


def variables() -> dict[str, str]:
    """The environment of every process: what the person has set, then `.env`, then our defaults."""
    given = {**_from_file(ROOT / ".env"), **{key: value for key, value in os.environ.items() if value}}
    host, port = given.get("HOST", "127.0.0.1"), given.get("PORT", str(DEFAULT_PORT))
    base = given.get("BASE_URL", f"http://127.0.0.1:{port}")
    own = urlsplit(base).hostname in {"127.0.0.1", "localhost"}
    defaults = {
        "HOST": host,
        "PORT": port,
        "DATA_DIR": "var",
        "BASE_URL": base,
        "WEB_PROCESSES": "2",
        "LOOKUPS": "auto" if own else "real",
        "DEVELOPMENT": "true" if own else "false",
        "PYTHONUNBUFFERED": "1",
    }
    return {**defaults, **given}


def _from_file(path: Path) -> dict[str, str]:
    """Lines NAME=value of a file; comments, empty lines and empty values are passed over."""
    if not path.exists():
        return {}
    pairs = (line.partition("=") for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs if value.strip()}


def services(values: dict[str, str]) -> list[Service]:
    """What runs, in the order of starting; ports that are ours alone are written into `values`."""
    python, logs = prepare.PYTHON, ROOT / values["DATA_DIR"] / "journaux"
    wanted: list[tuple[str, list[object]]] = []
    if values["LOOKUPS"] != "real":
        annuaire, rome, training, identity, apec, sites = (free_port() for _ in range(6))
        values["STANDIN_DIRECTORY_URL"] = f"http://127.0.0.1:{annuaire}"
        values["STANDIN_ROME_URL"] = f"http://127.0.0.1:{rome}"
        values["STANDIN_TRAINING_URL"] = f"http://127.0.0.1:{training}"
        values["STANDIN_APEC_URL"] = f"http://127.0.0.1:{apec}"
        values["STANDIN_SITES_URL"] = f"http://127.0.0.1:{sites}"
        values.setdefault("SITES_FILE", str(ROOT / "standins" / "sites" / "demonstration.toml"))
        values["STANDIN_PROCONNECT_URL"] = f"http://127.0.0.1:{identity}"
        ports = ["--port-annuaire", annuaire, "--port-rome", rome, "--port-apprentissage", training]
        ports += ["--port-proconnect", identity, "--port-apec", apec, "--port-sites", sites]
        command = [python, "-m", "standins", *ports]
        wanted.append(("simulateurs", command))
    if "SMTP_HOST" not in values:
        values["SMTP_HOST"] = "127.0.0.1"
        values["SMTP_PORT"] = values.get("SMTP_PORT") or str(free_port())
        wanted.append(("boîte aux lettres", [python, "scripts/mailbox.py"]))
    wanted.append(("traitements", [python, "-m", "flask", "--app", "app.cli", "jobs", "serve"]))
    wanted.append(("web", [python, "-m", "gunicorn", "wsgi:app", "--threads", "4"]))
    return [Service(name, command, values, logs) for name, command in wanted]


def run(started: list[Service]) -> None:
    """Prepare, start, wait until the portal answers, then watch until one ends or the person stops all."""
    begun = time.monotonic()
    values = variables()
    if not values["PORT"].isdecimal():
        raise SystemExit(f"PORT doit être un nombre, pas « {values['PORT']} ».")
    if is_taken(values["HOST"], int(values["PORT"])):
        raise SystemExit(f"Le port {values['PORT']} est déjà pris. Un autre : PORT=5050 make run")
    prepare.say("Dépôt Alternance démarre")
    prepare.environment("run")
    prepare.static_files()
    # Before the database: the example opens the site that is declared.
    wanted = services(values)
    prepare.database(values)
    for service in wanted:
        service.start()
        started.append(service)
    _wait_until_ready(values, started)
    _announce(values, time.monotonic() - begun)
    while True:
        _check(started)
        time.sleep(0.2)


def _wait_until_ready(values: dict[str, str], started: list[Service]) -> None:
    host = "127.0.0.1" if values["HOST"] in {"0.0.0.0", "::"} else values["HOST"]  # noqa: S104  # read, not bound
    prefix = urlsplit(values["BASE_URL"]).path.rstrip("/")
    limit = time.monotonic() + READY_LIMIT
    health = Health(0, "")
    while health.status != 200:
        if time.monotonic() > limit:
            raise SystemExit(f"Le portail ne répond pas après {READY_LIMIT:.0f} s. {health.text}".rstrip())
        # Once it answers, it is asked less often: the page counts those who ask too much.
        time.sleep(0.7 if health.status else 0.1)
        _check(started)
        health = first_answer(host, int(values["PORT"]), f"{prefix}/sante")


def _check(started: list[Service]) -> None:
    for service in started:
        if service.has_ended():
            raise ServiceEnded(service)


def _announce(values: dict[str, str], seconds: float) -> None:
    base = values["BASE_URL"]
    prepare.say(f"prêt : {base}")
    if values["DEVELOPMENT"].lower() in {"true", "1"}:
        prepare.say(f"courriels : {base}/dev/courriels")
    prepare.say(f"journaux : {values['DATA_DIR']}/journaux")
    prepare.say(f"Démarré en {seconds:.0f} s. Ctrl-C arrête tout.")


def stop(started: list[Service]) -> None:
    """End every service with its children, the last started first; those that resist are killed."""
    for service in reversed(started):
        service.ask_to_stop()
    for service in reversed(started):
        service.wait()


def _raise_stopped(_number: int, _frame: FrameType | None) -> None:
    # Only the first signal interrupts: the stop it asks for goes to its end.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def main() -> int:
    """0 when the person stopped it, 1 when something failed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_stopped)
    started: list[Service] = []
    try:
        run(started)
    except Stopped:
        prepare.say("\nArrêt…")
        return 0
    except ServiceEnded as ended:
        prepare.say(ended.sentence)
        return 1
    finally:
        stop(started)
    return 0


if __name__ == "__main__":
    sys.exit(main())
