"""Behind a trusted proxy we go by the address that the proxy wrote; else by that of the connection."""

import pytest

from accounts.callers import address_of_socket
from coordination.models import AuditEntry, Marking, Role
from tests.factories import make_action, make_member, make_space, make_user, mark

pytestmark = pytest.mark.django_db

PROXY = "192.0.2.1"
SENT = [
    (True, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
    (True, "2001:db8::7", "2001:db8::7"),
    (True, "", PROXY),
    (True, "unknown", PROXY),
    (False, "198.51.100.7", PROXY),
]


@pytest.mark.parametrize(("trusted", "forwarded_for", "noted"), SENT)
def test_the_trail_notes_the_caller(client, settings, trusted, forwarded_for, noted):
    settings.TRUSTED_PROXY = trusted
    space = make_space()
    reader = make_member(space, Role.READER)
    action = mark(make_action(space), Marking.RED, users=[reader])
    client.force_login(reader)
    client.get(action.get_absolute_url(), REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": forwarded_for})
    assert AuditEntry.objects.get(verb="read").address == noted


@pytest.mark.parametrize(("trusted", "forwarded_for", "noted"), SENT)
def test_a_socket_notes_the_caller(settings, trusted, forwarded_for, noted):
    settings.TRUSTED_PROXY = trusted
    scope = {"client": (PROXY, 5000), "headers": [(b"x-forwarded-for", forwarded_for.encode())]}
    assert address_of_socket(scope) == noted


@pytest.mark.parametrize(("trusted", "others_are_stopped"), [(True, False), (False, True)])
def test_many_attempts_from_one_address_stop_nobody_elsewhere(client, settings, trusted, others_are_stopped):
    settings.TRUSTED_PROXY = trusted
    user = make_user()

    def sign_in(email, password, caller):
        answers = {"login": email, "password": password}
        headers = {"X-Forwarded-For": caller}
        return client.post("/account/login/", answers, REMOTE_ADDR=PROXY, headers=headers)

    for number in range(40):
        sign_in(f"nobody{number}@accord.example", "not the password", "198.51.100.7")
    answer = sign_in(user.email, "correct horse battery", "198.51.100.8")
    assert (answer.status_code != 302) == others_are_stopped
