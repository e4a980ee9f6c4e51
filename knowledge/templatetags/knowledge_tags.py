"""What the pages of knowledge need and Django does not have."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info

register = template.Library()


@register.simple_tag
def in_language(code: str) -> SafeString:
    """The attributes of a block whose text is in a language of its own: `lang` and the direction that it runs in."""
    direction = "rtl" if get_language_info(code)["bidi"] else "ltr"
    return format_html('lang="{}" dir="{}"', code, direction)
