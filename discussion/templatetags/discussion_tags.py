"""`{% thread_panel object %}`: the discussion of an object, at the end of its page."""

from typing import Any

from django import template

from discussion import panel, text

register = template.Library()


@register.inclusion_tag("discussion/panel.html", takes_context=True)
def thread_panel(context: template.Context, obj: Any) -> dict[str, Any]:
    return panel.context_for(context["request"], obj)


register.filter("message_html", text.as_html)
