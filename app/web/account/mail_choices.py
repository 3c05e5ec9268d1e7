"""« Mes courriels »: which optional e-mails the person who is signed in gets."""

from flask import abort, url_for

from app.web.access import current_account, current_actor, signed_in
from app.web.account import blueprint
from app.web.forms import mail_choice_desk as desk


@blueprint.route("/compte/courriels", methods=["GET", "POST"])
@signed_in()
def mail_choices() -> desk.Answer:
    """Those of the account's own address."""
    account = current_account() or abort(403)
    here = url_for("account.mail_choices")
    return desk.choices(account.email, by=current_actor(), here=here, shown_email=account.email)
