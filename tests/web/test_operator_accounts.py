"""« Comptes »: searched and journalled; a second factor removed with a reason; agents invited and closed."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from app.audit.actor import Actor, ActorKind
from app.audit.models import JournalEntry
from app.core import clock
from app.core.database import db
from app.core.errors import Refused
from app.domain.accounts import magic_links
from app.domain.accounts.models import Account, Purpose, SecondFactor, StaffRole, WebSession
from app.domain.accounts.staff import LAST_ONE, ON_ONESELF, close_staff, invite_staff
from app.domain.accounts.suspension import reopen_account, suspend_account
from app.outbox.models import OutboxMessage
from tests.factories.structures import code_now, give_factor, make_account, make_member, make_structure
from tests.support.client import CheckedClient
from tests.support.sign_in import by_link

pytestmark = pytest.mark.usefixtures("db_session", "at_noon")


def agent(role: StaffRole = StaffRole.ADMINISTRATOR, email: str = "admin@portail.example") -> Account:
    account = make_account(email)
    account.staff_role = role
    db.session.flush()
    return account


def acts(name: str) -> list[JournalEntry]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(JournalEntry).where(JournalEntry.action == name)))


def mails(name: str) -> list[str]:
    return list(db.session.scalars(sa.select(OutboxMessage.recipient).where(OutboxMessage.template == name)))


def test_a_search_shows_the_exact_address_first_and_is_journalled(client: CheckedClient) -> None:
    make_account("aa-camille@cfa.example")
    wanted = make_member(make_structure(name="CFA du Lac"), account=make_account("camille@cfa.example"))
    number = wanted.account_id
    by_link(client, agent(StaffRole.OPERATOR))
    page = client.submit(client.get("/agents/comptes"), {"q": "Camille@cfa.example"})
    assert "2 comptes trouvés" in page.text.replace("\u00a0", " ")
    table = page.text.split('id="trouves"')[1]
    assert table.index(">camille@cfa.example") < table.index(">aa-camille@cfa.example")
    [line] = acts("account_searched")
    assert line.facts == {"found": 2}
    shown = client.get(f"/agents/comptes/{number}").text
    assert "CFA du Lac" in shown
    assert "demandé à la prochaine connexion" in shown
    assert "Aucun compte" in client.submit(client.get("/agents/comptes"), {"q": "%_"}).text
    assert client.submit(client.get("/agents/comptes"), {"q": ""}).status_code == 422


def test_a_lost_second_factor_is_removed_with_a_reason_and_the_person_told(client: CheckedClient) -> None:
    lost = make_member(make_structure()).account
    give_factor(lost)
    number, email = lost.id, lost.email
    other = client.application.test_client()
    by_link(other, lost)  # type: ignore[arg-type]
    by_link(client, agent())
    form = client.get(f"/agents/comptes/{number}/second-facteur")
    wrong = {"reason": "lost", "word": "oui"}, {"reason": "x", "word": "RETIRER"}
    for answers in ({}, {"reason": "lost"}, *wrong):
        assert client.submit(form, answers).status_code == 422
    assert not acts("second_factor_removed")
    answers = {"reason": "lost", "word": "retirer"}
    done = client.submit(form, answers)
    assert "est retiré" in done.text
    # Pressed twice: once.
    assert client.submit(form, answers).status_code == 200
    [line] = acts("second_factor_removed")
    assert line.facts == {"reason": "lost"}
    assert mails("factor_removed") == [email]
    assert db.session.scalar(sa.select(SecondFactor.id).where(SecondFactor.account_id == number)) is None
    assert db.session.scalar(sa.select(WebSession.id).where(WebSession.account_id == number)) is None


def test_who_has_a_second_factor_gives_a_fresh_code(client: CheckedClient) -> None:
    lost = make_member(make_structure()).account
    give_factor(lost)
    number, me = lost.id, agent()
    key = give_factor(me)
    by_link(client, me)
    form = client.get(f"/agents/comptes/{number}/second-facteur")
    answers = {"reason": "changed", "word": "RETIRER"}
    assert "votre application" in client.submit(form, answers).text
    assert "pas le bon" in client.submit(form, {**answers, "code": "000 000"}).text
    # The code that set the application up has served.
    done = client.submit(form, {**answers, "code": code_now(key, steps=1)})
    assert "est retiré" in done.text
    assert client.submit(form, {**answers, "code": code_now(key, steps=1)}).status_code == 200


def test_without_a_second_factor_one_has_come_in_a_short_while_ago(
    client: CheckedClient, at_noon: datetime
) -> None:
    lost = make_member(make_structure()).account
    give_factor(lost)
    by_link(client, agent())
    address, answers = f"/agents/comptes/{lost.id}/second-facteur", {"reason": "lost", "word": "RETIRER"}
    form = client.get(address)
    with clock.set_to(at_noon + timedelta(minutes=11)):
        refused = client.submit(form, answers)
        assert refused.status_code == 422
        assert "connecté depuis plus de 10 minutes" in refused.text
        assert "connecté depuis plus de 10 minutes" in client.get(address).text
    assert not acts("second_factor_removed")
    with clock.set_to(at_noon + timedelta(minutes=9)):
        assert "est retiré" in client.submit(form, answers).text


def test_nobody_removes_their_own_nor_an_operator_an_agents(client: CheckedClient) -> None:
    me, chief = agent(StaffRole.OPERATOR, "agent@portail.example"), agent()
    for one in (me, chief):
        give_factor(one)
    mine, theirs = me.id, chief.id
    by_link(client, me)
    for number in (mine, theirs):
        page = client.get(f"/agents/comptes/{number}")
        assert "Retirer le second facteur" not in page.text
        assert client.get(f"/agents/comptes/{number}/second-facteur").status_code == 422
        token = client.get("/agents/comptes")
        data = {"csrf_token": token.text.split('name="csrf_token" value="')[1].split('"')[0]}
        assert client.post(f"/agents/comptes/{number}/fermer-les-sessions", data=data).status_code == 422
    assert client.get("/agents/comptes/inviter").status_code == 403
    assert not acts("second_factor_removed") + acts("sessions_ended")


def test_an_administrator_invites_changes_and_closes_but_never_the_last_nor_oneself(
    client: CheckedClient,
) -> None:
    me = agent()
    mine = me.id
    by_link(client, me)
    form = client.get("/agents/comptes/inviter")
    assert client.submit(form, {"name": "Zoé", "email": "zoe@", "role": "operator"}).status_code == 422
    new = {"name": "Zoé Roux", "email": "Zoe@portail.example", "role": "administrator"}
    assert "Zoé Roux" in client.submit(form, new).text
    other = db.session.scalars(sa.select(Account).where(Account.email == "zoe@portail.example")).one()
    assert other.staff_role is StaffRole.ADMINISTRATOR
    number = other.id
    assert mails("staff_invited") == ["zoe@portail.example"]
    again = client.get("/agents/comptes/inviter")
    assert client.submit(again, {**new, "email": "admin@portail.example"}).status_code == 422
    closing = client.get(f"/agents/comptes/{mine}/retirer")
    assert ON_ONESELF in client.submit(closing).text.replace("\u00a0", " ")
    gone = client.submit(client.get(f"/agents/comptes/{number}/retirer"))
    assert "plus agent du portail" in gone.text
    db.session.expire_all()
    assert db.session.get_one(Account, number).staff_role is None
    assert client.submit(client.get(f"/agents/comptes/{number}/retirer")).status_code == 422
    assert len(acts("staff_closed")) == 1


def test_a_suspended_account_opens_nothing_until_it_is_opened_again(client: CheckedClient) -> None:
    member = make_member(make_structure())
    account, number = member.account, member.account_id
    other = client.application.test_client()
    assert isinstance(other, CheckedClient)
    by_link(other, account)
    home = f"/espace/{member.organisation.public_id}"
    assert other.get(home).status_code == 200
    token = magic_links.issue(Purpose.LOGIN, object_type="account", object_id=number, email=account.email)
    me = agent()
    mine = me.id
    by_link(client, me)
    form = client.get(f"/agents/comptes/{number}/suspendre")
    assert client.submit(form).status_code == 422, "a reason is asked"
    done = client.submit(form, {"reason": "stolen"})
    assert "Adresse e-mail ou appareil aux mains d’un autre" in done.text
    assert other.get(home).location == "/connexion"
    assert "Ouvrir mon espace" not in other.get(f"/l/{token}").text
    [line] = acts("account_suspended")
    assert line.facts == {"reason": "stolen"}
    assert ON_ONESELF in client.get(f"/agents/comptes/{mine}/suspendre").text.replace("\u00a0", " ")
    client.submit(done, button="Rouvrir ce compte")
    assert len(acts("account_reopened")) == 1
    by_link(other, db.session.get_one(Account, number))
    assert other.get(home).status_code == 200


def test_the_last_administrator_stays() -> None:
    last = agent()
    somebody = Actor(ActorKind.STAFF, last.id + 1, "account")
    with pytest.raises(Refused, match=LAST_ONE):
        close_staff(last, by=somebody)
    with pytest.raises(Refused, match=LAST_ONE):
        invite_staff(last.email, name="x", role=StaffRole.OPERATOR, by=somebody)
    other = agent(email="autre@portail.example")
    suspend_account(other, reason="left", agent=last, by=Actor(ActorKind.STAFF, last.id, "account"))
    with pytest.raises(Refused, match=LAST_ONE):
        suspend_account(last, reason="left", agent=other, by=somebody)
    reopen_account(other, agent=last, by=somebody)
    close_staff(last, by=somebody)
    assert last.staff_role is None
