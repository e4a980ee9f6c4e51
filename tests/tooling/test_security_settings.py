"""What the table of docs/security-asvs.md says of settings and of what the process is made of, many rows at once."""

import base64
import inspect
import logging
import math
import re
import ssl
from datetime import timedelta
from hashlib import sha1
from pathlib import Path

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import sealed
from accounts.models import User
from accounts.session_store import SessionStore
from config import settings as own
from config.logs import Line, WithoutAddresses
from coordination import outside
from coordination.services.feeds import new_secret
from tests.accounts.signing import set_up_an_app, sign_in
from tests.factories import make_user

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "config", "coordination", "discussion", "home", "knowledge", "meetings", "search")
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("idle", "asked_after_minutes", "ends"),
    [(None, (300, 600, 719, 721), 721), (60, (50, 100, 165), 165)],
    ids=["after the hours from signing in, however it is used", "where nothing was asked for so long"],
)
def test_a_session_ends(client, settings, idle, asked_after_minutes, ends):
    settings.SESSION_IDLE_MINUTES = idle or settings.SESSION_IDLE_MINUTES
    begun = timezone.now()
    with time_machine.travel(begun, tick=False):
        client.force_login(make_user())
    for minutes in asked_after_minutes:
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            assert client.get("/desk/").status_code == (302 if minutes == ends else 200), minutes


def test_a_password_that_has_come_out_elsewhere_is_refused(settings, tmp_path):
    come_out = [f"horses in the rain {number}" for number in range(40)]
    file = tmp_path / "pwned.txt"
    file.write_text("".join(sorted(f"{sha1(one.encode()).hexdigest().upper()}:{len(one)}\r\n" for one in come_out)))
    validate_password(come_out[0])
    settings.BREACHED_PASSWORDS = str(file)
    for one in come_out:
        with pytest.raises(ValidationError, match="come out elsewhere"):
            validate_password(one)
    for number in range(40, 80):
        validate_password(f"horses in the rain {number}")


def test_only_named_hosts_are_called_where_some_are_named(settings):
    asked = dict.fromkeys(("https://fine.example/", "https://a.fine.example/", "https://finer.example/x?y"))
    for names in ([], ["fine.example", "*.b.example"], ["*.fine.example"]):
        settings.OUTSIDE_HOSTS = names
        for url in asked:
            try:
                asked[url] = (asked[url] or "") + ("y" if outside.checked(url) else "")
            except outside.NotNamedError:
                asked[url] = (asked[url] or "") + "n"
    assert asked == {
        "https://fine.example/": "yyn",
        "https://a.fine.example/": "yny",
        "https://finer.example/x?y": "ynn",
    }


def test_whoever_asks_for_more_than_a_person_does_waits(client, settings):
    settings.REQUESTS_A_MINUTE = 5
    caches["this_process"].clear()  # of users that were taken back, whose numbers come again
    with time_machine.travel(timezone.now(), tick=False):
        client.force_login(make_user())
        answers = [client.get("/account/preferences/") for _number in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] and answers[-1]["Retry-After"]
        client.force_login(make_user())
        assert client.get("/account/preferences/").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        assert client.get("/account/preferences/").status_code == 200


def test_sign_ins_and_refusals_are_written_down_by_account_and_without_a_name(client, caplog):
    caplog.set_level(logging.INFO)
    user, line, without = make_user(), Line("{message}", style="{"), WithoutAddresses()
    sign_in(client, user, "guess")
    client.post("/account/login/", {"login": "nobody@accord.example", "password": "guess"})
    sign_in(client, user)
    set_up_an_app(client)
    client.get("/actions/abcdefghij/")
    client.post("/account/logout/")
    sign_in(client, user)
    client.post("/account/login/code/", {"code": "000000"})
    said = [line.format(record) for record in caplog.records if without.filter(record)]
    [caller] = {one.rpartition("caller=")[2].split()[0] for one in said if "caller=" in one}
    assert len(caller) == 12
    assert [one.replace(f" caller={caller}", "") for one in said if "caller=" in one] == [
        f"not let in account={user.pk} by=password",
        "not let in by=password",
        f"proved who it is account={user.pk} by=password",
        f"signed in account={user.pk}",
        f"Not Found: /actions/<str:key>/ account={user.pk}",
        f"signed out account={user.pk}",
        f"proved who it is account={user.pk} by=password",
        f"not let in account={user.pk} by=code",
    ]
    assert not {user.email, "nobody@accord.example", "abcdefghij"} & set(" ".join(said).split())


def test_what_guards_secrets_is_of_the_right_kind_and_size(settings, monkeypatch):
    # Passwords: a slow hash, in place of an older one where there is one, and no day on which they end.
    settings.PASSWORD_HASHERS = own.PASSWORD_HASHERS
    kept = make_password("horses in the rain")
    assert kept.startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")
    assert identify_hasher("pbkdf2_sha256$1000000$salt$hash").algorithm == "pbkdf2_sha256"
    assert [field.name for field in User._meta.get_fields() if "password" in field.name] == ["password"]
    # Chance: sessions, secrets of feeds and tokens, second factors.
    bits = {
        "session": len(SessionStore()._get_new_session_key()) * math.log2(len(VALID_KEY_CHARS)),
        "secret": len(base64.urlsafe_b64decode(new_secret() + "==")) * 8,
        "app": len(base64.b32decode(generate_totp_secret())) * 8,
    }
    assert min(bits.values()) >= 128, bits
    for made in (SessionStore._get_new_session_key, new_secret, generate_totp_secret, RecoveryCodes.generate_seed):
        assert re.search(r"secrets\.token|get_random_string", inspect.getsource(made)), made
    # What is sealed is authenticated, and outlives a change of the key.
    sealed_text = sealed.seal("secret of an app")
    assert sealed.unseal(sealed_text[:-6] + "AAAAAA") != "secret of an app"
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key of fifty letters or more"
    assert sealed.unseal(sealed_text) == "secret of an app"
    # Certificates of those whom Accord calls.
    asked = []
    monkeypatch.setattr(outside.socket, "create_connection", lambda *_to: None)
    monkeypatch.setattr(
        ssl.SSLContext,
        "wrap_socket",
        lambda self, sock, server_hostname: asked.append((self.verify_mode, self.check_hostname, server_hostname)),
    )
    outside._Connection("fine.example", 443, "192.0.2.1", True).connect()
    assert asked == [(ssl.CERT_REQUIRED, True, "fine.example")]


def sources(*folders, ending):
    return {file.relative_to(ROOT): file.read_text() for name in folders for file in (ROOT / name).rglob(f"*.{ending}")}


def test_no_weak_hash_guards_anything():
    code = sources(*PACKAGES, ending="py")
    weak = {str(file) for file, text in code.items() if re.search(r"\b(md5|sha1|SHA1|DES3?|ARC4|ECB)\(", text)}
    assert weak == {"config/passwords.py"}, "which looks a password up in a list"
    macs = [call for text in code.values() for call in re.findall(r"\bsalted_hmac\((?:[^()]|\([^()]*\))*\)", text)]
    assert macs and all("sha256" in call for call in macs)


def test_nothing_runs_what_is_text():
    forbidden = re.compile(r"(?<![\w.])(?:eval|exec)\(|shell=True|os\.system|\b(?:pickle|marshal|yaml)\b")
    assert [str(file) for file, text in sources(*PACKAGES, ending="py").items() if forbidden.search(text)] == []


def test_no_script_merges_objects_or_makes_code():
    forbidden = re.compile(
        r"\beval\(|new Function|__proto__|setPrototypeOf|setTimeout\(\s*['\"`]|Object\.assign\([^;]*JSON\.parse"
    )
    assert [
        str(file) for file, text in sources("static/accord/js", ending="js").items() if forbidden.search(text)
    ] == []


def test_the_log_goes_to_the_output_of_the_process_alone():
    handlers = [handler["class"] for handler in own.LOGGING["handlers"].values()]
    assert handlers == ["logging.StreamHandler"] and own.LOGGING["root"]["handlers"] == ["console"]
    assert not any(logger.get("handlers") for logger in own.LOGGING["loggers"].values())
