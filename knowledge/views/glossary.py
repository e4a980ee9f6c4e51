"""The glossary: its list, and one term."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from coordination import access
from coordination.views.shared import page_of
from knowledge import selectors
from knowledge.models import GlossaryTerm
from knowledge.views.shared import ROWS_ON_A_PAGE, reader_side


@require_safe
def glossary(request):
    words = request.GET.get("q", "")[:100].strip()
    rows = selectors.glossary_with(words, request.user)
    context = {"words": words, "page": page_of(request, rows, ROWS_ON_A_PAGE)}
    return render(request, "knowledge/glossary.html", context)


@require_safe
def glossary_term_detail(request, key):
    term = access.open_readable(request, GlossaryTerm.live_pages(), key=key)
    context = {
        "term": term,
        "topics": term.topics.all(),
        **reader_side(request, term),
    }
    return render(request, "knowledge/glossary_term_detail.html", context)
