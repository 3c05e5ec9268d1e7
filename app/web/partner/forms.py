"""The form of the need page that an OPCO's own space hasn't."""

from app.web.forms.base import PostForm


class StopForm(PostForm):
    """« Confirmer l’arrêt »: nothing but the button."""
