"""Sessions in the database, with an end that using them does not put off."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore

# Of a session: the second in which somebody signed in.
BEGUN = "begun_at"


class SessionStore(DatabaseSessionStore):
    """Holds for SESSION_HOURS from signing in, and less where nothing is asked for SESSION_IDLE_MINUTES.

    It is saved every five minutes while it is used (accounts.sessions), and Django would begin its time anew each time.
    """

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        return min(super().get_expiry_date(**kwargs), datetime.now(UTC) + self._left())

    def get_expiry_age(self, **kwargs: Any) -> int:
        return min(super().get_expiry_age(**kwargs), int(self._left().total_seconds()))

    def _left(self) -> timedelta:
        idle = settings.SESSION_IDLE_MINUTES * 60
        begun = self.get(BEGUN)
        return timedelta(
            seconds=idle if begun is None else min(idle, begun + settings.SESSION_COOKIE_AGE - time.time())
        )
