"""What the tests of signing in have in common: codes as an app shows them, and the worker that sends the mails."""

import re
import time
from unittest import mock

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import call_command

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


def work() -> None:
    """Let the worker do what it finds. When it wakes up it closes its connection, which here is the test's own."""
    with mock.patch("django_tasks_db.management.commands.db_worker.close_old_connections"):
        call_command("db_worker", queue_name="*", batch=True, startup_delay=False, interval=0)
