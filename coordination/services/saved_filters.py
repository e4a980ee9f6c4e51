"""Filters under a name: saved, shared in a space, renamed, deleted; and the one that a list opens with."""

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit, selectors
from coordination.models import Agreement, FilteredList, SavedFilter, Space, StandardFilter
from coordination.services.shared import StaleVersion, require, save_once, sent_before

# More than these nobody finds anything in.
FILTERS_OF_A_USER = 100


@transaction.atomic
def save_filter(
    actor: User, *, page: str, name: str, query: str = "", space: Space | None = None, submission: UUID | None = None
) -> SavedFilter:
    """Give what narrows a list a name: for oneself, or for all members of `space`. Sent twice, it is one."""
    if before := sent_before(SavedFilter, submission, created_by=actor):
        return before
    if space is not None:
        require(actor, "contribute", space)
        _check_names_nothing_closed(space, query)
    elif not actor.is_active:
        raise PermissionDenied
    if page not in FilteredList.values:
        raise ValidationError(_("Filters of this list cannot be saved."))
    if SavedFilter.objects.filter(created_by=actor).count() >= FILTERS_OF_A_USER:
        raise ValidationError(_("You have saved %(number)s filters. Delete one first.") % {"number": FILTERS_OF_A_USER})
    saved = SavedFilter(page=page, name=name.strip(), query=query, space=space, created_by=actor, submission=submission)
    if space is not None:
        saved.audience = access.intern({access.space_token(space.pk)})
    saved.clean_fields(exclude=["audience"])
    if not save_once(saved):
        return sent_before(SavedFilter, submission, created_by=actor)
    if space is not None:
        audit.record(actor, "filter shared", saved, after={"name": saved.name})
    return saved


def _check_names_nothing_closed(space: Space, query: str) -> None:
    """What is shared names nothing that a member of the space might not read: its address would."""
    named = QueryDict(query)
    if named.get("space") not in (None, "", space.key):
        raise ValidationError(
            {"space": _("This filter is about another space. Share it there, or keep it to yourself.")}
        )
    if key := named.get("agreement"):
        agreement = Agreement.objects.filter(key=key).select_related("audience").first()
        members = {access.space_token(space.pk)}
        if agreement is None or not access.is_within(members, access.audience(agreement)):
            raise ValidationError(
                {"space": _("This filter names an agreement that not every member of the space may read.")}
            )
    if person := named.get("person"):
        known = {str(pk) for pk in selectors.persons_in(space).values_list("pk", flat=True)}
        if person not in known:
            raise ValidationError({"space": _("This filter is about somebody who takes no part in the space.")})


@transaction.atomic
def rename_filter(actor: User, saved: SavedFilter, *, name: str, version: int) -> SavedFilter:
    """Call it something else: one's own; or a shared one, for its author and those who keep the space's lists."""
    saved = _latest(actor, saved)
    if saved.version != version:
        raise StaleVersion
    before, saved.name = saved.name, name.strip()
    saved.version += 1
    saved.clean_fields(exclude=["audience"])
    saved.save()
    if saved.space_id is not None:
        audit.record(actor, "filter renamed", saved, before={"name": before}, after={"name": saved.name})
    return saved


@transaction.atomic
def delete_filter(actor: User, saved: SavedFilter) -> None:
    """Delete it; lists that opened with it open as they did before."""
    saved = _latest(actor, saved)
    if saved.space_id is not None:
        audit.record(actor, "filter deleted", saved, before={"name": saved.name})
    saved.delete()


@transaction.atomic
def open_with(actor: User, page: str, saved: SavedFilter | None) -> None:
    """Let a list open with this filter for the user from now on; with None as it does for everybody."""
    if page not in FilteredList.values or (saved is not None and saved.page != page):
        raise ValidationError(_("This filter is of another list."))
    if saved is None:
        StandardFilter.objects.filter(user=actor, page=page).delete()
        return
    if SavedFilter.objects.open_to(actor).select_for_update().filter(pk=saved.pk).first() is None:
        raise PermissionDenied
    StandardFilter.objects.update_or_create(user=actor, page=page, defaults={"saved": saved})


def may_change_filter(user: User, saved: SavedFilter) -> bool:
    """Whether `user`, to whom it is open, may rename and delete it."""
    if saved.space_id is None:
        return user.is_active and saved.created_by_id == user.pk
    return access.can(user, "edit", saved)


def _latest(actor: User, saved: SavedFilter) -> SavedFilter:
    found = SavedFilter.objects.select_for_update().filter(pk=saved.pk).first()
    if found is None or not may_change_filter(actor, found):
        raise PermissionDenied
    return found
