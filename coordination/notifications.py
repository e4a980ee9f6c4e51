"""Whom actions, commitments and memberships concern."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import User
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
