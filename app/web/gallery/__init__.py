"""Gallery of the components, one page a family, one state after the other; development only."""

from app.web.gallery.views import blueprint

__all__ = ["blueprint"]
