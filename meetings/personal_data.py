"""What meetings hold about a person."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination.personal import goes, part, stays, told
from meetings.models import (
    Attendance,
    BriefingPaper,
    CalendarMail,
    Invitation,
    Paragraph,
    ParagraphChange,
    ParagraphDraft,
    PollVote,
    RecordComment,
    SectionLock,
    SeriesMail,
    VisitMember,
)  # fmt: skip


@part("meetings", _("Meetings that I attended"))
def _meetings(user: User) -> Iterator[dict[str, Any]]:
    rows = Attendance.objects.filter(person__user=user).readable_by(user).select_related("meeting", "organisation")
    return told(rows.order_by("pk"), "meeting", "meeting__starts_at", "organisation", "role")


@part("visits", _("Visits that I was a member of"))
def _visits(user: User) -> Iterator[dict[str, Any]]:
    rows = VisitMember.objects.filter(person__user=user).readable_by(user).select_related("visit")
    return told(rows.order_by("pk"), "visit", "visit__starts_on", "visit__ends_on")


@part("invitations", _("Invitations that I answered"))
def _invitations(user: User) -> Iterator[dict[str, Any]]:
    rows = Invitation.objects.filter(answered_by=user).readable_by(user).select_related("meeting", "organisation")
    return told(rows.order_by("pk"), "meeting", "organisation", "answer", "note", "answered_at")


@part("comments", _("What I said of records"))
def _comments(user: User) -> Iterator[dict[str, Any]]:
    rows = RecordComment.objects.filter(author=user).readable_by(user).order_by("pk")
    return told(rows, "text", "wording", "state", "made_at")


@part("votes", _("Days that I could come"))
def _votes(user: User) -> Iterator[dict[str, Any]]:
    rows = PollVote.objects.filter(user=user).readable_by(user).select_related("option").order_by("pk")
    return told(rows, "option", "vote", "at")


goes(_("Sheets that were sent in, and what is on its way"), CalendarMail, SeriesMail)
goes(_("Sheets that were sent in, and what is on its way"), BriefingPaper, by="reader")
goes(_("Drafts"), ParagraphDraft, ParagraphChange, by="author")
goes(_("Drafts"), SectionLock, by="holder")
stays(_("Attendance at meetings and visits"), Attendance, "person__user")
stays(_("Attendance at meetings and visits"), VisitMember, "person__user")
stays(_("Statements in records"), Paragraph, "speaker_person__user")
stays(_("Comments on records"), RecordComment, "author")
