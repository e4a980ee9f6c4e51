"""A hundred thousand inputs (or as many as the argument says) to the parser of frames and to the formatter of messages.

    .venv/bin/python scripts/fuzz.py [how many]

Inputs come from Hypothesis, each with some that are nearly the same, and are other ones each time. It says how far it
is, and fails at the first that makes anything crash or come out unescaped; tests/discussion/test_frames.py does the
same with some hundreds.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ |= {"SECRET_KEY": "only-for-checks", "DJANGO_SETTINGS_MODULE": "config.settings"}


# Hypothesis remembers what it has tried, so many at a time.
AT_A_TIME = 5000


def main(number: int) -> None:
    import django

    django.setup()
    from tests.discussion import inputs

    for name, (strategy, check) in inputs.ALL.items():
        begun, done = time.monotonic(), 0
        while done < number:
            done += try_some(strategy, check, min(AT_A_TIME, number - done))
            print(f"{name}: {done} inputs, {time.monotonic() - begun:.0f} seconds, nothing wrong", flush=True)


def try_some(strategy: Any, check: Callable[[str], None], number: int) -> int:
    """How many it were: `number` or a few more, or fewer where Hypothesis finds no other ones."""
    from hypothesis import HealthCheck, Phase, given, settings

    from tests.discussion import inputs

    tried = 0

    def all_of_them(content: str) -> None:
        nonlocal tried
        for one in inputs.with_neighbours(content):
            tried += 1
            check(one)

    many = settings(
        max_examples=-(-number // (1 + inputs.NEIGHBOURS)), deadline=None, database=None,
        suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink),
    )  # fmt: skip
    many(given(strategy)(all_of_them))()
    return tried


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
