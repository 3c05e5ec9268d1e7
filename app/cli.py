"""Commands of operations: `flask jobs | outbox | platforms | accounts | seed | db`.

`flask` finds `create_app` by FLASK_APP, which `.flaskenv` sets.
"""

import signal
import threading
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate import Migrate

import app as portal
from app import boards, mailing, seeds
from app.config import Settings
from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Account, StaffRole
from app.domain.employers.services import normalise_email
from app.outbox import worker
from app.platform_commands import platforms
from app.scheduling import JOBS
from app.scheduling.runner import run_job
from app.scheduling.ticker import serve as serve_ticker

jobs = AppGroup("jobs", help="Traitements planifiés.")
outbox = AppGroup("outbox", help="Courriels en attente.")
accounts = AppGroup("accounts", help="Comptes des agents du portail.")


def create_app(settings: Settings | None = None) -> Flask:
    """The portal with its commands; migrations too."""
    app = portal.create_app(settings)
    install(app)
    return app


def install(app: Flask) -> None:
    """Add the commands to the application."""
    migrations = str(portal.ROOT / "migrations")
    Migrate(app, db, directory=migrations, compare_type=True, render_as_batch=True)
    for group in (jobs, outbox, accounts, platforms):
        app.cli.add_command(group)
    app.cli.add_command(seed)


@jobs.command("list")
def list_jobs() -> None:
    """Nommer les traitements et leur rythme."""
    for name, found in sorted(JOBS.items()):
        click.echo(f"{name:24} {found.at!s:28} {found.title}")


@jobs.command("run")
@click.argument("name")
@click.option("--for-real", is_flag=True, help="Agir vraiment ; sans cela, compter seulement.")
@click.option("--limit", type=int, default=None)
def run(name: str, for_real: bool, limit: int | None) -> None:
    """Lancer un traitement maintenant ; à blanc par défaut."""
    if name not in JOBS:
        raise click.BadParameter(f"« {name} » n’existe pas. Voir « flask jobs list ».")
    report = run_job(name, dry=not for_real, limit=limit)
    click.echo(report.sentence)


@jobs.command("serve")
def serve() -> None:
    """Tenir l’horloge des traitements, envoyer les courriels et diffuser les offres, jusqu’à l’arrêt."""
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
    stop = _stop_on_signal()
    sender = threading.Thread(
        target=worker.run, args=(app, mailing.deliverer_of(app), stop), name="outbox", daemon=True
    )
    sender.start()
    pushers = boards.serve(app, stop)
    serve_ticker(app, stop, lock_dir=Path(app.extensions["settings"].data_dir))
    stop.set()
    for thread in (sender, *pushers):
        thread.join(timeout=30)


@outbox.command("drain")
@click.option("--limit", type=int, default=1000)
def drain(limit: int) -> None:
    """Envoyer maintenant les courriels dus."""
    counts = mailing.deliverer_of(current_app).drain(limit=limit)
    click.echo(str(counts))


@accounts.command("add")
@click.argument("email")
@click.argument("name")
@click.option("--administrator", is_flag=True)
def add_account(email: str, name: str, administrator: bool) -> None:
    """Inscrire un agent du portail."""
    role = StaffRole.ADMINISTRATOR if administrator else StaffRole.OPERATOR
    db.session.add(
        Account(email=normalise_email(email), name=name, staff_role=role, created_at=clock.now())
    )
    db.session.commit()
    click.echo(f"Compte créé : {email}")


@click.command("seed")
@click.option("--demo", is_flag=True, help="Ajouter des offres et des comptes de démonstration.")
def seed(demo: bool) -> None:
    """Remplir les tables de référence ; ne change rien la seconde fois."""
    seeds.seed_reference()
    if demo:
        seeds.seed_demonstration()
        boards.open_simulated(current_app.extensions["boards"])
    db.session.commit()
    click.echo("Données en place.")


def _stop_on_signal() -> threading.Event:
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stop.set())
    return stop
