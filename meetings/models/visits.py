"""Visits: a delegation, its days, the meetings and all else that makes them, and what is written after them."""

from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, PageChooserPanel
from wagtail.models import Orderable, PageManager

from accounts.models import validate_time_zone
from accounts.text import validate_plain_text
from coordination.models import ContentPage, Country, MarkedQuerySet, Organisation, Person, Post, Space
from coordination.models.marking import KEY_LENGTH, new_key
from coordination.models.spaces import MarkedPageQuerySet
from meetings.editors import VisitPageForm
from meetings.models.meetings import AttendanceRole, Meeting, Participant, named

# What is further away than this is not reached between two meetings of one visit.
LONGEST_WAY_IN_MINUTES = 24 * 60
USUAL_WAY_IN_MINUTES = 30
OUTCOME_MAX_LENGTH = 20_000
LETTER_MAX_LENGTH = 20_000


class VisitQuerySet(MarkedPageQuerySet):
    def coming(self) -> "VisitQuerySet":
        """Those that are not over yet, the next one first."""
        return self.filter(ends_on__gte=timezone.localdate()).order_by("starts_on", "pk")

    def past(self) -> "VisitQuerySet":
        return self.filter(ends_on__lt=timezone.localdate()).order_by("-starts_on", "-pk")

    def for_lists(self) -> "VisitQuerySet":
        return self.select_related("audience", "space__audience", "organisation", "country")


VisitManager = PageManager.from_queryset(VisitQuerySet)


class Visit(ContentPage):
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="visits", verbose_name=_("delegation of")
    )
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        verbose_name=_("country visited"),
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text=_("The zone of the country visited, for example Asia/Karachi. What is entered begins with it."),
    )
    purpose = models.TextField(_("purpose"), blank=True, max_length=5000)
    objectives = models.TextField(_("objectives"), blank=True, max_length=5000, help_text=_("One on each line."))
    minutes_between = models.PositiveSmallIntegerField(
        _("minutes on the way"),
        default=USUAL_WAY_IN_MINUTES,
        validators=[MaxValueValidator(LONGEST_WAY_IN_MINUTES)],
        help_text=_("What the delegation needs from one place to the next where no transport is entered."),
    )
    # What is written after the visit; what the records say is compiled for each reader, and kept nowhere.
    outcome = models.TextField(_("outcome"), blank=True, max_length=OUTCOME_MAX_LENGTH)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects: ClassVar[Any] = VisitManager()

    route_name = "visit_detail"
    template = "meetings/visit_detail.html"
    context_object_name = "visit"
    base_form_class = VisitPageForm
    fields_of_no_revision = (*ContentPage.fields_of_no_revision, "outcome", "version", "submission")
    exclude_fields_in_copy: ClassVar[list[str]] = [
        *ContentPage.exclude_fields_in_copy, "outcome", "version", "submission",
    ]  # fmt: skip
    content_panels: ClassVar[list] = [
        *ContentPage.content_panels,
        FieldRowPanel([FieldPanel("organisation"), FieldPanel("country")]),
        FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on"), FieldPanel("time_zone")]),
        FieldPanel("purpose"),
        FieldPanel("objectives"),
        FieldPanel("minutes_between"),
        InlinePanel("programme", heading=_("Programme"), label=_("meeting")),
        FieldRowPanel([FieldPanel("language"), FieldPanel("illustrative")]),
        FieldPanel("topics"),
    ]

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="a_visit_ends_after_it_starts")
        ]

    def clean(self) -> None:
        super().clean()
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("This is before the first day.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; whatever is saved here or by an editor makes the forms that are open elsewhere older ones."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            self.version += 1
        super().save(*args, **kwargs)

    def as_action(self) -> dict[str, Any]:
        """What the form of an action that comes of it begins with: whose delegation it was."""
        return {"owner": self.organisation_id, "description": self.title}

    @cached_property
    def head(self) -> "VisitMember | None":
        """Who leads the delegation; the first of those where several are said to."""
        return VisitMember.objects.for_lists().filter(visit=self, role=AttendanceRole.HEAD).first()

    @property
    def is_over(self) -> bool:
        return self.ends_on < timezone.localdate()

    @property
    def objectives_listed(self) -> list[str]:
        """The objectives, one for each line."""
        return [line.strip() for line in self.objectives.splitlines() if line.strip()]

    @classmethod
    def live_pages(cls) -> VisitQuerySet:
        return cls.objects.live().for_lists()


class VisitMemberQuerySet(MarkedQuerySet):
    def for_lists(self) -> "VisitMemberQuerySet":
        return self.select_related("organisation", "post__organisation", "post__person", "person")


class VisitMember(Participant):
    """Who travels, with an account or without."""

    audience_path = "visit__audience"

    # No ParentalKey: it is written on the visit's own page, and an old draft of that page must not undo it.
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="members")
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    role = models.CharField(_("role"), max_length=20, choices=AttendanceRole.choices, default=AttendanceRole.MEMBER)
    # To which meetings of the programme some go and others do not. A meeting that nobody is named for is for all.
    meetings = models.ManyToManyField(Meeting, related_name="visiting_members", editable=False)

    objects = VisitMemberQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("member of the delegation")
        verbose_name_plural = _("members of the delegation")

    @property
    def space_id(self) -> int:
        return self.visit.space_id


class ItineraryKind(models.TextChoices):
    """What fills the days between the meetings, which have pages of their own."""

    SITE_VISIT = "site_visit", _("site visit")
    TRANSPORT = "transport", _("transport")
    RECEPTION = "reception", _("reception")
    FREE_TIME = "free_time", _("free time")


class ItineraryEntry(models.Model):
    """Something in the days of a visit that is no meeting."""

    audience_path = "visit__audience"

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="entries")
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=ItineraryKind.choices)
    title = models.CharField(_("title"), max_length=255, validators=[validate_plain_text])
    # Moments, kept in UTC; a transport may end by another clock than it starts by.
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    time_zone_until = models.CharField(
        _("time zone of arrival"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    place = models.CharField(_("place"), max_length=255, blank=True, validators=[validate_plain_text])
    place_until = models.CharField(_("to"), max_length=255, blank=True, validators=[validate_plain_text])
    host = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("host")
    )
    host_post = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("received by")
    )
    note = models.TextField(_("note"), blank=True, max_length=2000)
    # Those who take part where not all do.
    members = models.ManyToManyField(VisitMember, related_name="entries", blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "ends_at", "pk"]
        verbose_name = _("entry of an itinerary")
        verbose_name_plural = _("entries of an itinerary")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="an_entry_of_an_itinerary_ends_after_it_starts"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{self.visit.get_absolute_url()}#{self.anchor}"

    @property
    def anchor(self) -> str:
        return f"entry-{self.key}"

    @property
    def space_id(self) -> int:
        return self.visit.space_id

    @property
    def zone_until(self) -> str:
        """By which clock it ends."""
        return self.time_zone_until or self.time_zone

    @property
    def starts_there(self) -> datetime:
        return self.starts_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def day(self) -> date:
        """The day on which it begins, where it begins."""
        return self.starts_there.date()


class VisitMeeting(Orderable):
    """A meeting in the programme of a visit; it may lie in another space, and is then listed for its own readers."""

    audience_path = "visit__audience"

    visit = ParentalKey(Visit, on_delete=models.CASCADE, related_name="programme")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="visits", verbose_name=_("meeting"))

    objects = MarkedQuerySet.as_manager()

    panels: ClassVar[list] = [PageChooserPanel("meeting", "meetings.Meeting")]

    class Meta(Orderable.Meta):
        verbose_name = _("meeting of the visit")
        verbose_name_plural = _("meetings of the visit")
        constraints = [models.UniqueConstraint(fields=["visit", "meeting"], name="a_meeting_once_in_a_visit")]

    def __str__(self) -> str:
        return self.meeting.title

    @property
    def space_id(self) -> int:
        return self.visit.space_id


class LetterTemplate(models.Model):
    """How thank-you letters begin in a space; where there is none, Accord's own is offered."""

    audience_path = "space__audience"

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="letter_templates")
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    name = models.CharField(_("name"), max_length=100, validators=[validate_plain_text])
    language = models.CharField(_("language of the text"), max_length=10, choices=settings.LANGUAGES, default="en")
    subject = models.CharField(_("subject"), max_length=255, validators=[validate_plain_text])
    body = models.TextField(_("text"), max_length=LETTER_MAX_LENGTH)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("template of letters")
        verbose_name_plural = _("templates of letters")

    def __str__(self) -> str:
        return self.name


class Letter(models.Model):
    """A thank-you letter after a visit: written from a template, changed by hand, and sent on paper."""

    audience_path = "visit__audience"
    named_along = "visit"

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="letters")
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    # To whom, as it was when the letter was written.
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("post")
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    language = models.CharField(_("language of the text"), max_length=10, choices=settings.LANGUAGES, default="en")
    subject = models.CharField(_("subject"), max_length=255, validators=[validate_plain_text])
    body = models.TextField(_("text"), max_length=LETTER_MAX_LENGTH)
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__acronym", "pk"]
        verbose_name = _("letter")
        verbose_name_plural = _("letters")

    def __str__(self) -> str:
        return str(_("Letter to %(name)s") % {"name": self.addressee})

    def get_absolute_url(self) -> str:
        return reverse("letter_edit", kwargs={"key": self.visit.key, "letter": self.key})

    @property
    def addressee(self) -> str:
        return named(self.organisation, self.post, self.person)

    @property
    def space_id(self) -> int:
        return self.visit.space_id
