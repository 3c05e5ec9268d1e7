"""The second factor: codes that serve once, recovery codes, limits; its key is sealed in its place."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.actor import SYSTEM
from app.core import clock
from app.core.database import db
from app.core.secrets import Keyring, Unreadable
from app.domain.accounts import second_factor
from app.domain.accounts.models import Account, SecondFactor
from tests.factories.structures import code_now, give_factor, make_account

pytestmark = pytest.mark.usefixtures("db_session", "at_noon")


@pytest.fixture
def keyring(app: Flask) -> Keyring:
    keyring: Keyring = app.extensions["keyring"]
    return keyring


@pytest.fixture
def account() -> Account:
    return make_account()


def _proves(account: Account, code: str, keyring: Keyring) -> bool:
    return second_factor.prove(account, code, keyring=keyring, by=SYSTEM)


def test_a_code_serves_once(account: Account, keyring: Keyring) -> None:
    key = give_factor(account)
    assert not _proves(account, code_now(key), keyring), "the code that ended the set-up has served"
    with clock.set_to(clock.now() + timedelta(seconds=30)):
        assert _proves(account, code_now(key), keyring)
        assert not _proves(account, code_now(key), keyring)


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(account: Account, keyring: Keyring, steps: int, good: bool) -> None:
    key = give_factor(account)
    with clock.set_to(clock.now() + timedelta(minutes=5)):
        assert _proves(account, code_now(key, steps=steps), keyring) is good


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef", "é’é’é’", "1234567", "ABCDE-FGHJK"])
def test_a_wrong_code_is_refused(account: Account, keyring: Keyring, code: str) -> None:
    give_factor(account)
    assert not _proves(account, code, keyring)


def test_tries_are_limited_even_for_the_right_code(account: Account, keyring: Keyring) -> None:
    key = give_factor(account)
    with clock.set_to(clock.now() + timedelta(minutes=1)):
        for _ in range(5):
            assert not _proves(account, "000000", keyring)
        assert second_factor.too_many(account)
        assert not _proves(account, code_now(key), keyring)
    with clock.set_to(clock.now() + timedelta(minutes=12)):
        assert _proves(account, code_now(key), keyring)


def test_a_recovery_code_serves_once_and_new_ones_end_it(account: Account, keyring: Keyring) -> None:
    second_factor.begin(account, keyring=keyring)
    key = second_factor.key_of(account, keyring=keyring)
    codes = second_factor.confirm(account, code_now(key), keyring=keyring, by=SYSTEM)
    assert codes is not None
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert _proves(account, codes[0].lower(), keyring)
    assert not _proves(account, codes[0], keyring)
    assert second_factor.recovery_codes_left(account) == 7
    second_factor.renew_recovery_codes(account, by=SYSTEM)
    assert not _proves(account, codes[1], keyring)


def test_a_set_up_isnt_shown_again_once_done(account: Account, keyring: Keyring) -> None:
    give_factor(account)
    with pytest.raises(LookupError):
        second_factor.key_of(account, keyring=keyring)
    second_factor.begin(account, keyring=keyring)
    assert second_factor.is_set_up(account)
    second_factor.remove(account, reason="lost", by=SYSTEM)
    assert not second_factor.is_set_up(account)
    assert second_factor.recovery_codes_left(account) == 0


def test_a_key_moved_to_another_account_cant_be_opened(account: Account, keyring: Keyring) -> None:
    other = make_account("autre@structure.example")
    for one in (account, other):
        second_factor.begin(one, keyring=keyring)
    stolen = db.session.scalars(
        sa.select(SecondFactor.sealed_key).where(SecondFactor.account_id == account.id)
    ).one()
    db.session.execute(
        sa.update(SecondFactor).where(SecondFactor.account_id == other.id).values(sealed_key=stolen)
    )
    db.session.expire_all()
    with pytest.raises(Unreadable):
        second_factor.key_of(other, keyring=keyring)


def test_a_former_key_opens_and_an_unknown_one_doesnt() -> None:
    old, new = "ancienne clé de trente-deux signes au moins", "nouvelle clé de trente-deux signes au moins"
    former = Keyring.of([old])
    sealed = former.seal("secret", place="t|1|c")
    both = Keyring.of([new, old])
    assert both.open(sealed, place="t|1|c") == "secret"
    assert both.seal("secret", place="t|1|c").split(".")[0] != sealed.split(".")[0]
    assert "secret" not in repr(both)
    with pytest.raises(Unreadable):
        Keyring.of(["troisième clé de trente-deux signes au moins"]).open(sealed, place="t|1|c")
    with pytest.raises(Unreadable):
        both.open(sealed, place="t|2|c")
