"""Development only: the mailbox of the machine, and signing in with one click."""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

blueprint = Blueprint("dev", __name__)


@blueprint.record_once
def _say_where_the_mailbox_is(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals["mailbox_endpoint"] = "dev.mailbox"


from app.web.dev import mailbox, sign_in  # noqa: E402, F401  # the views register themselves
