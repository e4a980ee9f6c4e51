"""What the lists of actions need beside their rows."""

import uuid

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def new_submission() -> str:
    """A key for a form that is written by hand: sent twice, it is one."""
    return str(uuid.uuid4())


@register.simple_tag
def label_of_choice(title: str) -> str:
    """What the box is called by which a row is chosen. Lists ask it fifty times, which `blocktranslate` is slow for."""
    return _("Choose “%(title)s”") % {"title": title}
