"""How a user hears of news. It is the user's own, so the trail does not tell of it; what a space allows mails to say is
its chair's, and stands there."""

from collections.abc import Mapping
from datetime import time

from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import MailRhythm, User
from coordination import audit
from coordination.models import Space
from coordination.services import require
from discussion import mail, notifier, preferences, push
from discussion.models import (
    Notification,
    NotificationChoice,
    PushSubscription,
    QuietHours,
    SpaceRules,
    Way,
)

# Browsers of one user at once: the one that asked longest ago makes room.
MOST_BROWSERS = 10


# --- by kind and space ---------------------------------------------------------------------------------------------
@transaction.atomic
def choose(actor: User, choices: Mapping[str, tuple[str, bool | None]], space: Space | None = None) -> None:
    """Keep what `actor` chooses of these kinds, everywhere or in one space: a way (empty: as usual), and whether to
    push (None: as usual). What waits to be mailed goes by it from now on."""
    if space is not None:
        require(actor, "read", space)
    present = {one.kind: one for one in NotificationChoice.objects.filter(user=actor, space=space)}
    for kind, (way, pushed) in choices.items():
        known = present.get(kind)
        if (way, pushed) == ((known.way, known.push) if known else ("", None)):
            continue
        if way or pushed is not None:
            chosen = {"way": way, "push": pushed}
            NotificationChoice.objects.update_or_create(user=actor, kind=kind, space=space, defaults=chosen)
        elif known:
            known.delete()
        _follow(actor, kind)


def _follow(user: User, kind: str) -> None:
    """Let mails of that kind which have not gone out yet go out as is wanted now."""
    found = notifier.kind_named(kind)
    waiting = Notification.objects.filter(user=user, kind=kind, mail_wanted=True, mail_done_at=None)
    spaces = set(waiting.values_list("entry__space_id", flat=True))
    for space_id in spaces if found else ():
        wanted = preferences.wanted_by([user], found, space_id)[user.pk]  # type: ignore[arg-type]
        of_it = waiting.filter(entry__space_id=space_id)
        of_it.update(mail_wanted=wanted.mail, mail_rhythm=wanted.rhythm)
    if spaces:
        mail.outbox.arrange()


@transaction.atomic
def set_quiet_hours(actor: User, *, begins: time | None, ends: time | None, days_off: bool) -> None:
    """When neither mail nor push is wanted. What was put off is looked at anew."""
    hours = QuietHours(user=actor, begins=begins, ends=ends, days_off=days_off)
    if (begins is None) != (ends is None):
        raise ValidationError({"ends" if ends is None else "begins": _("Say from when until when.")})
    hours.save()
    Notification.objects.filter(user=actor, mail_done_at=None).update(mail_not_before=None)
    PushSubscription.objects.filter(user=actor).update(not_before=None)


@transaction.atomic
def stop_mails(news: Notification) -> None:
    """No more mails of this kind from this space to its reader; in Accord it is told as before."""
    space = Space.objects.filter(pk=news.entry.space_id or 0).first()
    chosen = {"way": Way.PAGE}
    NotificationChoice.objects.update_or_create(user=news.user, kind=news.kind, space=space, defaults=chosen)
    _follow(news.user, news.kind)


@transaction.atomic
def stop_digests(user: User) -> None:
    """No more mails of the day or of the week."""
    digests = (MailRhythm.DAILY, MailRhythm.WEEKLY)
    if user.mail_rhythm in digests:
        user.mail_rhythm = MailRhythm.NEVER
        user.save(update_fields=["mail_rhythm"])
    NotificationChoice.objects.filter(user=user, way__in=digests).update(way=Way.PAGE)
    waiting = Notification.objects.filter(user=user, mail_done_at=None, mail_rhythm__in=digests)
    waiting.update(mail_wanted=False)


# --- browsers ------------------------------------------------------------------------------------------------------
@transaction.atomic
def subscribe(actor: User, session_key: str, *, endpoint: str, p256dh: str, auth: str, browser: str) -> None:
    """Push to this browser from now on, until its session ends. A browser that asks again has asked once."""
    push.check_endpoint(endpoint)
    push.check_keys(p256dh, auth)
    fields = {"p256dh": p256dh, "auth": auth, "browser": browser, "user": actor}
    session = Session.objects.get(pk=session_key)
    # The address is the browser's own: whoever signs in on it next takes it over.
    PushSubscription.objects.update_or_create(endpoint=endpoint, defaults={**fields, "session": session})
    oldest = PushSubscription.objects.filter(user=actor).order_by("-made_at", "-pk")[MOST_BROWSERS:]
    PushSubscription.objects.filter(pk__in=[one.pk for one in oldest]).delete()


def unsubscribe(actor: User, key: str) -> None:
    """Push no more to one of one's own browsers."""
    PushSubscription.objects.filter(user=actor, key=key).delete()


# --- what mails may say --------------------------------------------------------------------------------------------
@transaction.atomic
def allow_in_mail(actor: User, space: Space, quoted: str) -> None:
    """Say up to which marking mails about what lies in the space may say what it is."""
    require(actor, "manage", space)
    rules = SpaceRules.objects.filter(space=space).first() or SpaceRules(space=space)
    before, rules.quoted_in_mail = rules.quoted_in_mail, quoted
    rules.clean_fields(exclude=["change_minutes"])
    if before != quoted:
        rules.save()
        audit.record(actor, "mails changed", space, before={"quoted": before}, after={"quoted": quoted})
