"""Widgets that every package uses."""

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe


class QuickSelect(forms.Select):
    """A select that writes its options itself: by a template for each, four hundred spaces would take longer than the
    whole list."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        marks = {True: mark_safe(" selected"), False: ""}
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((option, marks[str(option) == chosen], label) for option, label in self.choices),
        )
        attrs = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(attrs), options)
