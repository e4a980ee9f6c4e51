"""A record goes round the delegations: each round with the text as it stood, what they say of it, and what is put right
after they agreed.

Who said what is shown through `meetings.selectors` only, which asks `access.may_see_names`.
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from coordination.models import MarkedQuerySet, Organisation, Person, Post
from coordination.models.marking import KEY_LENGTH, new_key
from meetings.models.records import Paragraph, ParagraphKind, Record, Section

TEXT_MAX_LENGTH = 10_000
NOTE_MAX_LENGTH = 2000


class Round(models.Model):
    """A record, circulated: until when the delegations are asked, by which rule, and the text that they have before
    them (`paragraphs`). Its number is that of the version too."""

    audience_path = "record__audience"

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField(_("number"))
    circulated_at = models.DateTimeField(default=timezone.now, editable=False)
    circulated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    due_at = models.DateTimeField(_("answer until"), null=True, blank=True)
    # The rule of the meeting as it was when the record went out: nobody's silence is counted by a later one.
    silence_is_agreement = models.BooleanField(_("silence is agreement"), default=False)
    note = models.TextField(_("to the delegations"), blank=True, max_length=NOTE_MAX_LENGTH)
    closed_at = models.DateTimeField(null=True, editable=False)
    # The day of the last reminder that time runs out.
    reminded_on = models.DateField(null=True, editable=False)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        constraints = [models.UniqueConstraint(fields=["record", "number"], name="a_round_of_each_number")]

    def __str__(self) -> str:
        return str(_("Version %(number)d") % {"number": self.number})

    def get_absolute_url(self) -> str:
        return reverse("record_version", kwargs={"key": self.record.meeting.key, "number": self.number})

    @property
    def space_id(self) -> int:
        return self.record.space_id

    def is_open(self, now: datetime | None = None) -> bool:
        """Whether the delegations may still speak."""
        return self.closed_at is None and not self.is_over(now)

    def is_over(self, now: datetime | None = None) -> bool:
        """Whether the time to answer has passed."""
        return self.due_at is not None and self.due_at <= (now or timezone.now())


class VersionParagraph(models.Model):
    """A paragraph as it stood in a round. It is read by whoever reads its section today: a section that is marked
    narrower later takes its earlier words along."""

    audience_path = "section__audience"

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="paragraphs")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="version_paragraphs")
    section_number = models.PositiveSmallIntegerField()
    section_title = models.CharField(max_length=255, blank=True)
    paragraph = models.ForeignKey(Paragraph, on_delete=models.SET_NULL, null=True, related_name="versions")
    # The key of the paragraph, which may be struck out since.
    key = models.CharField(max_length=KEY_LENGTH)
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=20, choices=ParagraphKind.choices)
    text = models.TextField(max_length=TEXT_MAX_LENGTH)
    speaker_post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    speaker_person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    speaker_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    on_behalf_of = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["section_number", "section_id", "position", "pk"]
        verbose_name = _("paragraph of a version")
        verbose_name_plural = _("paragraphs of versions")
        constraints = [models.UniqueConstraint(fields=["round", "key"], name="a_paragraph_once_in_a_version")]

    def __str__(self) -> str:
        return f"{self.section_number}. {self.section_title}".rstrip(". ")

    def get_absolute_url(self) -> str:
        return f"{self.round.get_absolute_url()}#{self.anchor}"

    @property
    def space_id(self) -> int:
        return self.section.space_id

    @property
    def anchor(self) -> str:
        return f"p-{self.key}"


class AnswerKind(models.TextChoices):
    AWAITED = "awaited", _("not answered yet")
    AGREED = "agreed", _("agreed")
    RESERVATION = "reservation", _("agreed with a reservation")
    SILENCE = "silence", _("agreed by silence")


class Answer(models.Model):
    """A delegation that is asked in a round, and what it says of the record as a whole."""

    audience_path = "round__record__audience"

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="answers")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("answer"), max_length=20, choices=AnswerKind.choices, default=AnswerKind.AWAITED)
    reservation = models.TextField(_("reservation"), blank=True, max_length=TEXT_MAX_LENGTH)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    answered_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__acronym", "pk"]
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(fields=["round", "organisation"], name="a_delegation_answers_once_in_a_round"),
            models.CheckConstraint(
                condition=Q(kind="reservation") | Q(reservation=""), name="only_a_reservation_has_words"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    def get_absolute_url(self) -> str:
        return f"{self.round.record.get_absolute_url()}#answer"

    @property
    def space_id(self) -> int:
        return self.round.record.space_id

    @property
    def asked_ids(self) -> frozenset[int]:
        """Who answers for it; `access` asks."""
        return frozenset({self.organisation_id})

    @property
    def is_awaited(self) -> bool:
        return self.kind == AnswerKind.AWAITED


class CommentState(models.TextChoices):
    OPEN = "open", _("open")
    TAKEN_UP = "taken_up", _("taken up")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class RecordComment(models.Model):
    """What a delegation says of a paragraph, with another wording where it proposes one."""

    audience_path = "section__audience"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="comments")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="comments")
    # Struck out later, it leaves what was said of it, with the words that it was said of.
    paragraph = models.ForeignKey(Paragraph, on_delete=models.SET_NULL, null=True, related_name="comments")
    words_then = models.TextField(editable=False, max_length=TEXT_MAX_LENGTH)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    text = models.TextField(_("comment"), blank=True, max_length=TEXT_MAX_LENGTH)
    wording = models.TextField(_("proposed wording"), blank=True, max_length=TEXT_MAX_LENGTH)
    state = models.CharField(
        _("state"), max_length=20, choices=CommentState.choices, default=CommentState.OPEN, editable=False
    )
    reply = models.TextField(_("reply"), blank=True, max_length=NOTE_MAX_LENGTH)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("comment on a record")
        verbose_name_plural = _("comments on records")

    def __str__(self) -> str:
        return str(_("Comment on a paragraph"))

    def get_absolute_url(self) -> str:
        return f"{self.round.record.get_absolute_url()}#{self.anchor}"

    @property
    def space_id(self) -> int:
        return self.round.record.space_id

    @property
    def anchor(self) -> str:
        return f"comment-{self.key}"

    @property
    def is_proposal(self) -> bool:
        return bool(self.wording)


class Corrigendum(models.Model):
    """A mistake in an agreed record, put right beside its paragraph: the agreed words stay."""

    audience_path = "paragraph__section__audience"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    paragraph = models.ForeignKey(Paragraph, on_delete=models.PROTECT, related_name="corrigenda")
    before = models.TextField(editable=False, max_length=TEXT_MAX_LENGTH)
    text = models.TextField(_("as it should read"), max_length=TEXT_MAX_LENGTH)
    reason = models.CharField(_("reason"), max_length=255, validators=[validate_plain_text])
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("corrigendum")
        verbose_name_plural = _("corrigenda")

    def __str__(self) -> str:
        return str(_("Corrigendum"))

    def get_absolute_url(self) -> str:
        return f"{self.paragraph.record.get_absolute_url()}#{self.anchor}"

    @property
    def space_id(self) -> int:
        return self.paragraph.space_id

    @property
    def anchor(self) -> str:
        return f"corrigendum-{self.key}"
