"""Series: meetings that come again, by a rule (RFC 5545, RRULE) and by the clock of their place."""

import zoneinfo
from datetime import date
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import validate_time_zone
from accounts.text import validate_plain_text
from coordination.models import Content, Marked, MarkedQuerySet, Organisation, Topic
from coordination.models.marking import address_of
from meetings.models.formats import MeetingFormat, MeetingKind, MeetingLevel, languages_by_name, validate_languages

LONGEST_MEETING_IN_MINUTES = 31 * 24 * 60


class SeriesQuerySet(MarkedQuerySet):
    def for_lists(self) -> "SeriesQuerySet":
        return self.select_related("audience", "space__audience", "organiser")


class Series(Content):
    """What its meetings have in common, and the rule of their days.

    The first day and the time are kept as the clock of the place shows them, not as a moment: when the zone changes
    its rules, the series stays at ten o'clock. A day that is left out is in `excluded`; one that is moved, called off
    or prepared has a Meeting of its own, whose `recurrence_id` is the moment that the rule gave it.
    """

    title = models.CharField(_("title"), max_length=255, validators=[validate_plain_text])
    kind = models.CharField(_("kind"), max_length=20, choices=MeetingKind.choices, default=MeetingKind.WORKING_GROUP)
    level = models.CharField(_("level"), max_length=20, choices=MeetingLevel.choices, blank=True)
    format = models.CharField(
        _("format"), max_length=20, choices=MeetingFormat.choices, default=MeetingFormat.IN_PERSON
    )
    first_day = models.DateField(_("first day"))
    starts_at_time = models.TimeField(_("starts at"))
    minutes = models.PositiveIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST_MEETING_IN_MINUTES)]
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    # The value of an RRULE, without its name: FREQ=MONTHLY;BYDAY=2TU. `meetings.recurrence` reads it.
    rule = models.CharField(_("rule"), max_length=255)
    # Days by the clock of the place, as 2026-11-24: the rule gives a day one meeting at most.
    excluded = models.JSONField(_("days left out"), default=list, blank=True)
    place = models.CharField(_("place"), max_length=255, blank=True, validators=[validate_plain_text])
    room = models.CharField(_("room"), max_length=120, blank=True, validators=[validate_plain_text])
    link = models.URLField(_("link for those who join from afar"), max_length=500, blank=True)
    interpretation = models.JSONField(_("interpretation"), default=list, blank=True, validators=[validate_languages])
    organiser = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organiser"))
    purpose = models.TextField(_("purpose"), blank=True, max_length=5000)
    language = models.CharField(_("language of the text"), max_length=10, choices=settings.LANGUAGES, default="en")
    # Who is asked to each of its meetings, as it is prepared; their calendars have the series as a whole.
    invited = models.ManyToManyField(
        Organisation, verbose_name=_("organisations invited"), blank=True, related_name="+"
    )
    topics = models.ManyToManyField(Topic, verbose_name=_("topics"), blank=True, related_name="+")
    illustrative = models.BooleanField(_("illustrative"), default=False)
    # RFC 5546: counts what those who have it in their calendars must be told.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: Any = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["first_day", "pk"]
        verbose_name = _("series of meetings")
        verbose_name_plural = _("series of meetings")
        constraints = [models.CheckConstraint(condition=models.Q(minutes__gt=0), name="a_series_takes_time")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("series_detail", self.key)

    def access_children(self) -> list[Marked]:
        return list(self.meetings.all())

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def excluded_days(self) -> frozenset[date]:
        return frozenset(date.fromisoformat(day) for day in self.excluded)

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def languages_interpreted(self) -> list[str]:
        return languages_by_name(self.interpretation)
