"""Finding a date: an organisation says of each candidate whether it could come."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import validate_time_zone
from accounts.text import validate_plain_text
from coordination.models import Content, Marked, MarkedQuerySet, Organisation
from coordination.models.marking import address_of
from meetings.models.meetings import Meeting


class PollState(models.TextChoices):
    OPEN = "open", _("open")
    DECIDED = "decided", _("decided")
    CLOSED = "closed", _("closed without a date")


class Poll(Content):
    """A question to organisations: which of these times? One answer an organisation, by whoever speaks for it."""

    title = models.CharField(_("title"), max_length=255, validators=[validate_plain_text])
    description = models.TextField(_("description"), blank=True, max_length=5000)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    closes_on = models.DateField(_("answers until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=PollState.choices, default=PollState.OPEN)
    # Whose date is looked for; without one, the meeting is made once the date is found.
    meeting = models.ForeignKey(Meeting, on_delete=models.SET_NULL, null=True, blank=True, related_name="polls")
    organisations = models.ManyToManyField(Organisation, related_name="+", verbose_name=_("organisations asked"))
    illustrative = models.BooleanField(_("illustrative"), default=False)
    # The day of the last reminder that time runs out.
    reminded_on = models.DateField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: Any = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("poll on dates")
        verbose_name_plural = _("polls on dates")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("poll_detail", self.key)

    def access_parent(self) -> Marked | None:
        return self.meeting

    @cached_property
    def asked_ids(self) -> frozenset[int]:
        return frozenset(self.organisations.values_list("pk", flat=True))

    @property
    def is_open(self) -> bool:
        return self.state == PollState.OPEN and (self.closes_on is None or self.closes_on >= timezone.localdate())


class PollOption(models.Model):
    """A candidate: a time from a moment to a moment."""

    audience_path = "poll__audience"

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="options")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    is_chosen = models.BooleanField(default=False, editable=False)

    objects: Any = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("candidate date")
        verbose_name_plural = _("candidate dates")
        constraints = [
            models.UniqueConstraint(fields=["poll", "starts_at", "ends_at"], name="a_candidate_stands_once_in_a_poll"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="a_candidate_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_there:%Y-%m-%d %H:%M}"

    @property
    def space_id(self) -> int:
        return self.poll.space_id

    @property
    def starts_there(self) -> datetime:
        return self.starts_at.astimezone(ZoneInfo(self.poll.time_zone))

    @property
    def ends_there(self) -> datetime:
        return self.ends_at.astimezone(ZoneInfo(self.poll.time_zone))


class Vote(models.TextChoices):
    YES = "yes", _("yes")
    IF_NEED_BE = "if_need_be", _("if need be")
    NO = "no", _("no")


class PollVote(models.Model):
    """What one organisation says of one candidate."""

    audience_path = "option__poll__audience"

    option = models.ForeignKey(PollOption, on_delete=models.CASCADE, related_name="votes")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    vote = models.CharField(_("answer"), max_length=20, choices=Vote.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(auto_now=True)

    objects: Any = MarkedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["option", "organisation"], name="an_organisation_votes_once_on_a_date")
        ]

    def __str__(self) -> str:
        return f"{self.organisation.acronym}: {self.get_vote_display()}"

    @property
    def space_id(self) -> int:
        return self.option.space_id
