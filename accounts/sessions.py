"""The sessions of a user: noted when they begin and now and then, shown to their owner, and ended.

A session that is deleted ends everywhere at once: pages ask for it, and open sockets are told (discussion.signals).
"""

import time
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.callers import address_of_request
from accounts.models import User

# Of a session: when it was noted last. A request in so many seconds writes.
SEEN = "seen_at"
SEEN_SECONDS = 300
# So many expired sessions are cleared away in a round of the worker: each may have a socket that is told.
CLEARED_AT_ONCE = 200
# Where the server is called through a file, callers have no address.
NO_ADDRESS = "::"
AGENT_LENGTH = UserSession._meta.get_field("user_agent").max_length


def note(request: Any, user: User) -> None:
    """Keep where from and with what the session is used; at most once in five minutes."""
    now = time.time()
    if now - request.session.get(SEEN, 0) < SEEN_SECONDS or not request.session.session_key:
        return
    request.session[SEEN] = now
    seen = {
        "user": user,
        "ip": address_of_request(request) or NO_ADDRESS,
        "user_agent": request.META.get("HTTP_USER_AGENT", "")[:AGENT_LENGTH],
        "last_seen_at": timezone.now(),
    }
    row = UserSession.objects.filter(session_key=request.session.session_key)
    if not row.update(**seen):
        UserSession.objects.bulk_create(
            [UserSession(session_key=request.session.session_key, **seen)], ignore_conflicts=True
        )


def of(user: User) -> QuerySet[UserSession]:
    """The sessions that have not ended, the latest used first."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return UserSession.objects.filter(user=user, session_key__in=alive).order_by("-last_seen_at", "-pk")


def end(rows: QuerySet[UserSession]) -> int:
    """End these sessions at once; how many there were."""
    keys = list(rows.values_list("session_key", flat=True))
    # Row by row, as signals ask for.
    _total, deleted = Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return deleted.get("sessions.Session", 0)


def end_others(user: User, session_key: str | None) -> int:
    """End all but one of them; all, where that is None."""
    return end(UserSession.objects.filter(user=user).exclude(session_key=session_key or ""))


def clear_away(now: datetime) -> None:
    """In the worker’s round: expired sessions, what was noted of ended ones, and counts that have run out."""
    expired = Session.objects.filter(expire_date__lt=now).values_list("pk", flat=True)
    Session.objects.filter(pk__in=list(expired[:CLEARED_AT_ONCE])).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    if isinstance(caches["default"], DatabaseCache):
        table = connection.ops.quote_name(settings.REMEMBERED_TABLE)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [connection.ops.adapt_datetimefield_value(now)])
