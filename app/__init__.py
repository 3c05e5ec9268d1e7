"""Dépôt Alternance: a portal where an employer deposits an apprenticeship offer by its SIRET."""

from pathlib import Path

from flask import Flask

from app import boards, extensions, logs, proxies, reactions, upkeep, web, wiring
from app.config import Settings, read_settings
from app.core import events
from app.core.database import db
from app.core.secrets import Keyring

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application. Settings come from the environment unless they are given.

    Commands are apart, in `app.cli`: a web process has no use for them nor for what they load.
    """
    settings = settings or read_settings()
    app = Flask(__name__, root_path=str(ROOT), static_folder=None, template_folder="templates")
    app.extensions["settings"] = settings
    app.config.from_mapping(wiring.flask_config(settings))
    logs.install(settings)
    db.init_app(app)
    extensions.install(app)
    app.extensions["keyring"] = Keyring.of(settings.data_keys)
    app.extensions["adapters"] = wiring.adapters(settings)
    app.extensions["boards"] = boards.boards(settings)
    events.install(reactions.REACTIONS)
    app.extensions["jobs"] = upkeep.DECLARED_IN
    web.install(app)
    return proxies.behind(app, settings)
