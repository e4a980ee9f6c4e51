"""Agreements: who signed them, their articles, the texts in each language, and what they change in one another."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable

from accounts.text import validate_plain_text
from coordination.editors_forms import AgreementPageForm
from coordination.models.marking import KEY_LENGTH, MarkedQuerySet, new_key
from coordination.models.organisations import Organisation
from coordination.models.references import Referenced
from coordination.models.spaces import ContentPage, Space

# Whoever has to decide whether to give notice is told this long before the last day on which it can be given.
MONTHS_OF_WARNING = 3
# A century: more is a slip of the finger.
MOST_MONTHS = 1200


class AgreementKind(models.TextChoices):
    COOPERATION = "cooperation", _("cooperation agreement")
    MEMORANDUM = "memorandum", _("memorandum of understanding")
    PROTOCOL = "protocol", _("protocol")
    JOINT_DECLARATION = "joint_declaration", _("joint declaration")
    ACTION_DOCUMENT = "action_document", _("action document")
    TERMS_OF_REFERENCE = "terms_of_reference", _("terms of reference")
    READMISSION = "readmission", _("readmission agreement")
    ARRANGEMENT = "arrangement", _("working arrangement")
    OTHER = "other", _("other")


class AgreementState(models.TextChoices):
    NEGOTIATION = "negotiation", _("negotiation")
    SIGNED = "signed", _("signed")
    IN_FORCE = "in_force", _("in force")
    SUSPENDED = "suspended", _("suspended")
    EXPIRED = "expired", _("expired")
    TERMINATED = "terminated", _("terminated")


# What still has an end or a renewal to come.
RUNNING_STATES = (AgreementState.SIGNED, AgreementState.IN_FORCE, AgreementState.SUSPENDED)


class Renewal(models.TextChoices):
    NONE = "none", _("none: it ends")
    AUTOMATIC = "automatic", _("automatic, unless notice is given")
    BY_AGREEMENT = "by_agreement", _("if the parties agree on it")


@dataclass(frozen=True)
class AgreementWarning:
    """The next day on which an agreement ends or is renewed, and until when something can be done about it."""

    # The last day of the present term.
    ends_on: date
    # The last day on which notice can be given; None where no notice period is known.
    notice_by: date | None
    # From this day on, the page and the reminders warn.
    warn_from: date
    # Whether it goes on by itself unless notice is given.
    renews: bool

    def is_due(self, today: date) -> bool:
        return self.warn_from <= today <= self.ends_on

    def is_notice_past(self, today: date) -> bool:
        return self.notice_by is not None and self.notice_by < today


def months_after(day: date, months: int) -> date:
    """The same day so many months later (or earlier, below nought); the last of the month where it has no such day.

    For notice this errs on the careful side: six months before 31 August is 28 February.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class Agreement(Referenced, ContentPage):
    reference_prefix = "AGR"

    reference = models.CharField(_("reference"), max_length=60, blank=True, validators=[validate_plain_text])
    kind = models.CharField(_("kind"), max_length=20, choices=AgreementKind.choices, default=AgreementKind.COOPERATION)
    # Moved by `services.move_agreement` alone: no panel shows it, and no draft or earlier version brings one back.
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=AgreementState.choices,
        default=AgreementState.NEGOTIATION,
        editable=False,
    )
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    in_force_until = models.DateField(
        _("in force until"), null=True, blank=True, help_text=_("The last day of the first term, or of the only one.")
    )
    notice_months = models.PositiveSmallIntegerField(
        _("notice period (months)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_MONTHS)],
        help_text=_("How long before the end of a term a party has to say that it wants no further one."),
    )
    renewal = models.CharField(_("renewal"), max_length=20, choices=Renewal.choices, default=Renewal.NONE)
    renewal_months = models.PositiveSmallIntegerField(
        _("renewed by (months)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)],
    )
    amends = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="amended_by",
        verbose_name=_("the agreement that it amends"),
    )
    summary = RichTextField(_("summary"), blank=True)

    route_name = "agreement_detail"
    template = "coordination/agreement_detail.html"
    base_form_class = AgreementPageForm
    fields_of_no_revision = (*ContentPage.fields_of_no_revision, "short_reference", "state")
    exclude_fields_in_copy: ClassVar[list[str]] = [*ContentPage.exclude_fields_in_copy, "short_reference", "moves"]
    content_panels: ClassVar[list] = [
        *ContentPage.content_panels,
        FieldRowPanel([FieldPanel("reference"), FieldPanel("kind")]),
        FieldRowPanel([FieldPanel("signed_on"), FieldPanel("in_force_from"), FieldPanel("in_force_until")]),
        FieldRowPanel([FieldPanel("notice_months"), FieldPanel("renewal"), FieldPanel("renewal_months")]),
        FieldPanel("summary"),
        InlinePanel("parties", heading=_("Parties"), label=_("party")),
        InlinePanel("texts", heading=_("Languages and authentic texts"), label=_("text")),
        InlinePanel("articles", heading=_("Articles"), label=_("article")),
        FieldPanel("amends"),
        InlinePanel("amendments", heading=_("What it changes in the agreement that it amends"), label=_("change")),
        InlinePanel("relations", heading=_("Other agreements"), label=_("relation")),
        FieldRowPanel([FieldPanel("language"), FieldPanel("illustrative")]),
        FieldPanel("topics"),
    ]

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.CheckConstraint(
                condition=Q(in_force_until__isnull=True)
                | Q(in_force_from__isnull=True)
                | Q(in_force_until__gte=F("in_force_from")),
                name="an_agreement_ends_after_it_begins",
            )
        ]

    def clean(self) -> None:
        super().clean()
        if self.in_force_from and self.in_force_until and self.in_force_until < self.in_force_from:
            raise ValidationError({"in_force_until": _("This is before the day on which it comes into force.")})
        if self.renewal == Renewal.AUTOMATIC and not self.renewal_months:
            raise ValidationError({"renewal_months": _("Say by how many months it is renewed.")})
        if self.amends_id is not None and self.amends_id == self.pk:
            raise ValidationError({"amends": _("An agreement does not amend itself.")})

    def next_warning(self, today: date | None = None) -> AgreementWarning | None:
        """When it ends or is renewed next, seen from `today`; None where it does neither, or is over."""
        today = today or timezone.localdate()
        if self.state not in RUNNING_STATES or self.in_force_until is None:
            return None
        ends_on, renews = self._end_of_term(today)
        if ends_on < today:
            return None
        notice_by = months_after(ends_on, -self.notice_months) if self.notice_months is not None else None
        return AgreementWarning(ends_on, notice_by, months_after(notice_by or ends_on, -MONTHS_OF_WARNING), renews)

    def _end_of_term(self, today: date) -> tuple[date, bool]:
        """The last day of the term that `today` lies in, and whether another one follows by itself.

        Counted from the first term's end each time: from 31 August by six months, February's 28 moves no later term.
        """
        assert self.in_force_until is not None
        ends_on = self.in_force_until
        if self.renewal != Renewal.AUTOMATIC or not self.renewal_months:
            return ends_on, False
        if ends_on < today:
            months = (today.year - ends_on.year) * 12 + today.month - ends_on.month
            terms = max(months // self.renewal_months, 0)
            ends_on = months_after(self.in_force_until, terms * self.renewal_months)
            if ends_on < today:
                ends_on = months_after(self.in_force_until, (terms + 1) * self.renewal_months)
        return ends_on, True

    @property
    def due_warning(self) -> AgreementWarning | None:
        """The warning, where it is time for it: lists show it."""
        today = timezone.localdate()
        warning = self.next_warning(today)
        return warning if warning is not None and warning.is_due(today) else None


class PartOfAgreementQuerySet(MarkedQuerySet):
    pass


class PartOfAgreement(Orderable):
    """A part of an agreement's page: read by whoever reads that."""

    audience_path = "agreement__audience"
    named_along = "agreement"
    agreement: Any

    objects = PartOfAgreementQuerySet.as_manager()

    class Meta(Orderable.Meta):
        abstract = True

    @property
    def space_id(self) -> int:
        return self.agreement.space_id

    @property
    def space(self) -> Space:
        return self.agreement.space


class Party(PartOfAgreement):
    """An organisation that has signed, or is to sign, and who signed for it. Names are those of the day: plain text."""

    agreement = ParentalKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="party_to", verbose_name=_("organisation")
    )
    signatory = models.CharField(_("signed by"), max_length=150, blank=True, validators=[validate_plain_text])
    signatory_post = models.CharField(
        _("post of the signatory"), max_length=200, blank=True, validators=[validate_plain_text]
    )
    signed_on = models.DateField(_("signed on"), null=True, blank=True)

    panels: ClassVar[list] = [
        FieldPanel("organisation"),
        FieldRowPanel([FieldPanel("signatory"), FieldPanel("signatory_post"), FieldPanel("signed_on")]),
    ]

    class Meta(PartOfAgreement.Meta):
        verbose_name = _("party")
        verbose_name_plural = _("parties")

    def __str__(self) -> str:
        return str(self.organisation)


class AgreementText(PartOfAgreement):
    """The agreement in one language: whether that text is authentic, and the file that holds it."""

    agreement = ParentalKey(Agreement, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    authentic = models.BooleanField(
        _("authentic"), default=True, help_text=_("Signed in this language; without it, a translation.")
    )
    file = models.ForeignKey(
        settings.WAGTAILDOCS_DOCUMENT_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("file"),
    )

    panels: ClassVar[list] = [FieldRowPanel([FieldPanel("language"), FieldPanel("authentic")]), FieldPanel("file")]

    class Meta(PartOfAgreement.Meta):
        verbose_name = _("text in a language")
        verbose_name_plural = _("texts in languages")

    def __str__(self) -> str:
        return str(self.get_language_display())

    def clean(self) -> None:
        super().clean()
        if self.file is not None and self.agreement.space_id and self.file.space_id != self.agreement.space_id:
            raise ValidationError({"file": _("Choose a file of the same space.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the file becomes a part of the agreement, and so is read by no one else."""
        super().save(*args, **kwargs)
        if self.file is not None and self.file.attached_to != self.agreement:
            self.file.attach(self.agreement)


class Article(PartOfAgreement):
    """An article of an agreement: commitments and threads point to it."""

    agreement = ParentalKey(Agreement, on_delete=models.CASCADE, related_name="articles")
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    number = models.CharField(_("number"), max_length=20, validators=[validate_plain_text])
    title = models.CharField(_("title"), max_length=200, blank=True, validators=[validate_plain_text])
    body = RichTextField(_("text"))

    panels: ClassVar[list] = [FieldRowPanel([FieldPanel("number"), FieldPanel("title")]), FieldPanel("body")]

    class Meta(PartOfAgreement.Meta):
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    def __str__(self) -> str:
        return article_name(self.number, self.title)

    @property
    def anchor(self) -> str:
        """The fragment of its address: `#article-…` on the agreement's page; `…-2` is its second paragraph."""
        return f"article-{self.key}"

    def get_absolute_url(self) -> str:
        return f"{self.agreement.get_absolute_url()}#{self.anchor}"


def article_name(number: str, title: str = "") -> str:
    name = _("Article %(number)s") % {"number": number}
    return f"{name}: {title}" if title else str(name)


class AmendmentDeed(models.TextChoices):
    REPLACE = "replace", _("replaces the article")
    INSERT = "insert", _("inserts an article after it")
    DELETE = "delete", _("deletes the article")


class Amendment(PartOfAgreement):
    """One change that an agreement makes in the one that it amends. It is read by whoever reads the amending one.

    Articles are named by number, as in the text that is signed: so a later protocol can change what an earlier one
    inserted.
    """

    agreement = ParentalKey(Agreement, on_delete=models.CASCADE, related_name="amendments")
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    deed = models.CharField(_("what it does"), max_length=10, choices=AmendmentDeed.choices)
    article_number = models.CharField(
        _("number of the article"),
        max_length=20,
        blank=True,
        validators=[validate_plain_text],
        help_text=_("As it stands in the agreement by then. Without a number an article is inserted before the first."),
    )
    number = models.CharField(
        _("its number from then on"),
        max_length=20,
        blank=True,
        validators=[validate_plain_text],
        help_text=_("A replaced article keeps its number where none is given."),
    )
    title = models.CharField(_("title"), max_length=200, blank=True, validators=[validate_plain_text])
    body = RichTextField(_("text"), blank=True)
    takes_effect_on = models.DateField(_("takes effect on"))

    panels: ClassVar[list] = [
        FieldRowPanel([FieldPanel("deed"), FieldPanel("article_number"), FieldPanel("takes_effect_on")]),
        FieldRowPanel([FieldPanel("number"), FieldPanel("title")]),
        FieldPanel("body"),
    ]

    class Meta(PartOfAgreement.Meta):
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")

    def __str__(self) -> str:
        names = {
            AmendmentDeed.REPLACE: _("Article %(number)s is replaced"),
            AmendmentDeed.INSERT: _("Article %(new)s is inserted"),
            AmendmentDeed.DELETE: _("Article %(number)s is deleted"),
        }
        return str(names[AmendmentDeed(self.deed)] % {"number": self.article_number, "new": self.number})

    def clean(self) -> None:
        """Say what is missing for the deed that was chosen."""
        super().clean()
        missing: dict[str, Any] = {}
        if self.deed != AmendmentDeed.INSERT and not self.article_number:
            missing["article_number"] = _("Say which article it changes.")
        if self.deed == AmendmentDeed.INSERT and not self.number:
            missing["number"] = _("Say which number the new article has.")
        if self.deed != AmendmentDeed.DELETE and not self.body:
            missing["body"] = _("Write the new text of the article.")
        if missing:
            raise ValidationError(missing)

    @property
    def anchor(self) -> str:
        """The fragment of its address on the page of the amending agreement."""
        return f"change-{self.key}"

    def get_absolute_url(self) -> str:
        return f"{self.agreement.get_absolute_url()}#{self.anchor}"


class RelationKind(models.TextChoices):
    """How one agreement stands to another; that it amends it is said by `Agreement.amends`."""

    IMPLEMENTS = "implements", _("implements")
    REPLACES = "replaces", _("replaces")
    CITES = "cites", _("cites")


class AgreementRelation(PartOfAgreement):
    """An agreement that this one implements, replaces or cites."""

    agreement = ParentalKey(Agreement, on_delete=models.CASCADE, related_name="relations")
    kind = models.CharField(_("what it does"), max_length=20, choices=RelationKind.choices)
    to = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="related_from", verbose_name=_("other agreement")
    )

    panels: ClassVar[list] = [FieldPanel("kind"), FieldPanel("to")]

    class Meta(PartOfAgreement.Meta):
        verbose_name = _("relation")
        verbose_name_plural = _("relations")

    def __str__(self) -> str:
        return str(self.get_kind_display())

    def clean(self) -> None:
        super().clean()
        if self.to_id is not None and self.to_id == self.agreement_id:
            raise ValidationError({"to": _("Choose another agreement than this one.")})


class AgreementMove(models.Model):
    """A change of an agreement's state: from which day, by whom, and why. Moves are added, never rewritten."""

    audience_path = "agreement__audience"

    # No ParentalKey: it is made on the agreement's own page, and an old draft of that page must not undo it.
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="moves")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state_before = models.CharField(max_length=20, choices=AgreementState.choices)
    state_after = models.CharField(_("state"), max_length=20, choices=AgreementState.choices)
    on = models.DateField(_("from"))
    reason = models.CharField(_("reason"), max_length=1000, validators=[validate_plain_text])
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("change of state")
        verbose_name_plural = _("changes of state")

    def __str__(self) -> str:
        return f"{self.agreement}: {self.get_state_after_display()}"

    @property
    def space_id(self) -> int:
        return self.agreement.space_id
