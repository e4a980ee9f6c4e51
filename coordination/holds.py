"""What a legal hold keeps: the one place that says so (docs/decisions/0030).

Every deletion of a row that holds content passes by `refuse_deletion`, whichever service, page or round it comes from.
What takes words away without deleting a row calls `refuse_if_held` itself.
"""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access
from coordination.models import AuditEntry, LegalHold, Marked, Space, SpaceUserPermission

# What is made anew at any time, is on its way, or is a person's own: nothing of it is content that a hold keeps.
NOT_KEPT = frozenset({
    "coordination.DirectoryEntry", "coordination.Import", "coordination.ImportProgress", "coordination.SavedFilter",
    "knowledge.Rendition", "meetings.BriefingPaper", "meetings.CalendarMail", "meetings.DelegateMail",
    "meetings.ParagraphDraft", "meetings.PollVote", "meetings.SectionLock", "meetings.SeriesMail", "search.Entry",
    "search.SavedSearch",
})  # fmt: skip


class Held(ValidationError):
    """Something is kept by a legal hold, and stays."""

    def __init__(self, message: Any = None) -> None:
        kept = _("A legal hold keeps this: nothing of it is deleted before a chair, or an auditor, lifts the hold.")
        super().__init__(message or kept, code="held")


def hold_on(thing: Any) -> LegalHold | None:
    """The hold that keeps `thing`: one on it, on what it is a part of or hangs on, or on its space."""
    running = list(LegalHold.objects.running())
    if not running:
        return None
    above = list(_and_above(thing))
    if (space := _space_of(above)) is not None:
        above.append(space)
    return next((hold for hold in running for each in above if hold.covers(each)), None)


def may_lift(user: access.Reader, hold: LegalHold) -> bool:
    """Auditors lift every hold; the chairs those that no auditor has put, on what they may read."""
    if access.can_in_office(user, "hold"):
        return True
    kept = hold.obj if hold.object_id is not None else hold.space
    return not hold.in_office and kept is not None and access.can(user, "manage", kept)


def refuse_if_held(thing: Any) -> None:
    """Raise Held where a hold keeps `thing`."""
    if hold_on(thing) is not None:
        raise Held


def refuse_deletion(sender: type[Model], instance: Any, **_signal: Any) -> None:
    """For `pre_delete`: of rows that hold content, and of what goes with them."""
    if hasattr(sender, "audience_path") and sender._meta.label not in NOT_KEPT:
        refuse_if_held(instance)


def refuse_erasure(user: User) -> None:
    """Raise Held where a hold keeps something that `user` has done, or a space that `user` is a member of: who did it
    is part of what is kept."""
    running = list(LegalHold.objects.running())
    spaces = {hold.space_id for hold in running}
    if not spaces:
        return
    member = Q(user=user) & Q(content_object__in=spaces)
    whole = [hold.space_id for hold in running if hold.object_id is None]
    deeds = Q(space_id__in=whole)
    for hold in running:
        deeds |= Q(object_type=hold.object_type, object_id=hold.object_id) if hold.object_id else Q(pk__in=[])
    if SpaceUserPermission.objects.filter(member).exists() or AuditEntry.objects.filter(deeds, actor=user).exists():
        raise Held(
            _("A legal hold keeps something in which this person took part: nobody in it is erased until it is lifted.")
        )


def _and_above(thing: Any) -> Iterator[Any]:
    """The thing, what it is a part of along its `audience_path`, and what that hangs on."""
    while thing is not None:
        yield thing
        *path, _audience = type(thing).audience_path.split("__")
        hangs_on = thing.access_parent if isinstance(thing, Marked) else lambda: None
        thing = getattr(thing, path[0]) if path else hangs_on()


def _space_of(above: list[Any]) -> Space | None:
    found = next((each for each in above if isinstance(each, Space) or getattr(each, "space_id", None)), None)
    if found is None or isinstance(found, Space):
        return None  # itself, or none
    return Space(pk=found.space_id)
