"""What the members of a space are told of its meetings and records."""

from collections.abc import Iterable
from typing import ClassVar

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from coordination import access, audit
from discussion.notifier import Notification, register
from meetings.models import InvitationAnswer


class OfMeetings(Notification):
    section: ClassVar[str | Promise] = gettext_lazy("Meetings and records")


class _ToTheSpace(OfMeetings):
    """For all members; whoever may not read the object is left out by the notifier."""

    def recipients(self) -> Iterable[User]:
        return access.users_in([self.obj.space_id])


@register
class MeetingScheduled(_ToTheSpace):
    kind = "meeting_scheduled"
    verbs = ("meeting scheduled",)
    label = gettext_lazy("A meeting is scheduled")

    def subject(self) -> str:
        return _("A meeting is scheduled: %(title)s") % {"title": self.obj.title}


@register
class MeetingMoved(_ToTheSpace):
    """Told where the time or the place has changed, not for every word."""

    kind = "meeting_moved"
    verbs = ("meeting changed",)
    label = gettext_lazy("A meeting has another time or place")

    def recipients(self) -> Iterable[User]:
        is_moved = self.has_changed("starts_at", "ends_at", "time_zone", "place")
        return super().recipients() if is_moved else []

    def subject(self) -> str:
        return _("The time or place of a meeting has changed: %(title)s") % {"title": self.obj.title}


@register
class RecordCirculated(_ToTheSpace):
    kind = "record_circulated"
    verbs = ("record circulated", "record circulated again")
    label = gettext_lazy("A record is circulated")
    by_mail = True

    def subject(self) -> str:
        return _("A record is circulated: %(title)s") % {"title": self.obj.meeting.title}


class _ToThoseWhoKeepTheRecord(OfMeetings):
    """News name the actor: under the Chatham House Rule those of what was said are for those who may know who did."""

    tells_who_spoke = True

    def recipients(self) -> Iterable[User]:
        held = access.users_in([self.obj.space_id])
        keepers = [user for user in held if "record_space" in held[user][self.obj.space_id]]
        return [user for user in keepers if not self.tells_who_spoke or access.may_see_names(user, self.obj)]

    def why(self, user: User) -> str:
        return _("You get this because you may write records in the space.")


@register
class RecordAnswered(_ToThoseWhoKeepTheRecord):
    """Who has answered is told to all of them; what, stands on the page."""

    kind = "record_answered"
    verbs = ("record answered", "silence counted as agreement")
    label = gettext_lazy("Delegations have answered to a record")
    tells_who_spoke = False

    def subject(self) -> str:
        return _("Delegations have answered to a record: %(title)s") % {"title": self.obj.meeting.title}


@register
class RecordCommentedOn(_ToThoseWhoKeepTheRecord):
    kind = "record_commented_on"
    verbs = ("record commented on",)
    label = gettext_lazy("There are comments on a record")

    def subject(self) -> str:
        return _("There are comments on a record: %(title)s") % {"title": self.obj.meeting.title}


@register
class CommentDecidedOn(OfMeetings):
    """To whoever made the comment."""

    kind = "comment_decided_on"
    verbs = ("comment decided on",)
    label = gettext_lazy("A comment of mine is decided on")

    def recipients(self) -> Iterable[User]:
        return [self.details["author"]]

    def subject(self) -> str:
        return _("Your comment on a record is decided on: %(title)s") % {"title": self.obj.meeting.title}

    def why(self, user: User) -> str:
        return _("You get this because you made the comment.")


@register
class TimeToAnswerExtended(_ToTheSpace):
    kind = "time_to_answer_extended"
    verbs = ("time to answer extended",)
    label = gettext_lazy("There is more time to answer to a record")

    def subject(self) -> str:
        return _("There is more time to answer to a record: %(title)s") % {"title": self.obj.meeting.title}


@register
class CorrigendumMade(_ToTheSpace):
    """Its object is the paragraph: whoever may not read that section is not told."""

    kind = "corrigendum_made"
    verbs = ("corrigendum made",)
    label = gettext_lazy("There is a corrigendum to a record")

    def subject(self) -> str:
        return _("A corrigendum to a record: %(title)s") % {"title": self.obj.record.meeting.title}


@register
class RecordAgreed(_ToTheSpace):
    kind = "record_agreed"
    verbs = ("record agreed",)
    label = gettext_lazy("A record is agreed")

    def subject(self) -> str:
        return _("A record is agreed: %(title)s") % {"title": self.obj.meeting.title}


@register
class AgendaDocumentReminded(OfMeetings):
    """To those who are to send it, as the worker's round found them. What it says is how it stands when it is read."""

    kind = "agenda_document_reminded"
    verbs = ("agenda document reminded of",)
    label = gettext_lazy("I am reminded of a document for an agenda")
    by_mail = reminds = True

    def recipients(self) -> Iterable[User]:
        return self.details["recipients"]

    def holds(self) -> bool:
        return self.obj.is_awaited and audit.plain(self.obj.due_on) == self.entry.after["due_on"]

    def subject(self) -> str:
        told = {"title": self.obj.title, "day": date_format(self.obj.due_on) if self.obj.due_on else "–"}
        if not self.obj.is_awaited:
            return _("Handed in: %(title)s") % told
        if self.obj.is_overdue:
            return _("For the agenda, overdue since %(day)s: %(title)s") % told
        return _("For the agenda, due on %(day)s: %(title)s") % told

    def why(self, user: User) -> str:
        return _("You get this because the document is yours, or your organisation’s, to send.")


class _ToThoseAsked(OfMeetings):
    """For whoever may answer for an organisation that was asked. The mail with the calendar file goes its own way."""

    def asked(self) -> Iterable[int]:
        raise NotImplementedError

    def recipients(self) -> Iterable[User]:
        asked = frozenset(self.asked())
        members = access.users_in([self.obj.space_id])
        return [user for user, held in members.items()
                if user.organisation_id in asked and "contribute_space" in held.get(self.obj.space_id, ())]  # fmt: skip

    def why(self, user: User) -> str:
        return _("You get this because your organisation is asked and you may answer for it.")


@register
class OrganisationInvited(_ToThoseAsked):
    kind = "organisation_invited"
    verbs = ("organisations invited",)
    label = gettext_lazy("My organisation is invited")

    def asked(self) -> Iterable[int]:
        return list(self.entry.after["organisations"])

    def subject(self) -> str:
        return _("Your organisation is invited: %(title)s") % {"title": self.obj.title}


@register
class InvitationAnswered(OfMeetings):
    """For whoever prepares meetings there."""

    kind = "invitation_answered"
    verbs = ("invitation answered",)
    label = gettext_lazy("An invitation is answered")

    def recipients(self) -> Iterable[User]:
        members = access.users_in([self.obj.space_id])
        return [user for user, held in members.items() if "record_space" in held.get(self.obj.space_id, ())]

    def subject(self) -> str:
        names = {"organisation": self.obj.organisation, "title": self.obj.meeting.title}
        return _("%(organisation)s has answered an invitation: %(title)s") % names

    def why(self, user: User) -> str:
        return _("You get this because you prepare meetings in the space.")


@register
class MeetingCancelled(_ToTheSpace):
    kind = "meeting_cancelled"
    verbs = ("meeting cancelled",)
    label = gettext_lazy("A meeting is cancelled")

    def subject(self) -> str:
        return _("A meeting is cancelled: %(title)s") % {"title": self.obj.title}


@register
class DateAskedFor(_ToThoseAsked):
    kind = "date_asked_for"
    verbs = ("poll opened",)
    label = gettext_lazy("My organisation is asked for a date")

    def asked(self) -> Iterable[int]:
        return self.obj.asked_ids

    def subject(self) -> str:
        return _("Your organisation is asked for a date: %(title)s") % {"title": self.obj.title}


class _AnswerReminded(OfMeetings):
    """To those who were asked and have not answered, as the worker's round found them. A mail of the next morning
    still holds while it can be answered."""

    by_mail = reminds = True

    def recipients(self) -> Iterable[User]:
        return self.details["recipients"]

    def day(self) -> str:
        """The day until which it could be answered when it was told."""
        found = parse_date(str(self.entry.after.get("due_on", "")))
        return date_format(found) if found else "–"

    def why(self, user: User) -> str:
        return _("You get this because your organisation is asked and you may answer for it.")


@register
class AnswerToRecordReminded(_AnswerReminded):
    kind = "answer_to_record_reminded"
    verbs = ("answer to record reminded of",)
    label = gettext_lazy("I am reminded of an answer to a record")

    def holds(self) -> bool:
        return self.obj.rounds.filter(closed_at=None, due_at__gt=timezone.now()).exists()

    def subject(self) -> str:
        told = {"title": self.obj.meeting.title, "day": self.day()}
        return _("Your organisation’s answer to a record is awaited until %(day)s: %(title)s") % told


@register
class InvitationReminded(_AnswerReminded):
    kind = "invitation_reminded"
    verbs = ("invitation reminded of",)
    label = gettext_lazy("I am reminded of an invitation")

    def holds(self) -> bool:
        return self.obj.answer == InvitationAnswer.PENDING and not self.obj.is_withdrawn

    def subject(self) -> str:
        told = {"title": self.obj.meeting.title, "day": self.day()}
        return _("Your organisation’s answer to an invitation is awaited until %(day)s: %(title)s") % told


@register
class PollReminded(_AnswerReminded):
    kind = "poll_reminded"
    verbs = ("poll reminded of",)
    label = gettext_lazy("I am reminded of a date that is looked for")

    def holds(self) -> bool:
        return self.obj.is_open

    def subject(self) -> str:
        told = {"title": self.obj.title, "day": self.day()}
        return _("Your organisation is asked for a date until %(day)s: %(title)s") % told
