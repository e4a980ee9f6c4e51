"""One mail for all that is new, for those who want it so: each morning, or on Monday morning.

It is made when it is sent, of what waits in the outbox, and says how much there is that its reader may read at that
moment. Which morning a user has had is one row; of two workers that would move it on, one does, and sends the mail.
"""

import logging
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import MailRhythm, User
from coordination.outbox import TAKEN_FOR
from discussion import mail, mail_stops, selectors
from discussion.models import DigestMark, Notification, NotificationChoice

logger = logging.getLogger(__name__)
# After the reminders of the same morning, which take the worker a while.
AFTER_THE_REMINDERS = timedelta(minutes=30)


def send_digests(now: datetime | None = None) -> int:
    """Send each user the mail of the last morning that the user has not had yet; how many mails were sent."""
    now = now or timezone.now()
    marks = dict(DigestMark.objects.filter(done_at__isnull=False).values_list("user_id", "day"))
    behind = [user for user in _readers().order_by("pk") if marks.get(user.pk) != morning_for(user, now)]
    return sum(_send_or_leave(user, now) for user in behind)


def _readers() -> QuerySet[User]:
    """Who gets such mails: all that is new in them, or some kinds of news."""
    some = NotificationChoice.objects.filter(user=OuterRef("pk"), way__in=(MailRhythm.DAILY, MailRhythm.WEEKLY))
    all_of_it = Q(mail_rhythm__in=(MailRhythm.DAILY, MailRhythm.WEEKLY))
    return User.objects.filter(all_of_it | Exists(some), is_active=True)


def morning_for(user: User, now: datetime) -> date:
    """The last day, by the user's own clock and calendar, whose mail is due by `now`."""
    zone = ZoneInfo(user.time_zone)
    today = now.astimezone(zone).date()
    begins = datetime.combine(today, time(settings.REMINDERS_FROM_HOUR), tzinfo=zone) + AFTER_THE_REMINDERS
    return today if now >= begins else today - timedelta(days=1)


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _send_or_leave(user: User, now: datetime) -> int:
    day = morning_for(user, now)
    if not _take(user, day, now):
        return 0
    try:
        sent = _send(user, day)
    except Exception:  # the mail server is away, or refuses this address: a later run takes the same morning again
        logger.exception("The mail of the day for user %s could not be sent.", user.pk)
        return 0
    DigestMark.objects.filter(user=user).update(done_at=now, week=_monday_of(day))
    return int(sent)


def _take(user: User, day: date, now: datetime) -> bool:
    """Whether this worker sends the mail of that day."""
    mark, is_new = DigestMark.objects.get_or_create(user=user, defaults={"day": day, "taken_at": now})
    if is_new:
        return True
    left = Q(day=day, done_at=None, taken_at__lt=now - TAKEN_FOR)
    # A day far ahead was written by a clock that was wrong.
    earlier = Q(day__lt=day) | Q(day__gt=day + timedelta(days=8))
    return bool(DigestMark.objects.filter(left | earlier, pk=mark.pk).update(day=day, taken_at=now, done_at=None))


def _waiting(user: User, day: date) -> QuerySet[Notification]:
    """What goes into the mail of that day: of the week too, where that of this week has not been sent."""
    week_is_sent = DigestMark.objects.filter(user=user, week=_monday_of(day)).exists()
    rhythms = [MailRhythm.DAILY, *([] if week_is_sent else [MailRhythm.WEEKLY])]
    meant = Q(mail_rhythm__in=rhythms)
    if user.mail_rhythm in rhythms:
        meant |= Q(mail_rhythm="")
    waiting = Notification.objects.filter(meant, user=user, mail_wanted=True, mail_done_at=None)
    return waiting.select_related("entry__actor", "message__thread", "message__author")


def _send(user: User, day: date) -> bool:
    """Send what waits for `user`, if there is anything that the user may read and has not looked at."""
    found = list(_waiting(user, day))
    with translation.override(user.language):
        news = [one for one in selectors.told((one for one in found if one.seen_at is None), user) if one.told.holds()]
        if news:
            _letter(user, news, day).send()
    for one in found:
        # Not of what has come in meanwhile about the same object: that is for the next morning.
        Notification.objects.filter(pk=one.pk, entry=one.entry_id).update(mail_done_at=timezone.now())
    return bool(news)


def _letter(user: User, news: list[selectors.News], day: date) -> EmailMessage:
    """How much there is, and where: no more, as in every mail of Accord."""
    due = sum(one.told.reminds for one in news)
    other = len(news) - due
    lines = [
        ngettext("%(number)s reminder of what is due", "%(number)s reminders of what is due", due) % {"number": due},
        ngettext("%(number)s other piece of news", "%(number)s other pieces of news", other) % {"number": other},
    ]
    stop = mail_stops.address_of_digest(user)
    said = [
        _("Hello %(name)s,") % {"name": user.name},
        _("this is new for you on Accord:"),
        "\n".join(line for line, number in zip(lines, (due, other), strict=True) if number),
        settings.BASE_URL + reverse("notification_list"),
        _("For confidentiality this mail says no more."),
        _("You get this because your preferences say that you want one mail for all that is new."),
        _("No more mails of this kind:\n%(url)s") % {"url": stop},
    ]
    # The same for a mail that is sent again, so that mail programs show it once.
    name = mail.message_id(salted_hmac("discussion.digests", f"{user.pk} {day}", algorithm="sha256").hexdigest())
    return EmailMessage(
        subject=_("What is new for you on Accord"),
        body="\n\n".join(said),
        to=[user.email],
        headers={"Message-ID": name, **mail_stops.headers(stop)},
    )
