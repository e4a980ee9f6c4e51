"""Whether the session that a socket was opened with still is one. Channels asks once, when the socket opens, and never
again (django/channels 1324); we ask whenever something is to be delivered."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone, translation

from accounts import second_factor
from accounts.models import User
from coordination import access, audit


class SignedOut(Exception):
    """The session has ended: the socket has nothing to ask any more."""


@dataclass
class Caller:
    """On whose behalf a socket asks."""

    user_id: int
    session_key: str
    address: str | None
    # Of the session and the password with which it was found to hold; as long as both are the same, it does.
    proof: bytes = b""

    @contextmanager
    def signed_in(self) -> Iterator[User]:
        """The user as of now, with what the reader's pages have too: language, time zone, one moment of access."""
        with access.remembering(), audit.coming_from(self.address):
            user = still_signed_in(self.session_key, self.user_id)
            if user is None:
                raise SignedOut
            with made_for(user):
                yield user


@contextmanager
def made_for(user: User) -> Iterator[None]:
    """What is made inside the block is made for `user`."""
    reader = access.answering(lambda: user)
    with translation.override(user.language), timezone.override(ZoneInfo(user.time_zone)), reader:
        yield


def user_of(session_key: str | None) -> User | None:
    """Whose session it is, unless it has ended, the password has changed, the account is no longer active, or its user
    has yet to set up a second factor."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = auth.get_user(request)  # it checks the hash of the password, and deletes on mismatch
    if not isinstance(user, User) or not user.is_active or second_factor.is_missing(user, request.session):
        return None
    return user


def still_signed_in(session_key: str, user_id: int) -> User | None:
    """The user with whom the session began, while it holds."""
    user = user_of(session_key)
    return user if user and user.pk == user_id else None


def those_signed_in(callers: Iterable[Caller]) -> dict[str, User]:
    """The same for many, by the key of the session: few queries for those of whom nothing has changed."""
    callers = list(callers)
    sessions = Session.objects.filter(
        session_key__in={caller.session_key for caller in callers}, expire_date__gt=timezone.now()
    )
    kept = dict(sessions.values_list("session_key", "session_data"))
    users = User.objects.select_related("organisation").in_bulk({caller.user_id for caller in callers})
    found: dict[str, User] = {}
    for caller in callers:
        user, data = users.get(caller.user_id), kept.get(caller.session_key)
        if user is None or data is None or not user.is_active:
            continue
        proof = hashlib.blake2b(f"{user.pk} {user.password} {data}".encode(), digest_size=16).digest()
        if caller.proof == proof or still_signed_in(caller.session_key, caller.user_id):
            caller.proof = proof
            found[caller.session_key] = user
    # Who has become a chair meanwhile must have one from then on.
    missing = second_factor.missing_among(found.values())
    return {key: user for key, user in found.items() if user.pk not in missing or _has_passed(kept[key], user)}


def _has_passed(data: str, user: User) -> bool:
    """Whether the provider of the user's organisation has asked for a second factor in this session."""
    decoded = import_module(settings.SESSION_ENGINE).SessionStore().decode(data)
    return bool(decoded.get(second_factor.PASSED) == user.pk)
