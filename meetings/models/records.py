"""Records: the written account of a meeting, in parts that have addresses."""

from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from coordination.models import Audience, Content, Marked, MarkedQuerySet, Marking, Organisation, Person, Post, Space
from coordination.models.marking import KEY_LENGTH, address_of, new_key
from meetings.models.agenda import AgendaItem
from meetings.models.meetings import Meeting


class RecordState(models.TextChoices):
    DRAFT = "draft", _("draft")
    CIRCULATED = "circulated", _("circulated")
    AGREED = "agreed", _("agreed")
    PUBLISHED = "published", _("published")


# What the parties have agreed to stays as it is: the database itself refuses to change it (meetings.frozen).
FROZEN_STATES = (RecordState.AGREED, RecordState.PUBLISHED)


class RecordQuerySet(MarkedQuerySet):
    def of_live_meetings(self) -> "RecordQuerySet":
        """What readers find: a meeting that is withdrawn takes its record along."""
        return self.filter(meeting__live=True).select_related("audience", "space__audience", "meeting__audience")


class Record(Content):
    """One per meeting, never wider than the meeting. Its own marking is what it gets once it is circulated."""

    # Whose row its name is made from: lists bring it along.
    named_along = "meeting"
    # Its address has the key of its meeting (discussion.cards).
    found_by = ("record_detail", "meeting__key")

    meeting = models.OneToOneField(Meeting, on_delete=models.PROTECT, related_name="record")
    state = models.CharField(_("state"), max_length=20, choices=RecordState.choices, default=RecordState.DRAFT)
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    chatham_house = models.BooleanField(
        _("kept under the Chatham House Rule"),
        default=False,
        help_text=_("Who did not attend reads the statements without names."),
    )
    followed_along = models.BooleanField(
        _("followed along"),
        default=False,
        help_text=_("Those who attended read it while it is written, as far as its marking lets them."),
    )
    language = models.CharField(_("language of the text"), max_length=10, choices=settings.LANGUAGES, default="en")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")

    def __str__(self) -> str:
        return str(_("Record of %(meeting)s") % {"meeting": self.meeting.title})

    def get_absolute_url(self) -> str:
        return address_of("record_detail", self.meeting.key)

    def access_parent(self) -> Marked:
        return self.meeting

    def access_limit(self) -> frozenset[str] | None:
        """While it is a draft, only those who write records read it, whatever its marking; and those who attended,
        where they may follow along."""
        from coordination import access

        if self.state != RecordState.DRAFT:
            return None
        attended = self.attending_user_ids if self.followed_along else frozenset()
        return access.only_rapporteurs(self.space_id) | access.audience_tokens(
            self.space_id, Marking.RED, users=attended
        )

    def access_children(self) -> list[Marked]:
        return list(self.sections.all())

    @property
    def is_frozen(self) -> bool:
        """Agreed: its words are not changed any more, by any way."""
        return self.state in FROZEN_STATES

    @property
    def is_draft(self) -> bool:
        return self.state == RecordState.DRAFT

    @property
    def illustrative(self) -> bool:
        return self.meeting.illustrative

    @cached_property
    def attending_user_ids(self) -> frozenset[int]:
        """The users who attended the meeting, in person or in a post; `access.may_see_names` asks for them."""
        rows = self.meeting.attendance.values_list("person__user_id", "post__person__user_id")
        return frozenset(user_id for row in rows for user_id in row if user_id is not None)


class Section(Marked):
    """What was said under one item of the agenda. It keeps number and title when the agenda is rewritten later.

    It may be marked narrower than its record, and is never wider: unmarked, it is read by whoever reads the record.
    """

    named_along = "record__meeting"
    # What the widest marking means here, where forms offer it.
    unmarked_label = _("as the record: whoever reads the record")

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="sections")
    agenda_item = models.OneToOneField(
        AgendaItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="section"
    )
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    title = models.CharField(_("title"), max_length=255, blank=True, validators=[validate_plain_text])

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["number", "pk"]
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def __str__(self) -> str:
        return f"{self.number}. {self.title}" if self.title else str(self.number)

    def get_absolute_url(self) -> str:
        return f"{self.record.get_absolute_url()}#{self.anchor}"

    def access_parent(self) -> Marked:
        return self.record

    def access_limit(self) -> frozenset[str] | None:
        return self.record.access_limit()

    def default_audience(self) -> Audience:
        from coordination import access

        return access.intern({access.PUBLIC})

    @property
    def space(self) -> Space:
        return self.record.space

    @property
    def space_id(self) -> int:
        return self.record.space_id

    @property
    def is_narrower(self) -> bool:
        """Whether fewer read it than read the record."""
        return self.audience_id != self.record.audience_id

    @property
    def anchor(self) -> str:
        return f"section-{self.pk}"


class ParagraphKind(models.TextChoices):
    SUMMARY = "summary", _("summary")
    STATEMENT = "statement", _("statement")
    DECISION = "decision", _("decision")
    ACTION = "action", _("action")
    COMMITMENT = "commitment", _("commitment")
    RESERVATION = "reservation", _("reservation")


# What somebody says, and is named for: all other kinds are of the meeting as a whole.
SPOKEN_KINDS = (ParagraphKind.STATEMENT, ParagraphKind.RESERVATION)


class Paragraph(models.Model):
    """A paragraph of a record, with an address of its own: actions and commitments keep it as their source.

    Who spoke is shown through `meetings.selectors` only, which asks `access.may_see_names`.
    """

    audience_path = "section__audience"
    named_along = "section__record__meeting"

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="paragraphs")
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=ParagraphKind.choices, default=ParagraphKind.SUMMARY)
    text = models.TextField(_("text"), max_length=10_000)
    speaker_post = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("said by (post)")
    )
    speaker_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("said by (person)")
    )
    speaker_organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation of the speaker"),
    )
    on_behalf_of = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("on behalf of"),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("paragraph")
        verbose_name_plural = _("paragraphs")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["statement", "reservation"])
                | Q(
                    speaker_post__isnull=True,
                    speaker_person__isnull=True,
                    speaker_organisation__isnull=True,
                    on_behalf_of__isnull=True,
                ),
                name="only_a_statement_has_a_speaker",
            )
        ]

    def __str__(self) -> str:
        names = {"meeting": self.record.meeting.title, "number": self.section.number}
        return str(_("Record of %(meeting)s, item %(number)s") % names)

    def get_absolute_url(self) -> str:
        return f"{self.record.get_absolute_url()}#{self.anchor}"

    @property
    def record(self) -> Record:
        return self.section.record

    @property
    def space_id(self) -> int:
        return self.section.record.space_id

    @property
    def anchor(self) -> str:
        """The fragment of its address on the record's page."""
        return f"p-{self.key}"
