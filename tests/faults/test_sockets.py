"""Sockets while connections break, a server is killed, Redis is restarted and a member is revoked: in short what
benchmarks/thousand_sockets.py does with a thousand of them for two minutes."""

import pytest

from benchmarks.worlds.many_sockets import Plan, run

pytestmark = [pytest.mark.full, pytest.mark.slow]


async def test_each_client_ends_with_each_message_once_and_in_order_and_whoever_is_revoked_with_nothing_more(stack):
    plan = Plan(users=6, sockets=18, seconds=12, a_second=4, cut_every=0.5)
    result = await run(stack, plan)
    assert result.posted == 48 and result.cuts > 0
    assert result.wrong == []
    assert result.messages_after_revocation == 0
    assert result.after_revocation == []
