"""Widgets that every package uses."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe


class QuickSelect(forms.Select):
    """A select that writes its options itself: by a template for each, four hundred spaces would take longer than the
    whole list."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        choices: Iterable[tuple[Any, Any]] = self.choices
        options = "".join(
            f'<option value="{escape(option)}"{" selected" if str(option) == chosen else ""}>'
            f"{conditional_escape(label)}</option>"
            for option, label in choices
        )
        attrs = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(attrs), mark_safe(options))
