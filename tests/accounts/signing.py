"""What the tests of signing in have in common: codes as an app shows them."""

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

PASSWORD = "correct horse battery"


def code_of(secret: str, later: int = 0) -> str:
    """What an app with this secret shows, `later` half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def sign_in(client, user, password=PASSWORD, **more):
    return client.post("/account/login/", {"login": user.email, "password": password, **more})


def set_up_an_app(client) -> str:
    """For whoever has just signed in; gives the secret."""
    page = client.get("/account/security/app/add/")
    secret = re.search(r"accord-secret[^>]*>(\w+)<", page.content.decode())[1]
    answer = client.post("/account/security/app/add/", {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret
