"""What the members of a space are told of its meetings and records."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access
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
