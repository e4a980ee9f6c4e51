"""How much is on its way to a client. What a client does not read would wait in the memory of the server.

After every few kilobytes goes a `mark` with a number, which the client sends back. What went out before it has arrived
then. A client that lets too much lie is sent nothing more until it has caught up, and is closed when it does not.
"""

import time
from collections.abc import Callable

# A mark goes out after this much, and nothing that must be fetched while so much is on its way.
MARK_EVERY = 32 * 1024
WINDOW = 256 * 1024
# How long a client may be behind before it is let go; it comes back and catches up by number.
BEHIND_SECONDS = 60


class Window:
    """In characters of the frames, which is near enough to bytes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sent = self._arrived = self._marked = 0
        self._marks: list[tuple[int, int]] = []  # each mark's number, and how much had been sent by then
        self._last_mark = 0
        self._behind_since: float | None = None

    def send(self, length: int) -> int | None:
        """Count what goes out; gives the number of the mark that is to follow it, if one is due."""
        self._sent += length
        if self.is_full and self._behind_since is None:
            self._behind_since = self._clock()
        if self._sent - self._marked < MARK_EVERY:
            return None
        self._last_mark += 1
        self._marked = self._sent
        self._marks.append((self._last_mark, self._sent))
        return self._last_mark

    def awaits(self, number: int) -> bool:
        return bool(self._marks) and self._marks[0][0] <= number <= self._last_mark

    def arrived(self, number: int) -> bool:
        """The client has sent this mark back. Whether it had been behind, and is not any more."""
        while self._marks and self._marks[0][0] <= number:
            self._arrived = self._marks.pop(0)[1]
        if self._behind_since is None or self.is_full:
            return False
        self._behind_since = None
        return True

    @property
    def is_full(self) -> bool:
        return self._sent - self._arrived >= WINDOW

    @property
    def is_behind(self) -> bool:
        return self._behind_since is not None

    @property
    def is_hopeless(self) -> bool:
        return self._behind_since is not None and self._clock() - self._behind_since > BEHIND_SECONDS
