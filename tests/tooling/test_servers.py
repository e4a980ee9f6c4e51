"""What tests/servers.py promises to the tests that need real processes."""

import pytest
from asgiref.sync import sync_to_async

from tests.factories import make_action, make_member, make_organisation, make_space, make_user
from tests.servers import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.both_stacks]


def test_a_server_shows_what_the_test_arranged_to_those_who_may_see_it(stack):
    space = make_space("Border management")
    action = make_action(space, owner=make_organisation(), title="Train thirty officers")
    member, stranger = make_member(space), make_user()
    server = stack.server()
    assert "Train thirty officers" in server.get(action.get_absolute_url(), member).text
    assert server.get(action.get_absolute_url(), stranger).status == 404
    assert server.get("/readyz").status == 200
    a_form_is_accepted_from_a_signed_in_user(server, member)
    server.kill()
    assert not server.is_running
    server.start()  # on the same address, with the same data
    assert "Train thirty officers" in server.get(action.get_absolute_url(), member).text


def a_form_is_accepted_from_a_signed_in_user(server, user):
    fields = {"name": "Nadia", "language": "ur", "time_zone": "Asia/Karachi", "theme": "auto", "mail_rhythm": "at_once"}
    assert server.post("/account/preferences/", fields, user).status == 302
    user.refresh_from_db()
    assert (user.name, user.language) == ("Nadia", "ur")


def test_a_worker_starts_and_stops(stack):
    worker = stack.worker()
    assert worker.is_running
    worker.stop()
    assert "The worker has stopped." in worker.log


async def test_an_async_test_arranges_data_in_the_same_database(stack):
    member = await sync_to_async(make_member)(await sync_to_async(make_space)("Border management"))
    server = await sync_to_async(stack.server)()
    reply = await sync_to_async(server.get)("/desk/", member)
    assert reply.status == 200


@pytest.mark.full
def test_a_server_answers_again_after_its_own_redis_and_postgresql_were_restarted(stack):
    postgres, redis = stack.postgresql(), stack.redis()
    member = make_member(make_space("Border management"))
    server = stack.server()
    postgres.stop()
    redis.kill()
    assert server.get("/readyz").status == 503
    postgres.start()
    redis.start()
    wait_until(lambda: server.get("/readyz").status == 200, "It does not find them again.")
    assert server.get("/desk/", member).status == 200
