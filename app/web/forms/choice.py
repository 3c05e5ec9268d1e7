"""One answer among several, with a French sentence when it is missing or isn't one of them."""

from typing import Any

from wtforms import RadioField, SelectField

from app.web.forms.fields import Filled


class _OneOf:
    """Refuses what isn't among the choices, whatever was posted."""

    field_flags = {"required": True}

    def __init__(self, message: str) -> None:
        self.filled = Filled(message)

    def __call__(self, form: Any, field: Any) -> None:
        known = {str(choice[0]) for choice in field.choices}
        if field.data not in known:
            field.data = None
        self.filled(form, field)


class Radios(RadioField):
    """Boxes to choose one of. `missing`: the sentence that asks for the answer."""

    def __init__(self, label: str, *, missing: str, **kw: Any) -> None:
        super().__init__(label, validators=[_OneOf(missing)], validate_choice=False, **kw)


class Choices(SelectField):
    """A list to choose one of; its first line, empty, asks to choose. Optional when `missing` is empty."""

    def __init__(self, label: str, *, missing: str = "", **kw: Any) -> None:
        validators = [_OneOf(missing)] if missing else []
        super().__init__(label, validators=validators, validate_choice=False, **kw)

    @property
    def chosen(self) -> str | None:
        """The answer, or None: an unknown value is no answer."""
        known = {str(choice[0]) for choice in self.choices or () if choice[0] != ""}
        return str(self.data) if self.data in known else None
