"""What pages of every package show of coordination: who can see an object."""

from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils import formats
from django.utils.safestring import SafeString

from coordination import access, audit, named, references, scoreboard_pages, selectors
from coordination.models.marking import address_of
from coordination.selectors import scoreboard

register = template.Library()
# {% address_of "action_edit" action.key %}: as `url`, for what rows ask a hundred times.
register.simple_tag(address_of)


@register.inclusion_tag("coordination/who_can_see_link.html", takes_context=True)
def who_can_see_link(context: dict[str, Any], obj: Any) -> dict[str, Any]:
    """The link “Who can see this?” for those who may edit `obj`, a Marked object; nothing for all others."""
    user = context["request"].user
    return {"object": obj, "kind": obj._meta.model_name, "is_shown": access.can(user, "edit", obj)}


@register.inclusion_tag("coordination/new_action_link.html", takes_context=True)
def new_action_link(context: dict[str, Any], obj: Any) -> dict[str, Any]:
    """The way to write down an action that comes of `obj`, for those who may; nothing for all others."""
    may = access.can(context["request"].user, "contribute", obj)
    return {"address": reverse("action_from", kwargs={"name": named.name_of(obj)}) if may else ""}


@register.inclusion_tag("coordination/came_of_it.html", takes_context=True)
def actions_that_came_of(context: dict[str, Any], obj: Any) -> dict[str, Any]:
    """The actions that came of `obj` and that the reader may read, under a heading; nothing where there are none."""
    return {"actions": selectors.actions_from(obj, context["request"].user)}


@register.filter
def name_of(obj: Any) -> str:
    """What `obj` is called in the address of a page about it."""
    return named.name_of(obj)


@register.inclusion_tag("coordination/scoreboard_panel.html", takes_context=True)
def scoreboard_panel(context: dict[str, Any], obj: Any) -> dict[str, Any]:
    """The state of an agreement or an organisation at a glance, of what this reader may read; four queries. The page
    links accord/scoreboard.css."""
    name = obj._meta.model_name
    since = scoreboard.usual_first_day()
    row = scoreboard.standing_of(context["request"].user, since, {name: obj.pk}.get)
    return {"row": scoreboard_pages.panel_row(row, {name: scoreboard.word_for(obj)}, since), "since": since}


@register.filter
def among(key: Any, values: Any) -> Any:
    """What `values` (a mapping) holds under `key`, or nothing."""
    return values.get(key)


@register.filter
def linked(text: str) -> SafeString:
    """Plain text in which references such as ACT-2026-30147 are links: `{{ text|linked|linebreaks }}`."""
    return references.linked(str(text))


@register.filter
def number(value: Decimal | None) -> str:
    """A number as its reader writes it, without the noughts that the database puts behind it."""
    return "" if value is None else formats.number_format(Decimal(audit.plain(value)), force_grouping=True)


@register.filter
def plain_number(value: Decimal | None) -> str:
    """A number as machines read it."""
    return "" if value is None else str(audit.plain(value))
