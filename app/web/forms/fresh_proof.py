"""« Confirmez que c’est vous »: a code asked again, just before an act that matters."""

from typing import Any

from flask import current_app, request

from app.core.database import db
from app.domain.accounts import second_factor as factors
from app.domain.accounts.models import Account
from app.web.access import came_lately, current_actor
from app.web.forms.base import PostForm
from app.web.forms.fields import Line

TOO_MANY = "Trop d’essais. Attendez 10 minutes, puis recommencez."
WRONG = "Ce code n’est pas le bon. Attendez le suivant, puis recopiez-le."
STALE = (
    "Vous êtes connecté depuis plus de 10 minutes. Déconnectez-vous, demandez un nouveau lien d’accès, puis "
    "recommencez."
)


class ProofForm(PostForm):
    """The code of whoever has one; the others must have come in, by link or ProConnect, a short while ago."""

    code = Line(
        "Confirmez que c’est vous : votre code à 6 chiffres",
        limit=20,
        missing="Recopiez le code affiché par votre application.",
        description="Celui de votre application, ou un code de secours.",
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
    )

    def __init__(self, *args: Any, agent: Account, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.agent = agent
        if not factors.is_set_up(agent):
            del self.code
            if request.method == "GET":
                # Before anything is typed in vain.
                self._came_lately()

    def _came_lately(self) -> bool:
        self.form_errors = [] if came_lately() else [STALE]
        return not self.form_errors

    def is_proven(self) -> bool:
        """Valid answers and the right code; a wrong try is counted, whatever else is undone. May commit."""
        if not self.validate():
            return False
        if "code" not in self:
            return self._came_lately()
        typed, keyring = str(self.code.data), current_app.extensions["keyring"]
        if factors.too_many(self.agent):
            self.add_error(self.code, TOO_MANY)
        elif factors.prove(self.agent, typed, keyring=keyring, by=current_actor()):
            return True
        else:
            db.session.commit()
            self.add_error(self.code, WRONG)
        return False
