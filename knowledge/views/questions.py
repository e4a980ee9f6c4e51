"""Questions that migrants ask, and their answers."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from coordination import access
from coordination.views.shared import page_of
from knowledge import selectors
from knowledge.forms import QuestionFilters
from knowledge.models import Question
from knowledge.views.shared import ROWS_ON_A_PAGE, reader_side


@require_safe
def question_list(request):
    """The questions in the reader's language, unless another one is asked for."""
    readable = selectors.questions(request.user)
    asked = request.GET or {"language": selectors.questions_begin_with(request.user)}
    filters = QuestionFilters(asked, readable=readable)
    filters.is_valid()
    rows = selectors.narrowed_questions(readable, filters.chosen)
    return render(
        request, "knowledge/question_list.html", {"filters": filters, "page": page_of(request, rows, ROWS_ON_A_PAGE)}
    )


@require_safe
def question_detail(request, key):
    question = access.open_readable(request, Question.live_pages(), key=key)
    context = {
        "question": question,
        "countries": question.countries.all(),
        "topics": question.topics.all(),
        **reader_side(request, question),
    }
    return render(request, "knowledge/question_detail.html", context)
