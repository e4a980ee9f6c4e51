"""Second factors: who must have one, how it is set up and used, how it is lost, and who is told."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import sealed, second_factor
from accounts.models import PlatformRole
from coordination.models import AuditEntry, Role
from discussion import sessions as sessions_of_sockets
from discussion.sessions import Caller
from tests.accounts.signing import PASSWORD, code_of, set_up_an_app, sign_in, work
from tests.factories import join, make_member, make_organisation, make_space, make_user

pytestmark = pytest.mark.django_db

MUST = ["administrator", "secretariat", "auditor", "chairs"]
SECURITY = "/account/security/"


@pytest.fixture
def administrator():
    return make_user("Administrator", platform_role=PlatformRole.ADMINISTRATOR)


def caller(client, user):
    return Caller(user.pk, client.cookies["sessionid"].value, None)


def test_an_app_is_set_up_asked_for_taken_once_written_down_and_told(
    client, django_capture_on_commit_callbacks, mailoutbox
):
    user, elsewhere = make_user("A. Liaison", language="en"), Client()
    sign_in(client, user)
    sign_in(elsewhere, user)
    with django_capture_on_commit_callbacks(execute=True):
        secret = set_up_an_app(client)
    codes = client.get("/account/security/recovery-codes/").content.decode()
    shown = re.findall(r"<code>(\d{4} \d{4})</code>", codes)
    assert len(shown) == 10 and "data:text/plain" in codes
    again = client.get("/account/security/recovery-codes/").content.decode()
    assert "10 codes are left." in again and shown[0] not in again, "they are shown once"
    assert elsewhere.get("/desk/").status_code == 302, "who had got in without it is out"
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept, "a copy of the database makes no codes"

    for factor, more in ((code_of(secret, later=1), "sign in"), (shown[0].replace(" ", ""), "in its place")):
        browser = Client()
        assert sign_in(browser, user)["Location"] == "/account/login/code/"
        assert browser.get("/desk/").status_code == 302
        wrong = browser.post("/account/login/code/", {"code": "000000"}).content.decode()
        assert "This code is not right" in wrong and 'id="id_code_error"' in wrong
        assert browser.post("/account/login/code/", {"code": factor})["Location"] == "/desk/", more
        twice = Client()
        sign_in(twice, user)
        assert "not right" in twice.post("/account/login/code/", {"code": factor}).content.decode()
    verbs = list(AuditEntry.objects.filter(object_id=user.pk).order_by("pk").values_list("actor", "verb"))
    assert verbs == [(user.pk, "second factor added")]
    work()
    assert [mail.to for mail in mailoutbox] == [[user.email]]
    assert "A second factor was added." in mailoutbox[0].body


def who_must():
    space = make_space()
    agency = make_organisation()
    join(agency, space, Role.CHAIR)
    return {
        "an administrator": (make_user(platform_role=PlatformRole.ADMINISTRATOR), True),
        "an auditor": (make_user(platform_role=PlatformRole.AUDITOR), True),
        "a chair": (make_member(space, Role.CHAIR), True),
        "one of an organisation that chairs": (make_user(organisation=agency), True),
        "a rapporteur": (make_member(space, Role.RAPPORTEUR), False),
        "somebody without a space": (make_user(), False),
    }


NO_PASSKEYS = (
    "[]", "{}", "nonsense", '{"id": 1}', '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}',
    '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "e30", "userHandle": "MQ", '
    '"authenticatorData": "AAAA", "signature": "AAAA", "attestationObject": "AAAA"}}',
)  # fmt: skip


def test_what_is_no_passkey_is_refused_wherever_one_is_sent_and_keeps_nobody_out(client):
    user = make_user()
    sign_in(client, user)
    for sent in NO_PASSKEYS:
        client.get("/account/security/passkeys/add/")
        assert client.post("/account/security/passkeys/add/", {"name": "x", "credential": sent}).status_code == 200
    secret = set_up_an_app(client)
    browser = Client()
    for sent in NO_PASSKEYS * 2:
        browser.get("/account/login/passkey/", headers={"accept": "application/json"})
        assert browser.post("/account/login/passkey/", {"credential": sent})["Location"] == "/account/login/"
    sign_in(browser, user)
    for sent in NO_PASSKEYS * 2:
        browser.get("/account/login/code/")
        assert browser.post("/account/login/code/", {"credential": sent}).status_code == 200
    assert browser.post("/account/login/code/", {"code": code_of(secret, later=1)})["Location"] == "/desk/"


@pytest.mark.both_stacks
def test_whoever_must_have_one_and_has_none_reaches_nothing_but_setting_it_up(settings):
    settings.SECOND_FACTOR_FOR = MUST
    everybody = who_must()
    assert second_factor.missing_among(user for user, _must in everybody.values()) == {
        user.pk for user, must in everybody.values() if must
    }
    for who, (user, must) in everybody.items():
        client = Client()
        sign_in(client, user)
        for address in ("/desk/", "/editors/", "/spaces/", "/feeds/all.atom", "/threads/", "/accounts/"):
            closed = client.get(address)
            assert (closed.get("Location") == SECURITY) == must, f"{who} {address}"
        key = client.cookies["sessionid"].value
        assert (sessions_of_sockets.still_signed_in(key, user.pk) is None) == must, who
        assert (sessions_of_sockets.those_signed_in([caller(client, user)]) == {}) == must, who
    page = client.get(SECURITY).content.decode()
    assert "My spaces" not in page


def test_once_it_is_set_up_everything_opens_and_the_last_one_stays(settings, client, administrator):
    settings.SECOND_FACTOR_FOR = MUST
    sign_in(client, administrator)
    page = client.get(SECURITY).content.decode()
    assert "Your role asks for a second factor." in page and "notifications.js" not in page
    set_up_an_app(client)
    assert client.get("/desk/").status_code == 200
    assert sessions_of_sockets.those_signed_in([caller(client, administrator)])
    refused = client.post("/account/security/app/remove/").content.decode()
    assert "this is your only one" in refused
    assert Authenticator.objects.filter(type="totp").exists()
    assert "No passkey came" in client.post("/account/security/passkeys/add/", {"name": "x"}).content.decode()
    passkey = Authenticator.objects.create(user=administrator, type="webauthn", data={"name": "Key"})
    assert client.post("/account/security/app/remove/")["Location"] == SECURITY
    address = f"/account/security/passkeys/{passkey.pk}/"
    assert "this is your only one" in client.post(f"{address}remove/").content.decode()
    assert 'id="id_name_error"' in client.post(f"{address}name/", {"name": "a\u202eb"}).content.decode()
    assert list(Authenticator.objects.exclude(type="recovery_codes")) == [passkey]


def test_a_chair_of_today_is_asked_from_today(settings, client):
    settings.SECOND_FACTOR_FOR = MUST
    space, user = make_space(), make_user()
    sign_in(client, user)
    assert client.get("/desk/").status_code == 200
    held = caller(client, user)
    assert sessions_of_sockets.those_signed_in([held])
    join(user, space, Role.CHAIR)
    assert client.get("/desk/")["Location"] == SECURITY
    assert sessions_of_sockets.those_signed_in([held]) == {}, "an open socket is closed"


def test_what_matters_asks_once_more_who_it_is(client):
    user = make_user()
    sign_in(client, user)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        for address in ("app/add/", "passkeys/add/"):
            asked = client.get(SECURITY + address)
            assert asked["Location"].startswith("/account/reauthenticate/?next=")
        refused = client.post(asked["Location"], {"password": "a guess"}).content.decode()
        assert "This is not your password." in refused and 'id="id_password_error"' in refused
        assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == SECURITY + "passkeys/add/"
        assert client.get(SECURITY + "passkeys/add/").status_code == 200


def test_an_administrator_resets_a_lost_one(client, administrator, django_capture_on_commit_callbacks, mailoutbox):
    user, own = make_user("Who lost it", language="en"), Client()
    sign_in(own, user)
    set_up_an_app(own)
    address = f"/accounts/{user.pk}/"
    sign_in(client, administrator)
    assert "Who lost it" in client.get("/accounts/", {"q": "who LOST"}).content.decode()
    assert 'id="id_reason_error"' in client.post(address, {"reason": ""}).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address, {"reason": "Called back."})["Location"] == address
    work()
    assert not Authenticator.objects.filter(user=user).exists()
    assert own.get("/desk/").status_code == 302
    entry = AuditEntry.objects.get(verb="second factor reset")
    assert (entry.actor, entry.object_id, entry.reason) == (administrator, user.pk, "Called back.")
    assert "An administrator has reset your second factor" in mailoutbox[-1].body
    assert sign_in(own, user)["Location"] == "/desk/"


def test_the_pages_of_administrators_are_there_for_nobody_else(client):
    organisation = make_organisation()
    officer = make_user(platform_role=PlatformRole.SECRETARIAT)
    client.force_login(officer)
    for address in ("/accounts/", f"/accounts/{officer.pk}/", f"/organisations/{organisation.pk}/sign-in/"):
        assert client.get(address).status_code == 404, address


def test_the_list_of_accounts_asks_as_much_for_many_as_for_few(client, administrator, django_assert_max_num_queries):
    client.force_login(administrator)
    client.get("/accounts/")
    with django_assert_max_num_queries(30) as few:
        client.get("/accounts/")
    for _number in range(12):
        make_user(organisation=make_organisation())
    with django_assert_max_num_queries(len(few)):
        client.get("/accounts/")


def test_the_only_administrator_who_has_lost_it_is_helped_by_whoever_runs_it(administrator):
    Authenticator.objects.create(user=administrator, type="totp", data={"secret": "x"})
    call_command("reset_second_factor", administrator.email, "The telephone is gone.")
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.get(verb="second factor reset").actor is None


def test_under_another_secret_key_no_code_fits_unless_the_old_key_is_named(settings):
    kept, old = sealed.seal("JBSWY3DPEHPK3PXP"), settings.SECRET_KEY
    settings.SECRET_KEY = "another"
    assert sealed.unseal(kept) != sealed.unseal(kept), "what nobody knows"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert sealed.unseal(kept) == "JBSWY3DPEHPK3PXP"
