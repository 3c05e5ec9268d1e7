"""The second factor: six digits of an application (TOTP, RFC 6238), or a recovery code on paper.

Times come from the clock; a code serves once, in its half-minute or the one before or after.
"""

import secrets

import pyotp
import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock
from app.core.database import db
from app.core.secrets import Keyring
from app.domain.accounts import limits
from app.domain.accounts.models import Account, RecoveryCode, SecondFactor

STEP = 30
RECOVERY_CODES = 8
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_SIGNS = "23456789BCDFGHJKMNPQRTVWXZ"


def factor_of(account: Account) -> SecondFactor | None:
    """The person's application, confirmed or being set up."""
    return db.session.scalar(sa.select(SecondFactor).where(SecondFactor.account_id == account.id))


def is_set_up(account: Account) -> bool:
    """Has the person proved once that the application works?"""
    factor = factor_of(account)
    return factor is not None and factor.confirmed_at is not None


def begin(account: Account, *, keyring: Keyring) -> None:
    """Make the key that the application will hold; a set-up already begun or done is kept."""
    if factor_of(account) is not None:
        return
    key = keyring.seal(pyotp.random_base32(), place=_place(account))
    db.session.add(SecondFactor(account_id=account.id, sealed_key=key, created_at=clock.now(), last_step=0))
    db.session.flush()


def key_of(account: Account, *, keyring: Keyring) -> str:
    """The key in base 32, to show while it is set up; LookupError otherwise."""
    factor = factor_of(account)
    if factor is None or factor.confirmed_at is not None:
        raise LookupError("no set-up under way")
    return keyring.open(factor.sealed_key, place=_place(account))


def confirm(account: Account, code: str, *, keyring: Keyring, by: Actor) -> list[str] | None:
    """The first right code ends the set-up and gives the recovery codes, shown once; None when wrong."""
    factor = factor_of(account)
    if factor is None or factor.confirmed_at is not None or not _takes(factor, account, code, keyring):
        return None
    factor.confirmed_at = clock.now()
    journal.record("second_factor_added", account, by=by)
    return _new_recovery_codes(account)


def prove(account: Account, code: str, *, keyring: Keyring, by: Actor) -> bool:
    """A code of the application, or one of the recovery codes. Each serves once; tries are limited."""
    if not limits.take(limits.SECOND_FACTOR, key=str(account.id)):
        return False
    factor = factor_of(account)
    if factor is None or factor.confirmed_at is None:
        return False
    typed = "".join(code.split()).replace("-", "").upper()
    if typed.isdigit() and len(typed) == 6:
        return _takes(factor, account, typed, keyring)
    return _uses_recovery(account, typed, by=by)


def too_many(account: Account) -> bool:
    """Have the tries of these ten minutes been used up?"""
    return limits.is_over(limits.SECOND_FACTOR, str(account.id))


def remove(account: Account, *, reason: str, by: Actor) -> None:
    """Staff act: the telephone and the codes are lost; the person sets a new one up at the next sign-in.

    `reason`: its code, for the journal.
    """
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    db.session.execute(sa.delete(SecondFactor).where(SecondFactor.account_id == account.id))
    journal.record("second_factor_removed", account, by=by, facts={"reason": reason})


def recovery_codes_left(account: Account) -> int:
    """How many recovery codes haven't served."""
    query = sa.select(sa.func.count()).where(
        RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(query) or 0


def renew_recovery_codes(account: Account, *, by: Actor) -> list[str]:
    """New codes, shown once; the former ones end."""
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    journal.record("recovery_codes_renewed", account, by=by)
    return _new_recovery_codes(account)


def _place(account: Account) -> str:
    return f"second_factor|{account.id}|sealed_key"


def _takes(factor: SecondFactor, account: Account, code: str, keyring: Keyring) -> bool:
    totp = pyotp.TOTP(keyring.open(factor.sealed_key, place=_place(account)), interval=STEP)
    present = int(clock.now().timestamp()) // STEP
    typed = "".join(code.split())
    steps = (present, present - 1, present + 1)
    step = next((one for one in steps if secrets.compare_digest(_code(totp, one), typed.encode())), None)
    if step is None:
        return False
    # One statement: two windows with the same code can't both pass.
    used = db.session.execute(
        sa.update(SecondFactor)
        .where(SecondFactor.id == factor.id, SecondFactor.last_step < step)
        .values(last_step=step)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(factor)
    return bool(getattr(used, "rowcount", 0))


def _code(totp: pyotp.TOTP, step: int) -> bytes:
    return totp.generate_otp(step).encode()


def _new_recovery_codes(account: Account) -> list[str]:
    codes = ["".join(secrets.choice(_SIGNS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    db.session.add_all(
        RecoveryCode(account_id=account.id, code_hash=_HASHER.hash(code)) for code in codes
    )
    db.session.flush()
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _uses_recovery(account: Account, typed: str, *, by: Actor) -> bool:
    if len(typed) != 10:
        return False
    query = sa.select(RecoveryCode).where(
        RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None)
    )
    for one in db.session.scalars(query):
        try:
            _HASHER.verify(one.code_hash, typed)
        except VerifyMismatchError:
            continue
        one.used_at = clock.now()
        journal.record("recovery_code_used", account, by=by)
        return True
    return False
