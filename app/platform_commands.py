"""`flask platforms`: what the places of diffusion are, which are open, whether they answer."""

from collections.abc import Mapping

import click
from flask import current_app
from flask.cli import AppGroup

from app import boards
from app.core import clock
from app.core.database import db
from app.domain.diffusion.board import Board
from app.domain.diffusion.platform import Transport
from app.domain.diffusion.registry import PLATFORMS, switch_of, turn

platforms = AppGroup("platforms", help="Sites de diffusion.")


@platforms.command("list")
def list_platforms() -> None:
    """Nommer les sites, leur état, leur dernier essai."""
    ready: Mapping[str, Board] = current_app.extensions["boards"]
    for key, platform in PLATFORMS.items():
        row = switch_of(key)
        state = "ouvert" if row.is_open else "fermé"
        if platform.relayed_by:
            state = f"relayé par {PLATFORMS[platform.relayed_by].name}"
        elif key not in ready and platform.transport is not Transport.FEED:
            state += ", non configuré"
        click.echo(f"{key:24} {platform.name:24} {state:32} {row.test_result or ''}")
    db.session.rollback()


@platforms.command("open")
@click.argument("key")
@click.option("--option", "options", multiple=True, help="Option à activer, par exemple accepts_cfa_offers.")
def open_platform(key: str, options: tuple[str, ...]) -> None:
    """Ouvrir un site, après un essai réussi."""
    _known(key)
    if PLATFORMS[key].transport is Transport.FEED:
        turn(key, on=True, options=dict.fromkeys(options, True))
        db.session.commit()
        click.echo("Site ouvert. L’adresse à lui donner est sur la page « Fichiers et flux » des agents.")
        return
    board = _board(key)
    trial = board.test()
    row = switch_of(key)
    row.tested_at, row.test_result = clock.now(), trial.sentence[:300]
    if trial.works or trial.untestable:
        turn(key, on=True, options=dict.fromkeys(options, True))
    db.session.commit()
    click.echo(trial.sentence)
    if not row.is_open:
        raise click.ClickException("Le site reste fermé : l’essai n’a pas réussi.")


@platforms.command("close")
@click.argument("key")
def close_platform(key: str) -> None:
    """Fermer un site : rien de nouveau n’y part, les retraits partent encore."""
    _known(key)
    turn(key, on=False)
    db.session.commit()
    click.echo("Site fermé.")


@platforms.command("drain")
@click.option("--limit", type=int, default=1000)
def drain(limit: int) -> None:
    """Envoyer maintenant ce qui est dû à chaque site."""
    for key, counts in boards.drain(current_app, limit=limit).items():
        click.echo(f"{key}: {counts}")


def _known(key: str) -> None:
    if key not in PLATFORMS:
        raise click.BadParameter(f"« {key} » n’existe pas. Voir « flask platforms list ».")


def _board(key: str) -> Board:
    _known(key)
    ready: Mapping[str, Board] = current_app.extensions["boards"]
    if key not in ready:
        raise click.ClickException(f"« {key} » n’est pas configuré : sa clé ou son adresse manque.")
    return ready[key]
