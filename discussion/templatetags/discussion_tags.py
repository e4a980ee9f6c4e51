"""`{% thread_panel object %}`: the discussion of an object, at the end of its page."""

from typing import Any

from django import template
from django.urls import reverse

from coordination import access
from discussion import panel, shown, text, thread_forms, threads

register = template.Library()


@register.inclusion_tag("discussion/panel.html", takes_context=True)
def thread_panel(context: template.Context, obj: Any) -> dict[str, Any]:
    return panel.context_for(context["request"], obj)


@register.inclusion_tag("discussion/thread_link.html", takes_context=True)
def thread_link(context: template.Context, obj: Any) -> dict[str, Any]:
    """The way to the discussion of a part, such as an article, whose page has no room for a panel for each."""
    is_member = access.role_in(context["request"].user, access.space_id_of(obj)) is not None
    return {"obj": obj, "address": reverse("thread_begin", kwargs={"name": threads.name_of(obj)}) if is_member else ""}


register.filter("message_html", text.as_html)
register.filter("kind_of", shown.kind_of)
register.filter("in_seconds_or_more", thread_forms.in_seconds_or_more)
