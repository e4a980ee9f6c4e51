"""What every answer tells the browser: a page, a file of the site, an upload, an answer to a program, an error."""

import os
import subprocess
import sys

import pytest
from django.test import Client

from coordination.models import Marking
from tests.factories import make_file, make_space, mark

pytestmark = pytest.mark.django_db
ON_ALL = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}


@pytest.fixture
def by_https(settings):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200), ("/static/accord/frame.css", 200), ("/nothing/", 404), ("/api/v1/me", 401), ("file", 200),
        ("fault", 500),
    ],
)  # fmt: skip
def test_every_answer_has_all_headers(by_https, path, status, monkeypatch):
    if path == "file":
        path = mark(make_file(make_space(), "a.png", b"picture"), Marking.CLEAR).get_absolute_url()
    elif path == "fault":
        path = "/"
        monkeypatch.setattr("home.views.HomePage.objects.live", None)
    answer = by_https.get(path, secure=True)
    assert answer.status_code == status
    assert {name: answer.get(name) for name in ON_ALL} == ON_ALL
    assert "camera=()" in answer["Permissions-Policy"]
    policy = answer["Content-Security-Policy"]
    # What somebody uploaded is shown by readers of the browser's own, which set styles.
    assert ("default-src 'self'" in policy and "unsafe" not in policy) or "default-src 'none'" in policy
    assert "Access-Control-Allow-Origin" not in answer


def test_nothing_is_sent_back_as_it_came(by_https):
    answer = by_https.trace("/", HTTP_COOKIE="sessionid=canary")
    assert answer.status_code == 405
    assert b"canary" not in answer.content


COOKIES = {
    "SESSION_COOKIE_NAME": "__Host-sessionid", "CSRF_COOKIE_NAME": "__Host-csrftoken",
    "LANGUAGE_COOKIE_NAME": "__Host-language", "THEME_COOKIE_NAME": "__Host-theme",
    "DEVICE_COOKIE_NAME": "__Host-device", "MESSAGES_COOKIE_NAME": "__Host-messages",
    "SESSION_COOKIE_SECURE": "True", "CSRF_COOKIE_SECURE": "True",
    "SESSION_COOKIE_HTTPONLY": "True", "CSRF_COOKIE_HTTPONLY": "True", "SESSION_COOKIE_SAMESITE": "Lax",
    "CSRF_COOKIE_SAMESITE": "Lax",
}  # fmt: skip


def test_with_https_cookies_are_for_this_host_alone():
    said = "import sys; from django.conf import settings; print(*(getattr(settings, name) for name in sys.argv[1:]))"
    environment = {**os.environ, "BASE_URL": "https://accord.example", "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", said, *COOKIES]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.split() == list(COOKIES.values())
