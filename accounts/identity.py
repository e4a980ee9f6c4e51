"""Signing in through the provider of one's own organisation, by OpenID Connect.

allauth makes the steps, with state and PKCE. What it leaves out is asked here: a nonce; the signature of the token,
whoever brought it; the issuer that an administrator has named. Nothing is taken from the address that somebody is sent
with, and nothing is made for whoever has no account.
"""

import hmac
import json
import logging
import secrets
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.models import IdentityProvider, User

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 8
LONGEST_REASON = 300
LONGEST_ANSWER = 1_000_000
CLOCKS_DIFFER_SECONDS = 60
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
# What a provider says of how it has asked (RFC 8176): both, or one of what one knows and one of what one has.
BOTH, KNOWN, HELD = {"mfa"}, {"pwd", "pin", "kba"}, {"otp", "hwk", "swk", "sc", "sms", "tel", "fpt", "face"}

REFUSALS = {
    "unverified": _("Your organisation’s sign-in does not say that your e-mail address has been verified."),
    "domain": _("Your organisation’s sign-in has named an address for which it does not speak here."),
    "unknown": _("Nobody of this organisation is invited with the address that its sign-in has named."),
    "other": _("This account is linked with another account of your organisation’s sign-in."),
    "failed": _("Your organisation’s sign-in has not answered as it should. Try again in a few minutes."),
    "cancelled": _("The sign-in at your organisation was not finished."),
    "closed": _("Your organisation signs in through its own sign-in alone."),
}


def refused(request: HttpRequest, why: str) -> HttpResponse:
    """A sentence that says what is wrong; nothing was made."""
    context = {"sentence": REFUSALS[why], "try_again": why in ("failed", "cancelled", "closed")}
    return render(request, "accounts/provider_refused.html", context, status=403)


def failed(request: HttpRequest, key: str, error: Any = None, exception: Exception | None = None) -> HttpResponse:
    """The steps were not finished. The log says why: it concerns the provider, not the person."""
    if error == AuthError.CANCELLED:
        return refused(request, "cancelled")
    logger.warning("The sign-in %s has failed: %s", key, str(exception or error)[:LONGEST_REASON])
    return refused(request, "failed")


class Patience(requests.Session):
    """Calls that end, and that lead nowhere else."""

    def __init__(self) -> None:
        super().__init__()
        self.max_redirects = 0

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        return super().request(*args, **{"timeout": TIMEOUT_SECONDS, **kwargs})


# --- what allauth asks ---------------------------------------------------------------------------------------------
class Provider(OpenIDConnectProvider):
    """The provider of an organisation."""

    @property
    def record(self) -> IdentityProvider:
        return self.app.record

    @property
    def server_url(self) -> str:
        return self.wk_server_url(self.record.issuer.rstrip("/"))

    def get_oauth2_adapter(self, request):
        return Steps(request, self.app.provider_id)

    def extract_uid(self, data) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data) -> dict[str, Any]:
        """Of what the provider tells nothing is kept but who it is."""
        return {"iss": data["iss"]}

    def extract_common_fields(self, data) -> dict[str, Any]:
        return {"email": data.get("email")}

    def extract_email_addresses(self, data) -> list[Any]:
        return []

    def serialize(self) -> dict[str, Any]:
        return {"id": self.app.provider_id}

    def start(self, request: HttpRequest, *, email: str, next_url: str | None, once_more: bool) -> HttpResponse:
        """Send the browser to the provider; what it is sent with is decided here, and not by its address."""
        nonce = secrets.token_urlsafe(24)
        params = {"nonce": nonce, "login_hint": email}
        if once_more:
            params |= {"prompt": "login", "max_age": "0"}
        if self.record.counts_second_factor and self.record.acr_values:
            params["acr_values"] = self.record.acr_values
        return self.redirect(
            request, AuthProcess.LOGIN, next_url=next_url, data={"nonce": nonce}, auth_params=params,
            scope=["openid", "email"],
        )  # fmt: skip


class Adapter(DefaultSocialAccountAdapter):
    """Who is let in through a provider: an account of its organisation, by an address that it has verified."""

    def list_apps(self, request, provider=None, client_id=None) -> list[SocialApp]:
        rows = IdentityProvider.objects.filter(is_open=True).select_related("organisation")
        return [_app_of(row) for row in (rows.filter(key=provider) if provider else rows)]

    def get_provider(self, request, provider, client_id=None) -> Provider:
        return Provider(request, app=self.get_app(request, provider=provider))

    def get_requests_session(self) -> requests.Session:
        return Patience()

    def authenticate_by_email(self, sociallogin) -> None:
        """By nothing but `pre_social_login`, which knows of organisations."""

    def is_open_for_signup(self, request, sociallogin) -> bool:
        return False

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None) -> None:
        raise ImmediateHttpResponse(failed(request, provider.app.provider_id, error, exception))

    def pre_social_login(self, request, sociallogin: SocialLogin) -> None:
        provider: IdentityProvider = sociallogin.provider.record
        claims = sociallogin.claims
        found = find(provider, claims, sociallogin.user if sociallogin.is_existing else None)
        if isinstance(found, str):
            logger.info("Through the sign-in %s nobody was let in: %s.", provider.key, found)
            raise ImmediateHttpResponse(refused(request, found))
        if not found.is_active:
            raise ImmediateHttpResponse(redirect("account_inactive"))
        request.came_through = provider
        request.second_factor_at_provider = provider.counts_second_factor and says_second_factor(provider, claims)
        if not sociallogin.is_existing:
            with transaction.atomic():
                sociallogin.connect(request, found)
                services.take_into_use(found)


def find(provider: IdentityProvider, claims: dict[str, Any], linked: User | None) -> User | str:
    """The account that these claims let in, or why there is none. `linked` is that of an earlier sign-in."""
    email = str(claims.get("email") or "").lower()
    if not email or claims.get("email_verified") is not True:
        return "unverified"
    if not provider.speaks_for(email):
        return "domain"
    user = User.objects.filter(email__iexact=email, organisation=provider.organisation_id).first()
    if user is None or (linked is not None and linked != user):
        return "unknown"
    if linked is None and SocialAccount.objects.filter(user=user, provider=provider.key).exists():
        return "other"  # the address has gone to somebody else
    return user


def says_second_factor(provider: IdentityProvider, claims: dict[str, Any]) -> bool:
    """Whether the provider says that it has asked for two factors."""
    amr = claims.get("amr")
    ways = {str(way) for way in amr} if isinstance(amr, list) else set()
    by_amr = bool(ways & BOTH) or bool(ways & KNOWN and ways & HELD)
    return by_amr or str(claims.get("acr") or "") in provider.acr_values.split()


def _app_of(provider: IdentityProvider) -> SocialApp:
    """As allauth wants it; never saved, for the secret stands in it."""
    app = SocialApp(
        provider="openid_connect", provider_id=provider.key, name=provider.organisation.name[:40],
        client_id=provider.client_id, secret=settings.OIDC_SECRETS.get(provider.secret_name, ""),
        settings={"oauth_pkce_enabled": True},
    )  # fmt: skip
    app.record = provider
    return app


# --- the steps -----------------------------------------------------------------------------------------------------
class Steps(OpenIDConnectOAuth2Adapter):
    """As allauth's, with the token looked at more closely."""

    expected_nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        if not hasattr(self, "_openid_config"):
            self._openid_config = discovered(self.get_provider().record.issuer)
        return self._openid_config

    def get_callback_url(self, request, app) -> str:
        return build_absolute_uri(request, reverse("provider_callback", kwargs={"key": self.provider_id}))

    def complete_login(self, request, app, token, **kwargs) -> SocialLogin:
        claims = self._claims(app, kwargs["response"].get("id_token") or "")
        if "email" not in claims and self.openid_config.get("userinfo_endpoint"):
            more = self._fetch_user_info(token.token)
            if more.get("sub") != claims["sub"]:
                raise OAuth2Error("The token and what is told of the user are of two.")
            claims = {**more, **claims}
        login = self.get_provider().sociallogin_from_response(request, claims)
        login.claims = claims
        return login

    def _claims(self, app: SocialApp, token: str) -> dict[str, Any]:
        try:
            claims = jwt.decode(
                token, _key_of(token, self.openid_config["jwks_uri"]), algorithms=ALGORITHMS, audience=app.client_id,
                issuer=self.openid_config["issuer"], leeway=CLOCKS_DIFFER_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )  # fmt: skip
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("The token does not hold.") from error
        nonce = str(claims.get("nonce") or "")
        if not self.expected_nonce or not hmac.compare_digest(nonce.encode(), self.expected_nonce.encode()):
            raise OAuth2Error("The token was made for another sign-in.")
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("The token was made for another program.")
        return claims


class ComingBack(OAuth2CallbackView):
    def _get_state(self, request, provider):
        state, response = super()._get_state(request, provider)
        self.adapter.expected_nonce = ((state or {}).get("data") or {}).get("nonce", "")
        return state, response


def discovered(issuer: str) -> dict[str, Any]:
    """What the provider says of itself. Raises OAuth2Error where it does not answer, or speaks for another issuer."""
    found = _asked(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer", "").rstrip("/") != issuer.rstrip("/"):
        raise OAuth2Error("Another issuer answers.")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not may_be_called(str(found.get(name, ""))):
            raise OAuth2Error(f"The address {name} is missing, or is none that may be called.")
    return found


def may_be_called(url: str) -> bool:
    """By https; by http only where Accord itself is not served by https: for trying out."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and not settings.HTTPS))


def _key_of(token: str, jwks_uri: str) -> Any:
    """The provider's key by which the token says that it was signed."""
    wanted = jwt.get_unverified_header(token).get("kid")
    keys = jwt.PyJWKSet.from_dict(_asked(jwks_uri)).keys
    found = [key for key in keys if key.key_id == wanted] or (keys if wanted is None and len(keys) == 1 else [])
    if not found:
        raise OAuth2Error("The token was signed with no key of the provider.")
    return found[0]


def _asked(url: str) -> dict[str, Any]:
    try:
        with Adapter().get_requests_session() as session, session.get(url, stream=True) as answer:
            answer.raise_for_status()
            body = answer.raw.read(LONGEST_ANSWER, decode_content=True)
        found = json.loads(body)
    except (requests.RequestException, ValueError, OSError) as error:
        raise OAuth2Error("The provider does not answer.") from error
    if not isinstance(found, dict):
        raise OAuth2Error("The provider’s answer makes no sense.")
    return found


# --- who signs in that way -----------------------------------------------------------------------------------------
def provider_for(email: str) -> IdentityProvider | None:
    """The provider that speaks for an address; it says nothing of whether there is an account."""
    providers = IdentityProvider.objects.filter(is_open=True)
    return next((one for one in providers if one.speaks_for(email)), None)


def refuse_other_ways(request: HttpRequest, user: User) -> HttpResponse | None:
    """Whose organisation signs in through its provider alone does so: told to whoever has proved who it is."""
    if getattr(request, "came_through", None) is None and user.comes_through_its_provider_alone:
        clear_login(request)
        return refused(request, "closed")
    return None
