"""Collections: put together, added to, brought into an order, noted, deleted."""

from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit
from coordination.models import Marked, Space
from coordination.services import require, sent_before
from knowledge.models import ReadingList, ReadingListItem
from knowledge.selectors.reading import readable_items

LISTS_OF_A_USER = 100
ITEMS_OF_A_LIST = 300


@transaction.atomic
def make_list(
    actor: User, *, title: str, description: str = "", space: Space | None = None, submission: UUID | None = None
) -> ReadingList:
    """Begin a collection: one's own, or one of a space. Sent twice, it is one."""
    if before := sent_before(ReadingList, submission, created_by=actor):
        return before
    if space is not None:
        require(actor, "contribute", space)
    elif not actor.is_active:
        raise PermissionDenied
    if ReadingList.objects.filter(created_by=actor).count() >= LISTS_OF_A_USER:
        raise ValidationError(_("You have %(number)s collections. Delete one first.") % {"number": LISTS_OF_A_USER})
    made = ReadingList(
        title=title.strip(), description=description, space=space, created_by=actor, submission=submission
    )
    if space is not None:
        made.audience = access.intern({access.space_token(space.pk)})
    made.clean_fields(exclude=["audience"])
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise PermissionDenied from None  # the form was another's
    if space is not None:
        audit.record(actor, "collection shared", made, after={"title": made.title})
    return made


@transaction.atomic
def edit_list(actor: User, reading_list: ReadingList, *, title: str, description: str) -> None:
    found = _latest(actor, reading_list)
    before = found.title
    found.title, found.description = title.strip(), description
    found.clean_fields(exclude=["audience"])
    found.save()
    if found.space_id is not None:
        audit.record(actor, "collection changed", found, before={"title": before}, after={"title": found.title})


@transaction.atomic
def delete_list(actor: User, reading_list: ReadingList) -> None:
    found = _latest(actor, reading_list)
    if found.space_id is not None:
        audit.record(actor, "collection deleted", found, before={"title": found.title})
    found.delete()


@transaction.atomic
def keep(actor: User, reading_list: ReadingList, obj: Any, *, note: str = "") -> ReadingListItem:
    """Put `obj` at the end of a collection; what is there already gets the new note."""
    found = _latest(actor, reading_list)
    if not is_keepable(obj) or not access.may_read(actor, obj):
        raise PermissionDenied
    kind = ContentType.objects.get_for_model(obj)
    item = found.items.filter(object_type=kind, object_id=obj.pk).first()
    if item is None:
        if found.items.count() >= ITEMS_OF_A_LIST:
            raise ValidationError(_("This collection is full. Begin another one."))
        last = found.items.order_by("-position").values_list("position", flat=True).first()
        item = ReadingListItem(
            reading_list=found, object_type=kind, object_id=obj.pk, added_by=actor, position=(last or 0) + 1
        )
    item.note = note.strip()
    item.clean_fields()
    item.save()
    _note(actor, found)
    return item


@transaction.atomic
def move_item(actor: User, reading_list: ReadingList, item_pk: int, by: int) -> None:
    """Move one up or down, past the next one that `actor` sees."""
    found = _latest(actor, reading_list)
    item = _item(actor, found, item_pk)
    seen = [one.item.pk for one in readable_items(found, actor)]
    place = seen.index(item.pk) + by
    if not 0 <= place < len(seen):
        return
    order = list(found.items.exclude(pk=item.pk).values_list("pk", flat=True))
    beside = order.index(seen[place])
    order.insert(beside if by < 0 else beside + 1, item.pk)
    for position, pk in enumerate(order):
        found.items.filter(pk=pk).update(position=position)
    _note(actor, found)


@transaction.atomic
def note_item(actor: User, reading_list: ReadingList, item_pk: int, note: str) -> None:
    found = _latest(actor, reading_list)
    item = _item(actor, found, item_pk)
    item.note = note.strip()
    item.clean_fields()
    item.save()
    _note(actor, found)


@transaction.atomic
def remove_item(actor: User, reading_list: ReadingList, item_pk: int) -> None:
    found = _latest(actor, reading_list)
    _item(actor, found, item_pk).delete()
    _note(actor, found)


def is_keepable(obj: Any) -> bool:
    """Whatever has a marking, a title and an address of its own."""
    return isinstance(obj, Marked) and hasattr(obj, "title") and hasattr(obj, "get_absolute_url")


def may_change_list(user: access.Reader, reading_list: ReadingList) -> bool:
    """One's own; a shared one, for whoever contributes to its space."""
    if not user.is_authenticated or not user.is_active:
        return False
    if reading_list.space_id is None:
        return reading_list.created_by_id == user.pk
    return access.can(user, "contribute", reading_list.space)


def _note(actor: User, reading_list: ReadingList) -> None:
    """What is one's own alone is not in the trail."""
    if reading_list.space_id is not None:
        audit.record(actor, "collection changed", reading_list)


def _item(actor: User, reading_list: ReadingList, pk: int) -> ReadingListItem:
    """One that `actor` sees: what is hidden from somebody is not moved or removed by them either."""
    found = next((one.item for one in readable_items(reading_list, actor) if one.item.pk == pk), None)
    if found is None:
        raise PermissionDenied
    return found


def _latest(actor: User, reading_list: ReadingList) -> ReadingList:
    found = ReadingList.objects.select_for_update(of=("self",)).filter(pk=reading_list.pk).first()
    if found is None or not may_change_list(actor, found):
        raise PermissionDenied
    return found
