"""An agreement on paper: PDF made for one reader, out of what that reader's page shows."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language_info


def as_pdf(context: dict[str, Any]) -> bytes:
    """The document; `context` is what the page of the agreement is made of."""
    from coordination.paper import draw  # loads what draws: when somebody prints

    language = context["agreement"].language
    direction = "rtl" if get_language_info(language)["bidi"] else "ltr"
    return draw(render_to_string("coordination/agreement_pdf.html", {**context, "direction": direction}))
