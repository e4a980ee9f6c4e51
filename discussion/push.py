"""Web Push: a browser that asked for it is told that there is something new, and no more (RFC 8030, 8291, 8292).

`PushSubscription` is the outbox itself: a push is wanted in the transaction of the deed, and what is wanted and not
sent is taken up by the next run. One push stands for all that came in meanwhile.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from coordination import outside
from coordination.outbox import Outbox, own_address
from discussion import notifier, preferences, selectors
from discussion.models import TOLD_WITH, Notification, PushSubscription

# How long the service keeps it for a browser that is off: what is older than a day is seen in Accord.
KEPT_SECONDS = 24 * 3600
PATIENCE_SECONDS = 10
AUTH_BYTES, MOST_LETTERS = 16, 100
# Of its refusals these may pass; with all others the browser has ended it, or it was made for another key of ours.
PASSING = (408, 425, 429)
# Plainly: what is written in an odd way might be read otherwise by whatever calls it.
_ADDRESS = re.compile(r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+(:[0-9]+)?)/[!-~]*")
_BASE64 = re.compile(r"[A-Za-z0-9_-]+={0,2}")


def is_offered() -> bool:
    """Whether the operator has given a key to sign pushes with."""
    return bool(settings.VAPID_PRIVATE_KEY)


@cache
def _key(private: str) -> Any:
    # Loaded where pushes are: with its own needs it takes a third of a second.
    from py_vapid import Vapid

    return Vapid.from_string(private)


def public_key() -> str:
    """What browsers are given: only what is signed with our key is brought to them."""
    numbers = _key(settings.VAPID_PRIVATE_KEY).public_key.public_numbers()
    return _written(b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big"))


def new_private_key() -> str:
    """A key for an installation, as its setting holds it."""
    from cryptography.hazmat.primitives.asymmetric import ec

    return _written(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32, "big"))


def _written(numbers: bytes) -> str:
    return urlsafe_b64encode(numbers).rstrip(b"=").decode()


def check_endpoint(endpoint: str) -> str:
    """The address to push to, if it is one of a push service: Accord calls no other for a user."""
    written = _ADDRESS.fullmatch(endpoint)
    if written and any(_is_of(one, written["scheme"], written["host"]) for one in settings.PUSH_SERVICES):
        return endpoint
    raise ValidationError(_("This browser’s push service is not known here."))


def _is_of(service: str, scheme: str, host: str) -> bool:
    """Whether that is an address of this service: a host, `*.` before a domain for its hosts; HTTPS, if not said."""
    of_the_service, _sign, name = service.rpartition("://")
    return outside.is_named(host, [name]) and scheme == (of_the_service or "https")


def check_keys(p256dh: str, auth: str) -> None:
    """A point of the curve and sixteen bytes, or nothing can be encrypted for the browser."""
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _read(p256dh))
        is_right = len(_read(auth)) == AUTH_BYTES
    except ValueError:
        is_right = False
    if not is_right or len(p256dh) > MOST_LETTERS or len(auth) > MOST_LETTERS:
        raise ValidationError(_("This browser’s keys cannot be read."))


def _read(text: str) -> bytes:
    if not _BASE64.fullmatch(text):
        raise ValueError
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


# --- the outbox ----------------------------------------------------------------------------------------------------
def want(user_ids: Iterable[int], at: datetime) -> None:
    """See that the browsers of these users are told, after this transaction."""
    user_ids = list(user_ids)
    if not user_ids or not is_offered():
        return
    waiting = PushSubscription.objects.filter(user__in=user_ids)
    waiting.filter(waiting_since=None).update(waiting_since=at)
    if waiting.update(wanted_at=timezone.now()):
        outbox.arrange()


@task(queue_name="mail")
def send_waiting() -> None:
    """Send every push that waits, also those that an earlier worker left behind."""
    now = timezone.now()
    found = outbox.free().exclude(not_before__gt=now).select_related("user__organisation", "session")
    outbox.empty(found.order_by("wanted_at", "pk"))


def _send(browser: PushSubscription) -> str:
    """Push, where there is something that the user may read and has not looked at; what became of it."""
    now = timezone.now()
    if browser.session.expire_date <= now or not browser.user.is_active or not is_offered():
        return "ended"
    told = next(iter(_new_for(browser)), None)
    if told is None:
        return "done"
    if until := preferences.quiet_until(browser.user, now):
        browser.not_before = until
        return "put off"
    with translation.override(browser.user.language):
        words = {"title": "Accord", "body": told.pushed(), "url": reverse("notification_list")}
    return _call(browser, json.dumps(words))


def _new_for(browser: PushSubscription) -> Iterable[notifier.Notification]:
    own = Notification.objects.filter(user=browser.user, push_wanted=True, seen_at=None)
    if browser.waiting_since is not None:
        own = own.filter(created_at__gte=browser.waiting_since)
    for news in selectors.still_told(own, browser.user).select_related(*TOLD_WITH).order_by("-created_at"):
        told = selectors.told_of(news, browser.user)
        if told is not None and told.holds():
            yield told


def _call(browser: PushSubscription, words: str) -> str:
    import requests
    from pywebpush import WebPushException, webpush

    try:
        endpoint = check_endpoint(browser.endpoint)
    except ValidationError:  # the operator takes the service for none any more
        return "ended"
    with requests.Session() as session:
        session.max_redirects = 0
        try:
            webpush(
                {"endpoint": endpoint, "keys": {"p256dh": browser.p256dh, "auth": browser.auth}},
                words,
                vapid_private_key=_key(settings.VAPID_PRIVATE_KEY),
                vapid_claims={"sub": f"mailto:{own_address()}"},
                ttl=KEPT_SECONDS,
                timeout=PATIENCE_SECONDS,
                # Of several that a browser which is off has not got yet, the service keeps the last.
                headers={"Topic": "news", "Urgency": "normal"},
                requests_session=session,
            )
        except WebPushException as refusal:
            if refusal.status_code in range(400, 500) and refusal.status_code not in PASSING:
                return "ended"
            raise OSError(f"the push service answered {refusal.status_code}") from None
        except requests.RequestException as failure:
            # Without its own words: they hold the address of the browser.
            raise OSError(f"the push service was not reached: {type(failure).__name__}") from None
    return "done"


def _note(browser: PushSubscription, became: str) -> None:
    own = PushSubscription.objects.filter(pk=browser.pk)
    if became == "ended":
        own.delete()
        return
    if became == "put off":
        own.update(taken_at=None, not_before=browser.not_before)
        return
    own.update(taken_at=None, not_before=None, pushed_at=timezone.now())
    # Not where there has been news meanwhile: that is pushed by the next run.
    own.filter(wanted_at=browser.wanted_at).update(wanted_at=None, waiting_since=None)


outbox: Outbox = Outbox(
    waiting=lambda: PushSubscription.objects.filter(wanted_at__isnull=False),
    taken_at="taken_at",
    send=lambda browser: _send(browser),
    done=_note,
    task=lambda: send_waiting,
)
