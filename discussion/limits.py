"""How much a socket may ask for: enough for a person who types fast and for a tab that catches up."""

import time
from collections.abc import Callable

FRAMES_AT_ONCE = 60
FRAMES_A_SECOND = 20
# Beyond these the socket is closed: whoever goes on like this does not listen to the answers.
BAD_FRAMES = 30
FRAMES_TOO_MANY = 300


class Allowance:
    """A bucket of frames that fills up again: a burst is fine, a flood is not."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left, self._at = float(FRAMES_AT_ONCE), clock()
        self.refused = 0  # counted by the socket, which refuses for another reason too

    def take(self) -> bool:
        """Whether one more frame is dealt with."""
        now = self._clock()
        self._left = min(FRAMES_AT_ONCE, self._left + (now - self._at) * FRAMES_A_SECOND)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
