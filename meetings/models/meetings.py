"""Meetings: when and where, what is on the agenda, and who attended."""

import zoneinfo
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.models import PageManager

from accounts.models import validate_time_zone
from accounts.text import validate_plain_text
from coordination.models import ContentPage, Marked, MarkedQuerySet, Organisation, Person, Post
from coordination.models.spaces import MarkedPageQuerySet
from meetings.editors import MeetingPageForm
from meetings.models.formats import (
    MeetingFormat,
    MeetingKind,
    MeetingLevel,
    languages_by_name,
    validate_languages,
)
from meetings.models.series import Series

if TYPE_CHECKING:
    from meetings.models.records import Record


def offset_minutes(moment: datetime, zone_name: str) -> int:
    """How far the clocks of the zone are from UTC at `moment`."""
    offset = moment.astimezone(zoneinfo.ZoneInfo(zone_name)).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


class MeetingQuerySet(MarkedPageQuerySet):
    def coming(self) -> "MeetingQuerySet":
        """Those that are not over yet, the next one first."""
        return self.filter(ends_at__gte=timezone.now()).order_by("starts_at", "pk")

    def past(self) -> "MeetingQuerySet":
        """Those that are over, the latest first."""
        return self.filter(ends_at__lt=timezone.now()).order_by("-starts_at", "-pk")

    def for_lists(self) -> "MeetingQuerySet":
        """With what every list shows of a meeting, in a fixed number of queries."""
        return self.select_related("audience", "space__audience", "organiser")


MeetingManager = PageManager.from_queryset(MeetingQuerySet)


class Meeting(ContentPage):
    kind = models.CharField(_("kind"), max_length=20, choices=MeetingKind.choices, default=MeetingKind.BILATERAL)
    level = models.CharField(_("level"), max_length=20, choices=MeetingLevel.choices, blank=True)
    format = models.CharField(
        _("format"), max_length=20, choices=MeetingFormat.choices, default=MeetingFormat.IN_PERSON
    )
    # Moments, kept in UTC; the zone says which clock the participants look at.
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text=_("The zone of the place, for example Asia/Karachi. The times are typed in it."),
    )
    # How far the clocks of the zone were from UTC at the start when it was set: the rules of zones change, and a
    # meeting at ten o'clock stays at ten (`services.follow_the_zones`).
    offset_minutes = models.SmallIntegerField(null=True, editable=False)
    place = models.CharField(_("place"), max_length=255, blank=True, validators=[validate_plain_text])
    room = models.CharField(_("room"), max_length=120, blank=True, validators=[validate_plain_text])
    link = models.URLField(_("link for those who join from afar"), max_length=500, blank=True)
    # The languages between which it is interpreted, as `SpokenLanguage` has them.
    interpretation = models.JSONField(_("interpretation"), default=list, blank=True, validators=[validate_languages])
    series = models.ForeignKey(
        Series,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="meetings",
        verbose_name=_("series"),
    )
    # RFC 5545: the moment that the rule of the series gave this meeting, wherever it was moved since.
    recurrence_id = models.DateTimeField(null=True, blank=True, editable=False)
    # RFC 5546: counts the changes of which those must be told who have it in their calendars.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_why = models.CharField(max_length=500, blank=True, editable=False, validators=[validate_plain_text])
    answers_until = models.DateField(_("answers to the invitation until"), null=True, blank=True)
    organiser = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="meetings_organised", verbose_name=_("organiser")
    )
    purpose = models.TextField(_("purpose"), blank=True, max_length=5000)
    silence_is_agreement = models.BooleanField(
        _("silence is agreement"),
        default=False,
        help_text=_("The rule of this meeting: who says nothing of the record in time has agreed to it."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects: ClassVar[Any] = MeetingManager()

    route_name = "meeting_detail"
    template = "meetings/meeting_detail.html"
    context_object_name = "meeting"
    base_form_class = MeetingPageForm
    # What others have in their calendars is not undone by a revision.
    fields_of_no_revision = (
        *ContentPage.fields_of_no_revision,
        "version",
        "submission",
        "offset_minutes",
        "series_id",
        "recurrence_id",
        "sequence",
        "cancelled_at",
        "cancelled_why",
    )
    # What those who have it in their calendars must be told of, once it is another.
    fields_in_calendars = (
        "title", "starts_at", "ends_at", "time_zone", "place", "room", "link", "format", "cancelled_at",
    )  # fmt: skip
    # An agenda item has an address of its own: a copy of the page begins with an empty agenda.
    exclude_fields_in_copy: ClassVar[list[str]] = [
        *ContentPage.exclude_fields_in_copy, "version", "submission", "agenda_items",
        "series", "recurrence_id", "sequence", "cancelled_at", "cancelled_why",
    ]  # fmt: skip
    content_panels: ClassVar[list] = [
        *ContentPage.content_panels,
        FieldRowPanel([FieldPanel("kind"), FieldPanel("level"), FieldPanel("format"), FieldPanel("organiser")]),
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at"), FieldPanel("time_zone")]),
        FieldRowPanel([FieldPanel("place"), FieldPanel("room"), FieldPanel("link")]),
        FieldPanel("purpose"),
        FieldPanel("silence_is_agreement"),
        InlinePanel("agenda_items", heading=_("Agenda"), label=_("agenda item")),
        FieldRowPanel([FieldPanel("language"), FieldPanel("illustrative")]),
        FieldPanel("topics"),
    ]

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        indexes = [models.Index(fields=["starts_at"]), models.Index(fields=["ends_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="a_meeting_ends_after_it_starts"),
            models.UniqueConstraint(fields=["series", "recurrence_id"], name="a_day_of_a_series_has_one_meeting"),
        ]

    def clean(self) -> None:
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("This is not after the start.")})

    def with_content_json(self, content: Any) -> Any:
        """An old draft brings its texts back, and not what only the site says of the items: when they are, who reports
        and whether they are dealt with."""
        from meetings.models.agenda import AgendaItem

        page = super().with_content_json(content)
        said = AgendaItem.objects.filter(meeting=self.pk).in_bulk()
        for item in page.agenda_items.all():
            if item.pk in said:
                for name in item.fields_of_no_revision:
                    setattr(item, name, getattr(said[item.pk], name))
        return page

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; whatever is saved here or by an editor makes the forms that are open elsewhere older ones."""
        is_changed = not self._state.adding and kwargs.get("update_fields") is None
        if kwargs.get("update_fields") is None:
            self.offset_minutes = offset_minutes(self.starts_at, self.time_zone)
        if is_changed:
            self.version += 1
            self._count_for_calendars()
        super().save(*args, **kwargs)
        if is_changed:
            # The record bears the title of the meeting, and is withdrawn with it: what is found of it follows.
            for record in self._records():
                record.save(update_fields=["updated_at"])

    def _count_for_calendars(self) -> None:
        """Whoever moves it, on the site or on the editors' side: calendars learn of it, and all are asked again."""
        present = type(self)._base_manager.filter(pk=self.pk).values(*self.fields_in_calendars, "sequence").first()
        if present is None:
            return
        different = {name for name in self.fields_in_calendars if present[name] != getattr(self, name)}
        self.sequence = present["sequence"] + bool(different)
        if different & {"starts_at", "ends_at"}:
            from meetings.models.invitations import Invitation

            Invitation.objects.filter(meeting=self).exclude(answer="pending").ask_again()
            self.calendar_mails.exclude(reply="").update(reply="")
        if "starts_at" in different:
            from meetings.models.agenda import AgendaItem

            # The fixed times of its agenda are moved along.
            fixed = AgendaItem.objects.filter(meeting=self)
            by = self.starts_at - present["starts_at"]
            fixed.exclude(starts_at=None).update(starts_at=F("starts_at") + by, version=F("version") + 1)

    def access_parent(self) -> Marked | None:
        """Nobody reads a meeting of a series who may not read the series."""
        return self.series

    def access_children(self) -> list[Marked]:
        return [*self._records(), *self.polls.all()]

    def _records(self) -> "models.QuerySet[Record]":
        """Its record, if there is one."""
        from meetings.models.records import Record

        return Record.objects.filter(meeting=self)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def starts_there(self) -> datetime:
        """When it starts by the clock of the place."""
        return self.starts_at.astimezone(self.zone)

    @property
    def ends_there(self) -> datetime:
        return self.ends_at.astimezone(self.zone)

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def is_moved(self) -> bool:
        """Whether it stands at another time than its series would have it."""
        return self.recurrence_id is not None and self.recurrence_id != self.starts_at

    @property
    def languages_interpreted(self) -> list[str]:
        return languages_by_name(self.interpretation)

    @property
    def day(self) -> date:
        """The day of the meeting where it is held: posts are shown as they were held on it."""
        return self.starts_there.date()

    @classmethod
    def live_pages(cls) -> MeetingQuerySet:
        return cls.objects.live().for_lists()


class AttendanceRole(models.TextChoices):
    HEAD = "head", _("head of delegation")
    MEMBER = "member", _("member")
    ADVISER = "adviser", _("adviser")
    INTERPRETER = "interpreter", _("interpreter")
    OBSERVER = "observer", _("observer")


class Participant(models.Model):
    """A place in a delegation: of an organisation, held by a post, a person, or nobody named."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    # A row of Post is one person's time in it: the name is that of the day, whoever holds the post today.
    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("post")
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return named(self.organisation, self.post, self.person)

    @property
    def is_named(self) -> bool:
        return self.post_id is not None or self.person_id is not None


def check_post(organisation: Organisation | None, post: Post | None, person: Person | None, day: date) -> None:
    """Refuse a post of another organisation, of another person, or not held on `day`."""
    if post is None:
        return
    if organisation is not None and post.organisation_id != organisation.pk:
        raise ValidationError({"post": _("This post is at another organisation.")})
    if person is not None and post.person_id and post.person_id != person.pk:
        raise ValidationError({"post": _("Another person held this post.")})
    if not Post.objects.held_on(day).filter(pk=post.pk).exists():
        raise ValidationError({"post": _("This post was not held on that day.")})


def named(organisation: Organisation | None, post: Post | None, person: Person | None) -> str:
    """How somebody is named: `Name, Title, ACRONYM`, as far as it is known."""
    if post is not None and (post.person_id or person is None):
        return str(post)
    parts = [person and person.name, post and post.title, organisation and organisation.acronym]
    return ", ".join(part for part in parts if part)


class AttendanceQuerySet(MarkedQuerySet):
    def for_lists(self) -> "AttendanceQuerySet":
        return self.select_related("organisation", "post__organisation", "post__person", "person")


class Attendance(Participant):
    """Who attended: an organisation, in the person of somebody or not."""

    audience_path = "meeting__audience"

    # No ParentalKey: it is written on the meeting's own page, and an old draft of that page must not undo it.
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    role = models.CharField(_("role"), max_length=20, choices=AttendanceRole.choices, default=AttendanceRole.MEMBER)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__acronym", "position", "pk"]
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")

    def get_absolute_url(self) -> str:
        return f"{self.meeting.get_absolute_url()}#attendance"

    def clean(self) -> None:
        super().clean()
        check_post(self.organisation, self.post, self.person, self.meeting.day)

    @property
    def space_id(self) -> int:
        return self.meeting.space_id
