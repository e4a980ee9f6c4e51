"""Invitations: an organisation is asked to a meeting, answers, and names whom it sends."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from coordination.models import MarkedQuerySet, Organisation
from coordination.models.marking import KEY_LENGTH, address_of, new_key
from meetings.models.meetings import AttendanceRole, Meeting, Participant


class InvitationAnswer(models.TextChoices):
    PENDING = "pending", _("no answer yet")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    PROPOSED = "proposed", _("another time proposed")


class InvitationQuerySet(MarkedQuerySet):
    def for_lists(self) -> "InvitationQuerySet":
        return self.select_related("organisation", "answered_by")

    def standing(self) -> "InvitationQuerySet":
        """Those that were not taken back."""
        return self.filter(withdrawn_at__isnull=True)

    def ask_again(self) -> int:
        """The meeting is at another time: what was answered was answered of the earlier one."""
        return self.update(
            answer=InvitationAnswer.PENDING, proposed_starts_at=None, proposed_ends_at=None, version=F("version") + 1
        )


class Invitation(models.Model):
    """One organisation asked to one meeting. Whoever reads the meeting sees who is invited, and what they answered.

    Only users of the organisation itself answer (`coordination.access`, “answer”), whoever else may have got the mail.
    """

    audience_path = "meeting__audience"
    named_along = "meeting"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="invitations")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="invitations", verbose_name=_("organisation")
    )
    answer = models.CharField(
        _("answer"), max_length=20, choices=InvitationAnswer.choices, default=InvitationAnswer.PENDING
    )
    # What the organisation writes beside its answer.
    note = models.TextField(_("note"), blank=True, max_length=2000)
    proposed_starts_at = models.DateTimeField(_("proposed start"), null=True, blank=True)
    proposed_ends_at = models.DateTimeField(_("proposed end"), null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    invited_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The day of the last reminder that time runs out.
    reminded_on = models.DateField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: Any = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__acronym", "pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "organisation"], name="an_organisation_is_invited_once"),
            models.CheckConstraint(
                condition=Q(answer="proposed", proposed_ends_at__gt=F("proposed_starts_at"))
                | (~Q(answer="proposed") & Q(proposed_starts_at__isnull=True, proposed_ends_at__isnull=True)),
                name="another_time_is_proposed_with_its_times",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.acronym}: {self.meeting.title}"

    def get_absolute_url(self) -> str:
        return address_of("invitation_detail", self.key)

    @property
    def space_id(self) -> int:
        return self.meeting.space_id

    @property
    def asked_ids(self) -> frozenset[int]:
        """Whose users answer it, whoever else may have got it: `access.can(user, "answer", invitation)`."""
        return frozenset({self.organisation_id})

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None


class DelegateQuerySet(MarkedQuerySet):
    def for_lists(self) -> "DelegateQuerySet":
        return self.select_related("organisation", "post__organisation", "post__person", "person")


class Delegate(Participant):
    """Whom an invited organisation sends: in a post, by name, with an account or without."""

    audience_path = "invitation__meeting__audience"

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="delegates")
    role = models.CharField(_("role"), max_length=20, choices=AttendanceRole.choices, default=AttendanceRole.MEMBER)
    note = models.CharField(_("note"), max_length=255, blank=True, validators=[validate_plain_text])

    objects: Any = DelegateQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("member of a delegation")
        verbose_name_plural = _("members of delegations")
        constraints = [
            models.UniqueConstraint(fields=["invitation"], condition=Q(role="head"), name="a_delegation_has_one_head")
        ]

    @property
    def space_id(self) -> int:
        return self.invitation.space_id
