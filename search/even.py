"""Answers that have found nothing take equally long, whether there is nothing or it is not for their reader.

What the reader may not read has to be passed over, which takes a database longer than finding nothing at all. So such
an answer waits for the next full step of time since its request began; what was found is sent at once.
"""

import time

from django.conf import settings


def begin() -> float:
    return time.monotonic()


def wait_for_the_step(begun: float) -> None:
    """Until a whole number of steps has passed since `begun`. Nothing that takes less than a step can be told apart."""
    step = settings.SEARCH_STEP_SECONDS
    if step:
        time.sleep(step - (time.monotonic() - begun) % step)
