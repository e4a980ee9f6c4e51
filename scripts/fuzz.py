"""A hundred thousand inputs (or as many as the argument says) to the parser of frames and to the formatter of messages.

    .venv/bin/python scripts/fuzz.py [how many]

Inputs come from Hypothesis and are other ones each time. It fails at the first that makes anything crash or come out
unescaped; tests/discussion/test_frames.py does the same with some hundreds.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ |= {"SECRET_KEY": "only-for-checks", "DJANGO_SETTINGS_MODULE": "config.settings"}


def main(number: int) -> None:
    import django

    django.setup()
    from hypothesis import HealthCheck, given, settings

    from tests.discussion import inputs

    for name, (strategy, check) in inputs.ALL.items():
        begun = time.monotonic()
        many = settings(
            max_examples=number, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )  # fmt: skip
        many(given(strategy)(check))()
        print(f"{name}: {number} inputs, {time.monotonic() - begun:.0f} seconds, nothing wrong", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
