"""How much may be asked for: enough for a person who types fast and for a tab that catches up, and for a hundred tabs.

What counts is the user: all sockets of a user in this process share one allowance beside their own.
"""

import time
from collections.abc import Callable

FRAMES_AT_ONCE = 60
FRAMES_A_SECOND = 20
# Of all sockets of a user: a hundred tabs that come back at the same moment subscribe to a few threads each.
USER_FRAMES_AT_ONCE = 600
USER_FRAMES_A_SECOND = 40
SOCKETS_OF_A_USER = 120
# Requests of a user that wait for news (discussion.waiting).
WAITING_OF_A_USER = 6
# Each of them holds a thread of the process for as long as it waits.
WAITING_IN_ALL = 200
# Beyond these the socket is closed: whoever goes on like this does not listen to the answers.
BAD_FRAMES = 30
FRAMES_TOO_MANY = 300


class Allowance:
    """A bucket of frames that fills up again: a burst is fine, a flood is not."""

    def __init__(self, at_once: int, a_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once, self._a_second, self._clock = at_once, a_second, clock
        self._left, self._at = float(at_once), clock()

    def take(self) -> bool:
        """Whether one more frame is dealt with."""
        now = self._clock()
        self._left = min(self._at_once, self._left + (now - self._at) * self._a_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
