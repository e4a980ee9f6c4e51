"""The briefing pack of a visit: what officers write in it, and the copies on paper that are made for one reader each.

What Accord compiles is kept nowhere: it is put together at each reading (`meetings.briefing`), by the access rule, for
whoever reads. So there is nothing to refresh that could take along what was written.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.models import Audience, Content, Marked, MarkedQuerySet, Marking
from coordination.models.marking import KEY_LENGTH, address_of, new_key
from coordination.models.spaces import Space
from meetings.models.meetings import Meeting
from meetings.models.visits import Visit, VisitMember

TEXT_MAX_LENGTH = 20_000
# A copy is made within a minute; a worker that died over one is noticed after some more.
LONGEST_WAIT = timedelta(minutes=20)


class BriefingPack(Content):
    """The pack of a visit. By itself it is for the organisations of the delegation and of whoever began it: those whom
    the delegation meets may well be members of the same space.

    Where there is one that is closed to somebody who may prepare the visit, that one begins another: to be told that
    there is one already would be told of it."""

    named_along = "visit"

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="briefings")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        verbose_name = _("briefing pack")
        verbose_name_plural = _("briefing packs")

    def __str__(self) -> str:
        return str(_("Briefing: %(visit)s") % {"visit": self.visit.title})

    def get_absolute_url(self) -> str:
        return address_of("briefing_detail", self.visit.key)

    def access_parent(self) -> Marked:
        return self.visit

    def access_children(self) -> list[Marked]:
        return list(BriefingText.objects.filter(pack=self))

    def default_audience(self) -> Audience:
        from coordination import access

        organisations = {self.visit.organisation_id, *self.visit.members.values_list("organisation", flat=True)}
        users = []
        if self.created_by is not None:
            if (own := self.created_by.organisation_id) is not None:
                organisations.add(own)
            else:
                users = [self.created_by.pk]
        tokens = access.audience_tokens(self.space_id, Marking.AMBER_STRICT, organisations=organisations)
        return access.intern(tokens | access.audience_tokens(self.space_id, Marking.RED, users=users))

    @property
    def illustrative(self) -> bool:
        return self.visit.illustrative


class BriefingSection(models.TextChoices):
    """The sections of a pack, in their order: those of the visit, then those of each meeting."""

    INTRODUCTION = "introduction", _("Purpose and objectives")
    PROGRAMME = "programme", _("Programme")
    PEOPLE = "people", _("People")
    COUNTRY = "country", _("Country profile")
    OBJECTIVES = "objectives", _("Objectives")
    TALKING_POINTS = "talking_points", _("Talking points")
    LAST_TIME = "last_time", _("Last time")
    OPEN_ITEMS = "open_items", _("Open items")
    ARTICLES = "articles", _("Articles of agreements")
    BACKGROUND = "background", _("Background")


SECTIONS_OF_A_VISIT = (
    BriefingSection.INTRODUCTION, BriefingSection.PROGRAMME, BriefingSection.PEOPLE, BriefingSection.COUNTRY,
)  # fmt: skip
SECTIONS_OF_A_MEETING = tuple(one for one in BriefingSection if one not in SECTIONS_OF_A_VISIT)


class BriefingText(Content):
    """Something written in a section. It has a marking of its own, never wider than the pack's; what is written of a
    meeting is for those only who may read that meeting."""

    named_along = "pack__visit"

    pack = models.ForeignKey(BriefingPack, on_delete=models.CASCADE, related_name="texts")
    section = models.CharField(_("section"), max_length=20, choices=BriefingSection.choices)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    text = models.TextField(_("text"), max_length=TEXT_MAX_LENGTH)
    language = models.CharField(_("language of the text"), max_length=10, choices=settings.LANGUAGES, default="en")
    # What Accord had compiled beside it when it was written, for its writer's eyes, as a digest: so that the writer is
    # told when that has changed.
    compiled = models.CharField(max_length=64, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("text of a briefing")
        verbose_name_plural = _("texts of a briefing")
        indexes: ClassVar[list] = [models.Index(fields=["pack", "section"])]

    def __str__(self) -> str:
        return str(_("%(section)s of a briefing") % {"section": self.get_section_display()})

    def get_absolute_url(self) -> str:
        return f"{self.pack.get_absolute_url()}#{self.anchor}"

    @property
    def anchor(self) -> str:
        return f"text-{self.key}"

    def access_parent(self) -> Marked:
        return self.pack

    def access_limit(self) -> frozenset[str] | None:
        """Those who may read its meeting. One in another space has no tokens that could be met with those of this
        space: there the pack asks for the meeting besides (`briefing.texts`)."""
        from coordination import access

        if self.meeting is None or self.meeting.space_id != self.space_id:
            return None
        return access.audience(self.meeting)

    def default_audience(self) -> Audience:
        """Unmarked, it is for all readers of the pack."""
        from coordination import access

        return access.intern({access.PUBLIC})


def hung_on(obj: Any) -> Iterable[Marked]:
    """For `access.child_providers`: a visit that is narrowed narrows its pack, a meeting what was written of it."""
    if isinstance(obj, Visit):
        return BriefingPack.objects.filter(visit=obj)
    return BriefingText.objects.filter(meeting=obj) if isinstance(obj, Meeting) else ()


class PaperState(models.TextChoices):
    WAITING = "waiting", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("not made")


class BriefingPaper(models.Model):
    """A pack as PDF, made for one reader and opened by nobody else.

    Not `Marked`: its reader is nobody's to change. It is kept in the row, so that it is whole or not there, and goes
    with it after some days (`services.briefing`).
    """

    audience_path = "audience"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+", editable=False)
    pack = models.ForeignKey(BriefingPack, on_delete=models.CASCADE, related_name="papers")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Somebody of the delegation without an account to whom the reader gives it: it has that one's name and clearance.
    made_for = models.ForeignKey(VisitMember, on_delete=models.CASCADE, null=True, related_name="+", editable=False)
    state = models.CharField(max_length=20, choices=PaperState.choices, default=PaperState.WAITING)
    # What is done of what there is to do, in parts of the work; the pages are known at the end.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    content = models.BinaryField(default=b"")
    # All that stands in it, by model and key: whoever may no longer read one of these no longer opens the paper.
    sources = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    made_at = models.DateTimeField(null=True)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("briefing on paper")
        verbose_name_plural = _("briefings on paper")
        constraints: ClassVar[list] = [
            models.UniqueConstraint(
                fields=["pack", "reader"], condition=Q(state="waiting"), name="a_briefing_is_made_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return str(self.pack)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new one is for its reader, while a member of the space."""
        from coordination import access

        if self._state.adding:
            tokens = access.audience_tokens(self.space_id, Marking.RED, users=[self.reader_id])
            self.audience = access.intern(tokens)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("briefing_paper", kwargs={"key": self.pack.visit.key, "paper": self.key})

    @property
    def is_stuck(self) -> bool:
        """Whether a worker should long have been done with it: it was given up, or there is none."""
        return self.state == PaperState.WAITING and timezone.now() - self.asked_at > LONGEST_WAIT
