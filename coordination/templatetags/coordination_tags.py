"""What pages of every package show of coordination: who can see an object."""

from typing import Any

from django import template

from coordination import access

register = template.Library()


@register.inclusion_tag("coordination/who_can_see_link.html", takes_context=True)
def who_can_see_link(context: dict[str, Any], obj: Any) -> dict[str, Any]:
    """The link “Who can see this?” for those who may edit `obj`, a Marked object; nothing for all others."""
    user = context["request"].user
    return {"object": obj, "kind": obj._meta.model_name, "is_shown": access.can(user, "edit", obj)}


@register.filter
def among(key: Any, values: Any) -> Any:
    """What `values` (a mapping) holds under `key`, or nothing."""
    return values.get(key)
