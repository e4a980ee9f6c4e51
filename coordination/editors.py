"""What a role in a space needs on the editors' side (Wagtail): permissions on the space's pages and on its collection.

Given and taken back together with the membership by coordination.services.
"""

from typing import Any

from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupCollectionPermission, GroupPagePermission

from coordination.models import Organisation, Role, Space

# With `add_page` alone one changes one's own pages. What nobody does there (deleting, moving, locking) nobody gets.
PAGE_PERMISSIONS: dict[str, tuple[str, ...]] = {
    Role.READER: (),
    Role.CONTRIBUTOR: ("add_page",),
    Role.RAPPORTEUR: ("add_page", "change_page", "publish_page"),
    Role.CHAIR: ("add_page", "change_page", "publish_page"),
}
COLLECTION_PERMISSIONS: dict[str, tuple[str, ...]] = {
    Role.READER: (),
    Role.CONTRIBUTOR: ("add_file", "choose_file", "add_picture", "choose_picture"),
    Role.RAPPORTEUR: (
        "add_file",
        "change_file",
        "choose_file",
        "add_picture",
        "change_picture",
        "choose_picture",
    ),
}
COLLECTION_PERMISSIONS[Role.CHAIR] = COLLECTION_PERMISSIONS[Role.RAPPORTEUR]


def equip(member: Any, space: Space, role: str) -> None:
    """Give the member's group exactly what `role` needs in `space`."""
    group = group_of(member)
    _clear(group, space)
    for permission in Permission.objects.filter(
        content_type__app_label="wagtailcore", codename__in=PAGE_PERMISSIONS[role]
    ):
        GroupPagePermission.objects.create(group=group, page=space.page_ptr, permission=permission)
    for permission in Permission.objects.filter(
        content_type__app_label="knowledge", codename__in=COLLECTION_PERMISSIONS[role]
    ):
        GroupCollectionPermission.objects.create(group=group, collection=space.collection, permission=permission)
    _open_or_close_the_door(group)


def withdraw(member: Any, space: Space) -> None:
    """Take back all that `equip` gave in `space`."""
    group = group_of(member)
    _clear(group, space)
    _open_or_close_the_door(group)


def group_of(member: Any) -> Group:
    """An organisation's group; for a single user a group of that user alone, since Wagtail grants to groups only."""
    if isinstance(member, Organisation):
        return member.group
    group, _created = Group.objects.get_or_create(name=f"user {member.pk}")
    member.groups.add(group)
    return group


def _clear(group: Group, space: Space) -> None:
    GroupPagePermission.objects.filter(group=group, page=space.page_ptr).delete()
    GroupCollectionPermission.objects.filter(group=group, collection=space.collection).delete()


def _open_or_close_the_door(group: Group) -> None:
    """Whoever edits in at least one space may enter the editors' side."""
    door = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    if GroupPagePermission.objects.filter(group=group).exists():
        group.permissions.add(door)
    else:
        group.permissions.remove(door)
