"""Whom actions, commitments and memberships concern."""

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import audit
from coordination.models import Action, Organisation
from discussion.notifier import Notification, register


def users_of(organisation: Organisation) -> Iterable[User]:
    return User.objects.filter(organisation=organisation, is_active=True)


@register
class ActionAssigned(Notification):
    """To the person who is to do it, else to everyone at the organisation that owns it."""

    kind = "action_assigned"
    # One that was made in the draft of a record is told of when its owner can read it.
    verbs = ("action created", "action reassigned", "released with its record")
    by_mail = True

    def recipients(self) -> Iterable[User]:
        if not isinstance(self.obj, Action):  # commitments are released with their record too
            return []
        person = self.obj.owner_person
        return [person.user] if person and person.user else users_of(self.obj.owner)

    def subject(self) -> str:
        return _("For you to do: %(title)s") % {"title": self.obj.title}


@register
class ActionMoved(Notification):
    """To whoever wrote it down, and to those who are to do it."""

    kind = "action_moved"
    verbs = ("action moved", "action reported on")

    def recipients(self) -> Iterable[User]:
        author = [self.obj.created_by] if self.obj.created_by else []
        return [*author, *ActionAssigned(self.entry, self.obj).recipients()]

    def subject(self) -> str:
        return _("%(title)s: now %(state)s") % {"title": self.obj.title, "state": self.obj.get_state_display()}


@register
class ProgressReported(Notification):
    """To whoever wrote the commitment down, and to those of the party that made it."""

    kind = "progress_reported"
    verbs = ("progress reported",)

    def recipients(self) -> Iterable[User]:
        author = [self.obj.created_by] if self.obj.created_by else []
        return [*author, *users_of(self.obj.party)]

    def subject(self) -> str:
        state = self.obj.get_state_display()
        return _("Progress on “%(title)s”: %(state)s") % {"title": self.obj.title, "state": state}


@register
class MembershipGranted(Notification):
    """To the new member, or to everyone at the organisation that has become one."""

    kind = "membership_granted"
    verbs = ("membership granted",)

    def recipients(self) -> Iterable[User]:
        member = self.details["member"]
        return users_of(member) if isinstance(member, Organisation) else [member]

    def subject(self) -> str:
        return _("You are a member of %(space)s") % {"space": self.obj.title}


class AboutTheDueDate(Notification):
    """To those whom the worker's round found to be concerned (coordination.services.reminders)."""

    by_mail = reminds = True

    def recipients(self) -> Iterable[User]:
        return self.details["recipients"]

    def holds(self) -> bool:
        return not self.obj.is_closed and audit.plain(self.obj.due_on) == self.entry.after["due_on"]

    def _said(self, sentence: str) -> str:
        day = date_format(self.obj.due_on) if self.obj.due_on else "–"
        return sentence % {"title": self.obj.title, "day": day}


@register
class DueDateReminded(AboutTheDueDate):
    """Ahead, on the day, and after. What it says is how the object stands when it is read."""

    kind = "due_date_reminded"
    verbs = ("due date reminded",)

    def subject(self) -> str:
        if self.obj.is_closed:
            return _("%(title)s: now %(state)s") % {"title": self.obj.title, "state": self.obj.get_state_display()}
        if self.obj.is_overdue:
            return self._said(_("Overdue since %(day)s: %(title)s"))
        return self._said(_("Due on %(day)s: %(title)s"))


@register
class OverdueEscalated(AboutTheDueDate):
    """To the owner's focal point, later to the chairs of the space."""

    kind = "overdue_escalated"
    verbs = ("overdue escalated",)

    def subject(self) -> str:
        if not self.obj.is_overdue:
            return DueDateReminded(self.entry, self.obj).subject()
        return self._said(_("Overdue since %(day)s, and brought to you for that: %(title)s"))


@register
class EndOfTermWarned(AboutTheDueDate):
    """To the chairs of the space: an agreement ends or is renewed, and until when notice can be given."""

    kind = "end_of_term_warned"
    verbs = ("end of term warned of",)

    def holds(self) -> bool:
        return bool(self.obj.live) and self.obj.next_warning() is not None

    def subject(self) -> str:
        warning = self.obj.next_warning()
        if warning is None:
            return _("%(title)s: now %(state)s") % {"title": self.obj.title, "state": self.obj.get_state_display()}
        days = {"title": self.obj.title, "ends": date_format(warning.ends_on)}
        if warning.notice_by is not None:
            sentence = _("The term of “%(title)s” ends on %(ends)s; notice can be given until %(notice)s")
            return sentence % {**days, "notice": date_format(warning.notice_by)}
        return _("The term of “%(title)s” ends on %(ends)s") % days
