"""Knowledge's part of a space's page: its resources."""

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
