"""« Modifier l’annonce »: title, description, tasks, skills."""

from flask import redirect, render_template, request, url_for

from app.domain.offers.composing import advert_values, edited_parts, generated_advert
from app.web.access import public
from app.web.deposit import blueprint
from app.web.deposit.draft_access import Answer, DraftChanged, DraftForm, astray, conflict, held_draft, save
from app.web.forms.advert import AdvertFields


class AdvertForm(DraftForm, AdvertFields):
    """The texts that candidates read."""


@blueprint.route("/deposer/<string:draft_id>/annonce", methods=["GET", "POST"])
@public("texte de l’annonce")
def edit_advert(draft_id: str) -> Answer:
    """What is edited here is kept; the rest follows the job."""
    draft = held_draft(draft_id)
    if late := astray(draft, wants="check"):
        return redirect(late)
    values = advert_values(draft, generated_advert(draft))
    texts = {name: "\n".join(value) if isinstance(value, list) else value for name, value in values.items()}
    saved = AdvertForm(formdata=None, data=texts)
    check_url = url_for("deposit.check", draft_id=draft.public_id)
    if request.method == "GET":
        saved.show_version(draft)
        return render_template("deposit/advert.html", form=saved, back_url=check_url)
    form = AdvertForm()
    if not form.validate():
        return render_template("deposit/advert.html", form=form, back_url=check_url), 422
    try:
        save(draft, form, {"advert": edited_parts(draft, form.advert())})
    except DraftChanged:
        return conflict(draft, form, saved)
    return redirect(check_url, 303)
