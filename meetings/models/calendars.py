"""What the calendars of those who are invited have been told by mail, and what they answered."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.models import MarkedQuerySet, Person
from coordination.models.marking import KEY_ALPHABET, KEY_LENGTH, Marking, new_key
from meetings.models.meetings import Meeting
from meetings.models.series import Series

SECRET_LENGTH = 26


def new_secret() -> str:
    return "".join(secrets.choice(KEY_ALPHABET) for _position in range(SECRET_LENGTH))


class Reply(models.TextChoices):
    """What somebody has answered for oneself, by the buttons of a calendar program (RFC 5545, PARTSTAT)."""

    ACCEPTED = "accepted", _("comes")
    DECLINED = "declined", _("does not come")
    TENTATIVE = "tentative", _("comes perhaps")


class Told(models.Model):
    """One calendar and what it was told last, and whether there is something to tell it.

    It is the outbox itself, as `discussion.models.Notification` is of other mail. Nothing of a meeting's text is kept
    here: a mail is made when it is sent, of what its reader may read by then.
    """

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    # A hash of what it was told last; empty before the first mail.
    told = models.CharField(max_length=64, blank=True)
    # RFC 5546: the number of the last mail that a calendar program could read; it never goes back.
    sequence = models.PositiveIntegerField(null=True)
    wanted_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    objects: Any = MarkedQuerySet.as_manager()

    class Meta:
        abstract = True


class Answerable(models.Model):
    """A calendar of somebody with an account: its program may answer."""

    # Of the address to which it answers: the organiser of the entry, so the same from the first mail to the last.
    secret = models.CharField(max_length=40, blank=True, editable=False)
    reply = models.CharField(_("answer"), max_length=20, choices=Reply.choices, blank=True)
    # When the calendar program says that it was answered (DTSTAMP): of two answers the later one counts.
    replied_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Entry(models.Model):
    """When the entry lies that the calendar has; None where it has none. One that is taken back says no more."""

    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class CalendarMail(Told, Answerable, Entry):
    """One reader's calendar and one meeting."""

    audience_path = "meeting__audience"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="calendar_mails")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("mail to a calendar")
        verbose_name_plural = _("mails to calendars")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], name="a_calendar_is_told_in_one_place"),
            models.UniqueConstraint(fields=["secret"], condition=~Q(secret=""), name="a_calendar_has_its_own_secret"),
        ]
        indexes = [
            models.Index(fields=["wanted_at"], condition=Q(wanted_at__isnull=False), name="calendar_mails_that_wait")
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.meeting}"

    @property
    def space_id(self) -> int:
        return self.meeting.space_id


class SeriesMail(Told, Answerable):
    """One reader's calendar and a whole series: one object for a calendar, with the rule and its exceptions."""

    audience_path = "series__audience"

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="calendar_mails")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("mail of a series to a calendar")
        verbose_name_plural = _("mails of series to calendars")
        constraints = [
            models.UniqueConstraint(fields=["series", "user"], name="a_series_is_told_in_one_place"),
            models.UniqueConstraint(fields=["secret"], condition=~Q(secret=""), name="a_series_has_its_own_secret"),
        ]
        indexes = [
            models.Index(fields=["wanted_at"], condition=Q(wanted_at__isnull=False), name="series_mails_that_wait")
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.series}"

    @property
    def space_id(self) -> int:
        return self.series.space_id


class DelegateMail(Told, Entry):
    """The calendar of a member of a delegation who has no account, told because somebody who prepares the meeting
    asked for it."""

    audience_path = "meeting__audience"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="delegate_mails")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    address = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    # The marking of which the sender confirmed that title and place may be told to this person.
    confirmed = models.CharField(max_length=20, choices=Marking.choices, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("mail to somebody without an account")
        verbose_name_plural = _("mails to people without an account")
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="a_delegate_is_told_in_one_place")]

    def __str__(self) -> str:
        return f"{self.person} – {self.meeting}"

    @property
    def space_id(self) -> int:
        return self.meeting.space_id
