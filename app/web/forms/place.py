"""An address in France: street, postcode, and the commune when the postcode has several."""

from typing import Any

from wtforms import Form, RadioField
from wtforms.fields.choices import SelectChoice

from app.core.geo import Point
from app.domain.employers.geocoding import Geocoder, GeocoderUnavailable
from app.domain.offers.deposit import Workplace
from app.domain.reference.places import Commune, communes_by_postcode
from app.web.forms.fields import Line

NO_COMMUNE = "Aucune commune n’a ce code postal. Vérifiez-le, sans CEDEX."


class PlaceFields(Form):
    """Fields of an address, for a form. Call `settle_place` once the form is valid."""

    line = Line(
        "Adresse",
        limit=200,
        missing="Saisissez l’adresse : numéro et rue, ou lieu-dit.",
        render_kw={"autocomplete": "address-line1"},
    )
    postcode = Line(
        "Code postal",
        limit=10,
        missing="Saisissez le code postal : 5 chiffres.",
        render_kw={"autocomplete": "postal-code", "inputmode": "numeric"},
    )
    commune = RadioField("Commune", choices=[], validate_choice=False)


def offer_communes(form: Any) -> list[Commune]:
    """Put the communes of the typed postcode in the form; gives them."""
    found = communes_by_postcode(form.postcode.data or "")
    form.commune.choices = [SelectChoice(str(commune.code), commune.name) for commune in found]
    return found


def settle_place(form: Any) -> Commune | None:
    """The commune of the typed postcode; None after adding the error that asks for it."""
    found = offer_communes(form)
    if not found:
        if not form.postcode.errors:
            form.add_error(form.postcode, NO_COMMUNE)
        return None
    if len(found) == 1:
        return found[0]
    chosen = next((commune for commune in found if commune.code == form.commune.data), None)
    if chosen is None:
        form.add_error(form.commune, "Choisissez la commune.")
    return chosen


def locate(geocoder: Geocoder, *, line: str, postcode: str, commune: Commune) -> Workplace:
    """The place with its point: the geocoder's, else the commune's centre. Asks the network."""
    point: Point | None = commune.point
    digits = "".join(postcode.split())
    try:
        found = geocoder.locate(
            f"{line} {digits} {commune.name}", postcode=digits, commune_code=str(commune.code)
        )
    except GeocoderUnavailable:
        found = None
    if found is not None:
        point = found.point
    return Workplace(line, digits, commune.name, str(commune.code), point)
