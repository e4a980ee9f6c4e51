"""Signing in through the provider of an organisation: who is let in, and that nothing is made for anybody else.

The provider is played here; tests/browser/test_signing_in.py goes the same way with a real one.
"""

import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from accounts import identity
from accounts.models import IdentityProvider, PlatformRole, User
from coordination.models import AuditEntry
from tests.accounts.signing import sign_in
from tests.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db

ISSUER = "https://login.fia.example"
EMAIL = "liaison@fia.example"
KEY, ANOTHER_KEY = (ec.generate_private_key(ec.SECP256R1()) for _number in range(2))


class Played:
    """A provider: what it says of itself, and the token that it gives next."""

    def __init__(self) -> None:
        self.claims, self.key, self.asked, self.sent = {}, KEY, {}, {}

    def answer(self, url):
        if url == f"{ISSUER}/.well-known/openid-configuration":
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            return {"issuer": ISSUER, **{name: f"{ISSUER}/{name}" for name in names}}
        key = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key()))
        return {"keys": [{**key, "kid": "one", "alg": "ES256"}]}

    def token(self, client, code, pkce_code_verifier=None, **_more):
        self.sent = {"code": code, "verifier": pkce_code_verifier, "secret": client.consumer_secret}
        now = int(time.time())
        claims = {
            "iss": ISSUER, "aud": "accord", "sub": "42", "iat": now, "exp": now + 60, "nonce": self.asked["nonce"],
            "email": EMAIL, "email_verified": True, **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return {"access_token": "x", "id_token": jwt.encode(claims, self.key, "ES256", headers={"kid": "one"})}


@pytest.fixture
def provider(monkeypatch):
    played = Played()
    monkeypatch.setattr(identity, "_asked", played.answer)
    monkeypatch.setattr(
        OAuth2Client, "get_access_token", lambda client, code, **more: played.token(client, code, **more)
    )
    return played


@pytest.fixture
def fia(settings):
    settings.OIDC_SECRETS = {"fia": "only the environment knows"}
    return make_organisation("FIA")


@pytest.fixture
def record(fia):
    return IdentityProvider.objects.create(
        organisation=fia, issuer=ISSUER, client_id="accord", secret_name="fia", domains="fia.example", is_open=True
    )


@pytest.fixture
def user(fia):
    user = make_user("Liaison", organisation=fia)
    User.objects.filter(pk=user.pk).update(email=EMAIL)
    return User.objects.get(pk=user.pk)


def set_out(client, provider, email=EMAIL):
    """Give the address; the page leads to the provider."""
    page = client.post("/account/organisation/", {"email": email}).content.decode()
    [address] = re.findall(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
    provider.asked = {
        name: values[0] for name, values in parse_qs(urlsplit(address.replace("&amp;", "&")).query).items()
    }
    assert address.startswith(f"{ISSUER}/authorization_endpoint?")
    return provider.asked


def come_back(client, record, **changes):
    asked = {"code": "c", **changes}
    return client.get(f"/account/organisation/{record.key}/back/", asked)


def through(client, provider, record):
    asked = set_out(client, provider)
    return come_back(client, record, state=asked["state"])


def test_whoever_is_invited_comes_in_and_is_known_by_the_subject_from_then_on(client, provider, record, user):
    asked = set_out(client, provider)
    assert asked["code_challenge_method"] == "S256" and asked["login_hint"] == EMAIL and asked["nonce"]
    assert come_back(client, record, state=asked["state"])["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200
    assert provider.sent["secret"] == "only the environment knows" and provider.sent["verifier"]
    assert list(SocialAccount.objects.values_list("user", "provider", "uid")) == [(user.pk, record.key, "42")]
    assert list(AuditEntry.objects.values_list("actor", "verb")) == [(user.pk, "sign-in linked")]
    user.refresh_from_db()
    assert user.has_usable_password(), "the password is as it was"
    assert through(Client(), provider, record)["Location"] == "/desk/"
    assert AuditEntry.objects.count() == 1


REFUSED = {
    "an address that is not verified": ({"email_verified": None}, "has been verified"),
    "an address that is verified in words": ({"email_verified": "true"}, "has been verified"),
    "no address": ({"email": None}, "has been verified"),
    "an address of another domain": ({"email": "liaison@moi.example"}, "does not speak here"),
    "an address of a domain below": ({"email": "liaison@sub.fia.example"}, "does not speak here"),
    "an address that nobody has invited": ({"email": "nobody@fia.example"}, "Nobody of this organisation"),
    "an address that is of another organisation": ({"email": "guest@fia.example"}, "Nobody of this organisation"),
    "a token of another issuer": ({"iss": "https://evil.example"}, "has not answered as it should"),
    "a token for another program": ({"aud": "other"}, "has not answered as it should"),
    "a token for another program besides": ({"aud": ["accord", "other"], "azp": "other"}, "not answered"),
    "a token for another sign-in": ({"nonce": "another"}, "has not answered as it should"),
    "a token for no sign-in": ({"nonce": None}, "has not answered as it should"),
    "a token that has ended": ({"exp": 1}, "has not answered as it should"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_nobody_else_is_let_in_and_nothing_is_made(what, client, provider, record, user):
    guest = make_user("Guest", organisation=make_organisation("MOI"))
    User.objects.filter(pk=guest.pk).update(email="guest@fia.example")
    users = User.objects.count()
    provider.claims, sentence = REFUSED[what]
    answer = through(client, provider, record)
    assert (answer.status_code, sentence in answer.content.decode()) == (403, True)
    assert client.get("/desk/").status_code == 302
    assert (User.objects.count(), SocialAccount.objects.count()) == (users, 0)


def test_a_token_signed_by_somebody_else_a_state_of_another_and_an_address_passed_on_open_nothing(
    client, provider, record, user
):
    provider.key = ANOTHER_KEY
    assert "not answered" in through(client, provider, record).content.decode()
    provider.key = KEY
    state = set_out(client, provider)["state"]
    assert come_back(Client(), record, state=state).status_code == 403, "another browser"
    assert come_back(client, record, state="made up").status_code == 403
    through(client, provider, record)
    provider.claims = {"sub": "43"}
    assert "linked with another account" in through(Client(), provider, record).content.decode()
    assert SocialAccount.objects.count() == 1


def test_what_the_address_says_changes_nothing_of_what_the_provider_is_sent(client, provider, record, user):
    page = client.post(
        "/account/organisation/?auth_params=redirect_uri%3Dhttps://evil.example&scope=all&process=connect",
        {"email": EMAIL, "next": "https://evil.example/"},
    ).content.decode()
    [address] = re.findall(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
    assert "evil.example" not in address and "scope=openid+email" in address.replace("email+openid", "openid+email")


def test_an_organisation_may_require_its_provider(client, provider, record, user, mailoutbox):
    IdentityProvider.objects.update(is_required=True)
    assert "do not belong together" in sign_in(client, user, "a guess").content.decode(), "it tells strangers nothing"
    assert "through its own sign-in alone" in sign_in(client, user).content.decode()
    assert client.get("/desk/").status_code == 302
    from accounts import services

    services.mail_new_password_link(EMAIL)
    assert mailoutbox == []
    invited = services.invite(user, email="new@fia.example", name="New", organisation=user.organisation)
    assert client.get(services.invitation_path(invited))["Location"] == "/account/organisation/"
    provider.claims = {"email": "new@fia.example"}
    assert through(client, provider, record)["Location"] == "/desk/"
    assert sign_in(Client(), make_user())["Location"] == "/desk/", "others sign in as before"


SECOND = {
    "it says nothing of it": ({}, True, False),
    "two ways": ({"amr": ["pwd", "otp"]}, True, True),
    "both in a word": ({"amr": ["mfa"]}, True, True),
    "a level that was named": ({"acr": "aal2"}, True, True),
    "a level that was not": ({"acr": "aal1"}, True, False),
    "one way": ({"amr": ["pwd"]}, True, False),
    "the organisation’s does not count": ({"amr": ["mfa"], "acr": "aal2"}, False, False),
}


@pytest.mark.parametrize("what", SECOND)
def test_a_second_factor_at_the_provider_counts_where_that_is_said(what, client, provider, record, user, settings):
    provider.claims, counts, is_enough = SECOND[what]
    IdentityProvider.objects.update(counts_second_factor=counts, acr_values="aal2")
    settings.SECOND_FACTOR_FOR = ["auditor"]
    User.objects.filter(pk=user.pk).update(platform_role=PlatformRole.AUDITOR)
    assert through(client, provider, record)["Location"] == "/desk/"
    assert (client.get("/desk/").status_code == 200) == is_enough
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    expected = "/desk/" if is_enough else "/account/login/code/"
    assert through(Client(), provider, record)["Location"] == expected


def test_somebody_without_password_and_factor_proves_it_at_the_provider(client, provider, record, user):
    User.objects.filter(pk=user.pk).update(password="!")
    through(client, provider, record)
    client.session  # noqa: B018
    session = client.session
    session["account_authentication_methods"] = [
        {**one, "at": one["at"] - 3600} for one in session["account_authentication_methods"]
    ]
    session.save()
    asked = client.get("/account/security/app/add/")
    assert asked["Location"].startswith("/account/organisation/?next=")
    assert set_out(client, provider)["prompt"] == "login"


FORM = {
    "issuer": ISSUER, "client_id": "accord", "secret_name": "fia", "domains": "fia.example fia.gov.example",
    "is_open": "on",
}  # fmt: skip
BAD = {
    "an issuer that is not reached by https": ("issuer", "http://login.fia.example"),
    "an issuer that does not answer as such": ("issuer", "https://other.example"),
    "a secret that the environment does not hold": ("secret_name", "moi"),
    "a name of any other setting": ("secret_name", "SECRET_KEY"),
    "no domain": ("domains", "fia"),
    "a domain of another organisation": ("domains", "moi.example"),
    "the only way while it is closed": ("is_required", None),
}


@pytest.fixture
def administrator(client):
    user = make_user("Administrator", platform_role=PlatformRole.ADMINISTRATOR)
    sign_in(client, user)
    return user


@pytest.mark.parametrize("what", BAD)
def test_a_bad_provider_is_refused_beside_its_field(what, client, administrator, fia, provider, monkeypatch, settings):
    settings.HTTPS = True
    field, value = BAD[what]
    IdentityProvider.objects.create(organisation=make_organisation("MOI"), domains="moi.example")
    if what.endswith("as such"):
        monkeypatch.setattr(identity, "discovered", lambda issuer: (_ for _ in ()).throw(OAuth2Error()))
    sent = {**FORM, field: value} if value else {**FORM, "is_open": "", "is_required": "on"}
    answer = client.post(f"/organisations/{fia.pk}/sign-in/", sent)
    assert list(answer.context["form"].errors) == [field]
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not IdentityProvider.objects.filter(organisation=fia).exists()


def test_an_administrator_names_it_and_the_trail_remembers_without_the_secret(client, administrator, fia, provider):
    address = f"/organisations/{fia.pk}/sign-in/"
    assert client.post(address, FORM)["Location"] == address
    record = IdentityProvider.objects.get()
    assert f"/account/organisation/{record.key}/back/" in client.get(address).content.decode()
    client.post(address, {**FORM, "is_required": "on"})
    first, second = AuditEntry.objects.filter(verb="sign-in of organisation changed").order_by("pk")
    assert (first.after["domains"], second.before, second.after) == (
        FORM["domains"], {"is_required": False}, {"is_required": True},
    )  # fmt: skip
    assert "only the environment knows" not in json.dumps([first.after, second.after])
