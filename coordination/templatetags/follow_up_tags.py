"""What the lists of actions need beside their rows."""

import uuid

from django import template

register = template.Library()


@register.simple_tag
def new_submission() -> str:
    """A key for a form that is written by hand: sent twice, it is one."""
    return str(uuid.uuid4())
