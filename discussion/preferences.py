"""By which way a user hears of one kind of news: as chosen in its space, else as chosen everywhere, else as usual.

As usual means: news that are worth a mail come as the user's `mail_rhythm` says, and are pushed to browsers that asked
for pushes; all others stand in Accord only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import User
from coordination.working_days import MOST_DAYS_OFF, WorkingDays
from discussion import notifier
from discussion.models import NotificationChoice, QuietHours, Way


@dataclass(frozen=True)
class Wanted:
    """What one user wants of one kind of news."""

    page: bool = True
    mail: bool = False
    # At once, or in which digest; empty: as `mail_rhythm` says when it is sent.
    rhythm: str = ""
    push: bool = False


def usual(kind: type[notifier.Notification]) -> Wanted:
    if kind.urgent:
        return Wanted(mail=True, rhythm=Way.AT_ONCE, push=True)
    return Wanted(mail=kind.by_mail, push=kind.by_mail)


def chosen(choice: NotificationChoice, before: Wanted) -> Wanted:
    """What the choice makes of what would hold without it."""
    by_mail = choice.way in (Way.WEEKLY, Way.DAILY, Way.AT_ONCE)
    wanted = before
    if choice.way:
        wanted = replace(wanted, page=choice.way != Way.NOTHING, mail=by_mail, rhythm=choice.way if by_mail else "")
    if choice.push is not None:
        wanted = replace(wanted, push=choice.push)
    return wanted if wanted.page else Wanted(page=False)


def wanted_by(users: Iterable[User], kind: type[notifier.Notification], space_id: int | None) -> dict[int, Wanted]:
    """What each of `users` wants of such news from that space. One query, however many they are."""
    found = {user.pk: usual(kind) for user in users}
    choices = NotificationChoice.objects.filter(Q(space=None) | Q(space=space_id), user__in=found, kind=kind.kind)
    # What is chosen in the space comes last.
    for choice in sorted(choices, key=lambda one: one.space_id is not None) if found and not kind.urgent else ():
        found[choice.user_id] = chosen(choice, found[choice.user_id])
    return found


# --- quiet hours ---------------------------------------------------------------------------------------------------
def quiet_until(user: User, now: datetime) -> datetime | None:
    """When the quiet hours end in which `now` lies for `user`; None where it lies in none."""
    hours = QuietHours.objects.filter(user=user).first()
    if hours is None:
        return None
    days = WorkingDays.as_configured() if hours.days_off else None
    country = user.organisation.country_id if user.organisation else None
    until, is_put_off = now, True
    # What ends in the morning of a day off goes on until the next working day.
    for _turn in range(MOST_DAYS_OFF):
        if not is_put_off:
            break
        later = _after_the_night(hours, until, ZoneInfo(user.time_zone))
        if days is not None:
            later = _after_days_off(later, days, country, ZoneInfo(user.time_zone))
        is_put_off, until = later > until, later
    return until if until > now else None


def _after_the_night(hours: QuietHours, at: datetime, zone: ZoneInfo) -> datetime:
    """`at`, or the end of the hours in which it lies; those that begin in the evening end the next day."""
    if hours.begins is None or hours.ends is None or hours.begins == hours.ends:
        return at
    here = at.astimezone(zone)
    clock = here.time()
    overnight = hours.begins > hours.ends
    is_within = hours.begins <= clock or clock < hours.ends if overnight else hours.begins <= clock < hours.ends
    if not is_within:
        return at
    day = here.date() + timedelta(days=1) if overnight and clock >= hours.begins else here.date()
    return max(at, datetime.combine(day, hours.ends, tzinfo=zone))


def _after_days_off(at: datetime, days: WorkingDays, country: str | None, zone: ZoneInfo) -> datetime:
    day = at.astimezone(zone).date()
    for _day in range(MOST_DAYS_OFF):
        if days.is_working(day, country):
            break
        day += timedelta(days=1)
    return max(at, datetime.combine(day, time.min, tzinfo=zone)) if day != at.astimezone(zone).date() else at
