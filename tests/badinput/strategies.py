"""Generated bad inputs: texts of every kind of sign, numbers that are almost right, and mixtures of both."""

from hypothesis import strategies as st

from tests.badinput.inputs import ADDRESSES, DATES, IDENTIFIERS, NUMBERS, PHONES, TEXTS
from tests.factories.offers import new_siret

# Every sign of Unicode, lone surrogates included.
ANY_SIGN = st.characters()
DIGITS = st.characters(categories=["Nd", "Nl", "No"])
SPACES = st.characters(categories=["Zs", "Zl", "Zp", "Cc", "Cf"])
ALMOST_A_DATE = r"[0-9]{1,3}[/.\- ][0-9]{1,3}[/.\- ][0-9]{1,5}"
anything = st.text(ANY_SIGN, max_size=60)
listed = st.sampled_from([text for _, text in TEXTS if len(text) < 500])
unlikely = st.one_of(anything, listed, st.builds(str.__add__, listed, anything))
almost_digits = st.text(st.one_of(st.sampled_from("0123456789"), DIGITS, SPACES), min_size=9, max_size=20)


@st.composite
def almost_sirets(draw: st.DrawFn) -> str:
    """A right number with one sign changed, two swapped, one put in or left out."""
    number = list(str(new_siret(draw(st.integers(0, 999_999)))))
    place = draw(st.integers(0, len(number) - 2))
    what = draw(st.sampled_from(["same", "change", "swap", "insert", "drop"]))
    if what == "change":
        number[place] = draw(st.one_of(DIGITS, ANY_SIGN))
    elif what == "swap":
        number[place], number[place + 1] = number[place + 1], number[place]
    elif what == "insert":
        number.insert(place, draw(st.one_of(SPACES, DIGITS, ANY_SIGN)))
    elif what == "drop":
        del number[place]
    return "".join(number)


def _of(listed_ones: list[tuple[str, str]]) -> st.SearchStrategy[str]:
    return st.sampled_from([text for _, text in listed_ones])


BY_KIND: dict[str, st.SearchStrategy[str]] = {
    "text": unlikely,
    "siret": st.one_of(almost_sirets(), almost_digits, _of(IDENTIFIERS), unlikely),
    "email": st.one_of(st.emails(), _of(ADDRESSES), st.builds("{}@{}".format, anything, anything), unlikely),
    "date": st.one_of(st.dates().map(str), st.from_regex(ALMOST_A_DATE), _of(DATES), unlikely),
    "number": st.one_of(st.integers().map(str), st.floats().map(str), _of(NUMBERS), unlikely),
    "phone": st.one_of(almost_digits, _of(PHONES), unlikely),
}
