"""One answer among several, with a French sentence when it is missing or isn't one of them."""

from collections.abc import Iterable
from typing import Any

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from app.web.forms.fields import Filled

Pairs = Iterable[tuple[str, str]]


class _OneOf:
    """Refuses what isn't among the choices, whatever was posted."""

    field_flags = {"required": True}

    def __init__(self, message: str) -> None:
        self.filled = Filled(message)

    def __call__(self, form: Any, field: Any) -> None:
        if field.chosen is None:
            field.data = None
        self.filled(form, field)


class _Offered:
    """Choices given as (value, label) pairs; the empty value only asks to choose."""

    data: Any
    choices: Any

    def offer(self, pairs: Pairs) -> None:
        """Replace the choices."""
        self.choices = [SelectChoice(value, label) for value, label in pairs]

    @property
    def chosen(self) -> str | None:
        """The answer, or None: an unknown value is no answer."""
        known = {choice.value for choice in self.choices or () if choice.value != ""}
        return str(self.data) if self.data in known else None


class Radios(_Offered, RadioField):
    """Boxes to choose one of. `missing`: the sentence that asks for the answer."""

    def __init__(self, label: str, *, missing: str, pairs: Pairs = (), **kw: Any) -> None:
        super().__init__(label, validators=[_OneOf(missing)], choices=[], validate_choice=False, **kw)
        self.offer(pairs)


class Choices(_Offered, SelectField):
    """A list to choose one of; its first line, empty, asks to choose. Optional when `missing` is empty."""

    def __init__(self, label: str, *, missing: str = "", pairs: Pairs = (), **kw: Any) -> None:
        validators = [_OneOf(missing)] if missing else []
        super().__init__(label, validators=validators, choices=[], validate_choice=False, **kw)
        self.offer(pairs)
