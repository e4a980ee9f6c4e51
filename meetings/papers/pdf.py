"""A paper as PDF, by the templates `meetings/paper_base.html` and `meetings/paper.css`."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from meetings.papers.layout import Paper


def as_pdf(paper: Paper, template: str = "meetings/paper_base.html", **context: Any) -> bytes:
    """The document. A template of one's own extends `paper_base.html` and may use its blocks and classes."""
    from coordination.paper import draw  # loads what draws: when somebody prints

    with translation.override(paper.language):
        return draw(render_to_string(template, {"paper": paper, **context}))
