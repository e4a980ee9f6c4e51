"""What the table of docs/security-asvs.md says of settings and of what the process is made of, many rows at once."""

import logging
from datetime import timedelta
from hashlib import sha1

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from config.logs import Line, WithoutAddresses
from coordination import outside
from tests.accounts.signing import set_up_an_app, sign_in
from tests.factories import make_user

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
