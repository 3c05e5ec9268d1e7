"""The page of « Ce n’est pas moi », opened from the message about a change of address (E42)."""

from flask import render_template, url_for

from app.core.database import db
from app.domain.accounts.models import Link
from app.domain.employers.contact_denial import deny_change, is_settled
from app.domain.employers.models import Contact
from app.domain.employers.services import mask_email
from app.web.access import actor_of, public
from app.web.links import blueprint
from app.web.links.page import LinkPage


def _both(link: Link) -> tuple[Contact, Contact] | None:
    """(former, new) contact of the change."""
    former = db.session.get(Contact, int(link.scope)) if link.scope.isdecimal() else None
    new = db.session.get(Contact, link.object_id)
    return (former, new) if former is not None and new is not None else None


def alert_page(link: Link) -> LinkPage | None:
    """What taking the change back does; None once there is nothing to take back."""
    both = _both(link)
    if both is None or is_settled(*both):
        return None
    former, new = both
    done = former.removed_at is not None
    return LinkPage(
        title="Annuler ce changement d’adresse ?",
        lead="Les liens de la nouvelle adresse cesseront d’agir. "
        + (
            "Les offres reviendront à l’ancienne adresse, et les deux seront prévenues."
            if done
            else "Rien d’autre ne change."
        ),
        button="Ce n’est pas moi",
        facts=(
            ("Entreprise", new.establishment.shown_name),
            ("Nouvelle adresse", mask_email(new.email)),
        ),
    )


def open_alert(link: Link) -> str:
    """Take the change back."""
    both = _both(link)
    if both is not None:
        deny_change(*both, by=actor_of(link))
    return url_for("links.change_denied")


@blueprint.get("/changement-annule")
@public("suite de « Ce n’est pas moi »")
def change_denied() -> str:
    """What was done, and what to do next."""
    return render_template("links/denied.html")
