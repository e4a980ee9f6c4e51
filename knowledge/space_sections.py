"""Knowledge's part of a space's page: its resources and its collections."""

from django.urls import reverse
from django.utils.translation import gettext as _

from coordination import access
from coordination.models import Space
from coordination.space_sections import Section, register
from knowledge import selectors


@register(order=50)
def resources(space: Space, user: access.Reader) -> Section:
    return Section(
        name="resources",
        title=_("Resources"),
        icon="file-earmark-richtext",
        template="knowledge/sections/resources.html",
        context={"resources": selectors.resources(user).filter(space=space)[: selectors.LATEST]},
        url=f"{reverse('resource_list')}?space={space.key}",
        url_label=_("All resources"),
        deed_url=reverse("resource_new", kwargs={"key": space.key}) if access.can(user, "contribute", space) else "",
        deed_label=_("Add a resource"),
    )


@register(order=55)
def collections(space: Space, user: access.Reader) -> Section | None:
    """What the space has put together; nothing where there is none."""
    found = list(selectors.collections_of(user, space)[: selectors.LATEST])
    if not found:
        return None
    return Section(
        name="collections",
        title=_("Collections"),
        icon="collection",
        template="knowledge/sections/collections.html",
        context={"collections": found},
        url=reverse("collection_list"),
        url_label=_("All collections"),
    )
