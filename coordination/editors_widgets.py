"""Wagtail's widgets without scripts in the page, which the Content Security Policy forbids (docs/decisions/0029).

What starts a widget stands beside it as data; static/accord/js/editors.js reads it. The templates in
templates/wagtailadmin/panels and widgets do the same for those widgets that have a template for it.
"""

import json
from typing import Any

from django.utils.html import format_html
from wagtail.admin.widgets import BaseChooser


def without_scripts() -> None:
    """Let Wagtail's choosers be drawn as data; it offers no other way than to write a script into the page."""
    BaseChooser.render = _render


def _render(self: Any, name: str, value: Any, attrs: dict[str, Any], renderer: Any = None) -> str:
    value_data = self.get_value_data(value)
    html = self.render_html(name, value_data, attrs)
    arguments = [attrs["id"], self.get_js_init_options(attrs["id"], name, value_data)]
    return format_html(
        '{}<template data-start="{}" data-with="{}"></template>',
        html,
        self.js_constructor,
        json.dumps(arguments),
    )
