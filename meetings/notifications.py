"""What the members of a space are told of its meetings and records."""

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access, audit
from discussion.notifier import Notification, register


class _ToTheSpace(Notification):
    """For all members; whoever may not read the object is left out by the notifier."""

    def recipients(self) -> Iterable[User]:
        return access.users_in([self.obj.space_id])


@register
class MeetingScheduled(_ToTheSpace):
    kind = "meeting_scheduled"
    verbs = ("meeting scheduled",)

    def subject(self) -> str:
        return _("A meeting is scheduled: %(title)s") % {"title": self.obj.title}


@register
class MeetingMoved(_ToTheSpace):
    """Told where the time or the place has changed, not for every word."""

    kind = "meeting_moved"
    verbs = ("meeting changed",)

    def recipients(self) -> Iterable[User]:
        before, after = self.entry.before, self.entry.after
        is_moved = any(before.get(name) != after.get(name) for name in ("starts_at", "ends_at", "time_zone", "place"))
        return super().recipients() if is_moved else []

    def subject(self) -> str:
        return _("The time or place of a meeting has changed: %(title)s") % {"title": self.obj.title}


@register
class RecordCirculated(_ToTheSpace):
    kind = "record_circulated"
    verbs = ("record circulated",)
    by_mail = True

    def subject(self) -> str:
        return _("A record is circulated: %(title)s") % {"title": self.obj.meeting.title}


@register
class RecordAgreed(_ToTheSpace):
    kind = "record_agreed"
    verbs = ("record agreed",)

    def subject(self) -> str:
        return _("A record is agreed: %(title)s") % {"title": self.obj.meeting.title}


@register
class AgendaDocumentReminded(Notification):
    """To those who are to send it, as the worker's round found them. What it says is how it stands when it is read."""

    kind = "agenda_document_reminded"
    verbs = ("agenda document reminded of",)
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
