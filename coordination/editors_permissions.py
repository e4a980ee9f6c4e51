"""What Wagtail's own permissions say on the editors' side: the access rule, and what the role in the space allows.

Wagtail lets a superuser through everywhere, and an editor to whatever lies below the place of a grant. Here both are
met with `coordination.access`: a list of pages, files or pictures never holds what its reader may not read.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db.models import Exists, ForeignKey, Model, OuterRef, Q
from django.db.models.functions import Substr
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel, get_all_child_relations
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, Page, PagePermissionTester
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy

from coordination import access
from coordination.models import ContentPage, Marked, Space

# The root, the front page, the spaces.
DEPTH_OF_SPACES = 3
# What each step on the editors' side asks of `access.can` on a page of a space, and on the space's own page.
ON_CONTENT: dict[str, str] = {
    "choose": "read",
    "explore": "contribute",
    "edit": "revise",
    "publish": "record",
    "unpublish": "record",
    "unschedule": "record",
    "review": "review_page",
}
ON_SPACE: dict[str, str] = {
    "choose": "read",
    "explore": "contribute",
    "add": "contribute",
    "edit": "manage",
    "publish": "manage",
    "publish_below": "record",
}
# Pages without a marking (the root and the front page) are everyone's to pass through, and nobody's to change here.
ON_UNMARKED = frozenset({"choose", "explore"})


def may(user: access.Reader, doing: str, page: Any) -> bool:
    """Whether `user` may do this step to `page`, a specific page; steps that are not in the tables are nobody's."""
    if isinstance(page, Space):
        verb = ON_SPACE.get(doing)
    elif isinstance(page, ContentPage):
        # What Wagtail shows of a page names the page above it.
        verb = ON_CONTENT.get(doing) if access.may_read(user, page.space) else None
    else:
        return doing in ON_UNMARKED and not isinstance(page, Marked)
    return verb is not None and access.can(user, verb, page)


def listed_pages(pages: Any, user: access.Reader) -> Any:
    """Of these pages those that the lists of the editors' side may hold for `user`.

    The page is readable, and so is the space above it, which such lists name: a page may be open to more people.
    """
    space_above = Substr(OuterRef("path"), 1, Space.steplen * DEPTH_OF_SPACES)
    within = Exists(Space.objects.readable_by(user).filter(path=space_above))
    listed = access.readable_pages(Page.objects.filter(Q(depth__lt=DEPTH_OF_SPACES) | within), user)
    return pages.filter(pk__in=listed.values("pk"))  # by key alone: Wagtail's search knows no other filter of ours


def listed_files(files: Any, user: access.Reader) -> Any:
    """Of these files or pictures those that `user` may choose: readable, and in a space of the user's own."""
    own = files.model._default_manager.readable_by(user).filter(space__in=list(access.memberships(user)))
    return files.filter(pk__in=own.values("pk"))


def holds_what_is_closed_to(user: access.Reader, page: Any) -> bool:
    """Whether `page`, or a version of it, names something that `user` may not read: by a field, a part or a link.

    The forms of the editors' side show what a page names by title, address and file name. So a page is edited there
    by those only who may read all that it names, and nobody makes one name what is closed to its author.
    """
    return any(not access.may_read(user, obj) for obj in _marked_objects_named_in(page))


def _marked_objects_named_in(page: Any) -> Iterator[Marked]:
    for model, key in _keys_named_in(page):
        if issubclass(model, (Page, Marked)):
            found = model._default_manager.filter(pk=key).first()
            found = found.specific if isinstance(found, Page) else found
            if isinstance(found, Marked):
                yield found


def _keys_named_in(obj: Any) -> Iterator[tuple[type[Model], Any]]:
    """Every object that `obj` names, as model and key: by its fields, by links in its texts, and by its parts.

    Wagtail's index of references would not do: it passes over fields that are one to one.
    """
    for field in obj._meta.get_fields():
        if isinstance(field, ForeignKey) and not isinstance(field, ParentalKey) and not field.remote_field.parent_link:
            if (key := field.value_from_object(obj)) is not None:
                yield field.related_model, key
        elif hasattr(field, "extract_references"):
            for model, key, *_path in field.extract_references(field.value_from_object(obj)):
                yield model, key
    for relation in get_all_child_relations(obj) if isinstance(obj, ClusterableModel) else ():
        for part in getattr(obj, relation.get_accessor_name()).all():
            yield from _keys_named_in(part)


def may_keep_reference_data(user: access.Reader) -> bool:
    return access.can_in_office(user, "keep_reference_data")


class MarkedPagePermissionTester(PagePermissionTester):
    """What Wagtail asks of a page before it offers or takes a step: its own answer and ours, for superusers too."""

    def _may(self, doing: str) -> bool:
        # A page that is being made has no audience yet: its place is asked instead.
        if self.page.audience_id is None:
            return may(self.user, {"publish": "publish_below"}.get(doing, "add"), self.page.get_parent().specific)
        return may(self.user, doing, self.page)

    def can_add_subpage(self) -> bool:
        return super().can_add_subpage() and self._may("add")

    def can_edit(self) -> bool:
        return super().can_edit() and self._may("edit")

    def can_publish(self) -> bool:
        return super().can_publish() and self._may("publish")

    def can_publish_subpage(self) -> bool:
        return super().can_publish_subpage() and self._may("publish_below")

    def can_unpublish(self) -> bool:
        return super().can_unpublish() and self._may("unpublish")

    def can_view_revisions(self) -> bool:
        return super().can_view_revisions() and self._may("edit")

    # A page stays where it is and what it is: what hangs on it would be lost, or change its readers unseen.
    def can_delete(self, ignore_bulk: bool = False) -> bool:
        return False

    def can_move(self) -> bool:
        return False

    def can_move_to(self, destination: Any) -> bool:
        return False

    def can_copy(self) -> bool:
        return False

    def can_copy_to(self, destination: Any, recursive: bool = False) -> bool:
        return False

    def can_reorder_children(self) -> bool:
        return False

    # Who reads a page is said by its marking alone.
    def can_set_view_restrictions(self) -> bool:
        return False

    def can_lock(self) -> bool:
        return False

    def can_unlock(self) -> bool:
        return False

    def can_submit_for_moderation(self) -> bool:
        return super().can_submit_for_moderation() and self._may("edit")

    def can_unschedule(self) -> bool:
        return super().can_unschedule() and self._may("unschedule")


class SpacePagePolicy(PagePermissionPolicy):
    """Which pages the lists of the editors' side hold."""

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> Any:
        return listed_pages(super().instances_user_has_any_permission_for(user, actions), user)

    def explorable_instances(self, user: Any) -> Any:
        return listed_pages(super().explorable_instances(user), user)

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        return super().user_has_any_permission_for_instance(user, actions, instance) and may(
            user, "explore", instance.specific
        )


class SpaceFilePolicy(CollectionOwnershipPermissionPolicy):
    """Which files or pictures the choosers hold, and into which spaces one may add to them there. They are changed
    nowhere on the editors' side."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action == "add":
            return self.collections_user_has_permission_for(user, "add").exists()
        return action == "choose" and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> Any:
        if "choose" not in actions:
            return self.model._default_manager.none()
        found = super().instances_user_has_any_permission_for(user, ["choose"])
        return listed_files(found, user)

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        held = super().user_has_any_permission_for_instance(user, actions, instance)
        return held and "choose" in actions and access.can(user, "read", instance)

    def collections_user_has_any_permission_for(self, user: Any, actions: Any) -> Any:
        own = Space.objects.filter(pk__in=list(access.memberships(user)))
        if "choose" in actions:
            return super().collections_user_has_any_permission_for(user, ["choose"]).filter(space__in=own)
        if "add" in actions:
            spaces = [space.pk for space in own if access.can(user, "contribute", space)]
            return super().collections_user_has_any_permission_for(user, ["add"]).filter(space__in=spaces)
        return Collection.objects.none()


class OfficePolicy(ModelPermissionPolicy):
    """Reference data: kept by the offices that `access.OFFICE_VERBS` names; nothing of it is deleted here."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in ("add", "change", "view") and may_keep_reference_data(user)


class OfficeDoor(BaseBackend):
    """An authentication backend that signs nobody in: it opens the door of the editors' side to those offices."""

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return {"wagtailadmin.access_admin"} if obj is None and may_keep_reference_data(user_obj) else set()


def register() -> None:
    """Tell Wagtail to ask these policies. Called by `coordination.wagtail_hooks`, once all packages are ready."""
    from wagtail.models import AbstractPage
    from wagtail.permissions import policy_registry

    policy_registry.register(AbstractPage, SpacePagePolicy(Page))
    for model in (get_document_model(), get_image_model()):
        policy_registry.register(model, SpaceFilePolicy(model, owner_field_name="uploaded_by_user"))
