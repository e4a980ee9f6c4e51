"""1,000 sockets of 200 users on two servers with Redis, 20 messages a second for two minutes, in one discussion which
all of them follow: sockets are cut at random, a server is killed and started again, Redis restarted, a member revoked.

    .venv/bin/python benchmarks/thousand_sockets.py           (or: make bench)

At the end each member's client must have each message once and in order, the revoked member nothing that came after.
Figures: from the sending of a message until each socket has it. Sizes: BENCH_SOCKETS, BENCH_USERS, BENCH_SECONDS,
BENCH_A_SECOND. Needs PostgreSQL and Redis (`make services`); the Redis that is restarted is its own.
"""

import asyncio
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.worlds.own_stack import own_stack


def main() -> int:
    with own_stack() as stack:
        from benchmarks.worlds.many_sockets import Plan, run

        plan = Plan(
            users=int(os.environ.get("BENCH_USERS", "200")),
            sockets=int(os.environ.get("BENCH_SOCKETS", "1000")),
            seconds=float(os.environ.get("BENCH_SECONDS", "120")),
            a_second=float(os.environ.get("BENCH_A_SECOND", "20")),
        )
        result = asyncio.run(run(stack, plan, lambda sentence: print(sentence, flush=True)))
    print(f"{result.posted} messages to {result.sockets} sockets, {result.cuts} cut on the way")
    print(f"sockets that do not have each message once and in order: {len(result.wrong)}")
    for sentence in result.wrong[:10]:
        print(f"  {sentence}")
    if result.refused:
        print(f"errors that were answered: {dict(result.refused)}")
    frames = ", ".join(f"{late * 1000:.0f} ms" for late in result.after_revocation[:10])
    print(f"frames of the space after the revocation had returned: {len(result.after_revocation)} ({frames})")
    if result.seconds:
        median, most, nearly_all = (result.percentile(part) for part in (0.5, 0.95, 0.99))
        print(f"from sent to received: median {median:.0f} ms, 95 % {most:.0f} ms, 99 % {nearly_all:.0f} ms")
    return 1 if result.wrong or result.messages_after_revocation else 0


if __name__ == "__main__":
    sys.exit(main())
